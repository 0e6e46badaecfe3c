// Keys: every one of them only a shorter way to what a pointer reaches too, none of them destroys anything, and those
// of a single letter can be switched off (WCAG 2.1.4).
import { useEffect, type ReactNode } from "react";
import { tinykeys } from "tinykeys";
import { askAgain } from "../data/live.ts";
import { changeSettings, useSettings } from "../data/settings.ts";
import { Modal } from "../part/modal.tsx";
import { screens } from "../word/screens.ts";

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
      "Shift+?": unlessTyping(onKeys),
      "/": unlessTyping(() => document.querySelector<HTMLElement>("[data-search]")?.focus()),
      r: unlessTyping(() => void askAgain()),
      y: unlessTyping(() => void navigator.clipboard.writeText(window.location.href)),
      "[": unlessTyping(() => nextTab(-1)),
      "]": unlessTyping(() => nextTab(1)),
      ...Object.fromEntries(screens.map(({ key, path }) => [`g ${key}`, unlessTyping(() => go(path))])),
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

const sheet: readonly (readonly [string, string])[] = [
  ["⌘K / Ctrl+K", "search screens, services and documents, or do something"],
  ["?", "these keys"],
  ["/", "search this list"],
  ["[ and ]", "the tab before, the next one"],
  ["r", "ask again"],
  ["y", "copy the address of what is shown"],
];

export function KeySheet({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { keys } = useSettings();
  return (
    <Modal title="Keys" onClose={onClose}>
      <p>
        <label>
          <input type="checkbox" checked={keys} onChange={(event) => changeSettings({ keys: event.target.checked })} />{" "}
          Single-letter keys (⌘K stays)
        </label>
      </p>
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
