// Keys: every one of them only a shorter way to what a pointer reaches too, none of them destroys anything, and those
// of a single letter can be switched off (WCAG 2.1.4).
import { useEffect, type ReactNode } from "react";
import { tinykeys } from "tinykeys";
import { askAgain } from "../data/live.ts";
import {
  addressToShare,
  allTimes,
  changeSettings,
  settingsNow,
  useSettings,
  type ReaderSettings,
} from "../data/settings.ts";
import { tell } from "../data/told.ts";
import { FormField } from "../part/form-field.tsx";
import { Modal } from "../part/modal.tsx";
import { screens } from "../../model/word/screens.ts";

const isTyping = (event: KeyboardEvent): boolean =>
  event.target instanceof HTMLElement &&
  event.target.closest("input, textarea, select, dialog, [contenteditable]") !== null;

interface KeyHandlers {
  readonly go: (path: string) => void;
  readonly onPalette: () => void;
  readonly onKeys: () => void;
}

export function useKeys({ go, onPalette, onKeys }: KeyHandlers): void {
  const { keys } = useSettings();
  useEffect(() => {
    const unlessTyping =
      (act: () => void) =>
      (event: KeyboardEvent): void => {
        if (!isTyping(event)) {
          event.preventDefault();
          act();
        }
      };
    const letters = {
      // Before the letters that are also something alone: the first that fits is taken.
      ...Object.fromEntries(screens.map(({ key, path }) => [`g ${key}`, unlessTyping(() => go(path))])),
      "Shift+?": unlessTyping(onKeys),
      "/": unlessTyping(() => document.querySelector<HTMLElement>("[data-search]")?.focus()),
      r: unlessTyping(() => void askAgain()),
      y: unlessTyping(copyAddress),
      j: unlessTyping(() => nextRow(1)),
      k: unlessTyping(() => nextRow(-1)),
      c: unlessTyping(copyCommand),
      l: unlessTyping(() => changeSettings({ follow: !settingsNow().follow })),
      "[": unlessTyping(() => nextTab(-1)),
      "]": unlessTyping(() => nextTab(1)),
    };
    const bindings = {
      "$mod+k": (event: KeyboardEvent) => {
        event.preventDefault();
        onPalette();
      },
      ...(keys ? letters : {}),
    };
    // The palette opens from a field, too; letters look for themselves whether somebody is typing.
    return tinykeys(window, bindings, { ignore: () => false });
  }, [keys, go, onPalette, onKeys]);
}

function nextTab(step: number): void {
  const tabs = [...document.querySelectorAll<HTMLElement>(".tabs a")];
  const at = tabs.findIndex((tab) => tab.getAttribute("aria-current") === "page");
  tabs[at + step]?.click();
}

/** The first thing in the next row or card that can be opened: Enter does the rest. */
function nextRow(step: number): void {
  const rows = [
    ...document.querySelectorAll<HTMLElement>("main tbody tr, main .stack > li, main .cards > li, main .lines > li"),
  ];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const order = step > 0 ? rows.slice(at + 1) : rows.slice(0, Math.max(at, 0)).toReversed();
  for (const row of order) {
    const target = row.querySelector<HTMLElement>("a, button, summary");
    if (target !== null) {
      target.focus();
      row.scrollIntoView({ block: "nearest" });
      return;
    }
  }
}

function copyAddress(): void {
  void navigator.clipboard.writeText(addressToShare());
  tell("Copied: the address of this screen, with its window and clock");
}

function copyCommand(): void {
  const line = document.querySelector("main .command code")?.textContent;
  if (line) {
    void navigator.clipboard.writeText(line);
    tell(`Copied: ${line}`);
  }
}

const sheet: readonly (readonly [string, string])[] = [
  ["⌘K / Ctrl+K", "search screens, services and documents, or do something"],
  ["?", "these keys"],
  ["/", "search this list"],
  ["j and k", "the next row, the one before; Enter opens it"],
  ["c", "copy the command that does the same"],
  ["l", "follow, or stop"],
  ["Space", "in Watch: stop the lines, or go on"],
  ["[ and ]", "the tab before, the next one"],
  ["r", "ask again"],
  ["y", "copy the address of what is shown"],
];

const themes: readonly ReaderSettings["theme"][] = ["system", "light", "dark", "contrast"];
const oneOf = <One extends string>(all: readonly One[], text: string): One =>
  all.find((one) => one === text) ?? (all[0] as One);

export function KeySheet({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { keys, theme, times } = useSettings();
  return (
    <Modal title="Keys and settings" onClose={onClose}>
      <p>
        <label>
          <input type="checkbox" checked={keys} onChange={(event) => changeSettings({ keys: event.target.checked })} />{" "}
          Single-letter keys (⌘K stays)
        </label>
      </p>
      <div className="fields">
        <FormField
          label="Theme"
          value={theme}
          options={themes}
          onChange={(text) => changeSettings({ theme: oneOf(themes, text) })}
        />
        <FormField
          label="Times"
          value={times}
          options={allTimes}
          onChange={(text) => changeSettings({ times: oneOf(allTimes, text) })}
          hint="How long ago, or the clock: in UTC or here."
        />
      </div>
      <dl className="facts">
        {[...sheet, ...screens.map(({ key, title }) => [`g ${key}`, title] as const)].map(([key, what]) => (
          <div key={key} style={{ display: "contents" }}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
