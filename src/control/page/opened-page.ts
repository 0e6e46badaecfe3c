// The dashboard's document for somebody who is signed in: what Now says first stands in it, readable before any script
// has come, and the answers that it was made of, for the page to go on from. Pure.
import type { Html } from "./html.ts";
import { html } from "./html.ts";
import { statusOf } from "../../status/mesh-status.ts";
import { unaskedOf } from "../../status/unasked.ts";
import { headline } from "../../verdict/parts.ts";
import type { Pen } from "../../verdict/pen.ts";
import { followSwitch, frame, navigation, topbar, windowChoice } from "../../verdict/shell.ts";
import { verdict, verdictMark, type VerdictShown } from "../../verdict/verdict.ts";
import type { OverviewRead } from "../../status/mesh-read.ts";
import { markupPen, waiting } from "./markup.ts";

export interface Opening {
  readonly read: OverviewRead;
  /** `/_selvage/ui`. */
  readonly base: string;
  /** Of the screen, below `base`. */
  readonly path: string;
  /** As the reader's browser remembers it; null = as their system has it. */
  readonly theme: string | null;
  /** The window that the signals are of. */
  readonly window: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const ROOT = /<div id="root">[^]*?<\/div>/;
const THEMES: ReadonlySet<string> = new Set(["light", "dark", "contrast"]);

/** @param page as it is for anybody */
export function openedPage(page: string, opening: Opening): string {
  const { theme, read } = opening;
  const answers = JSON.stringify(read.overview).replaceAll("<", "\\u003c");
  return page
    .replace("<html ", theme !== null && THEMES.has(theme) ? `<html data-theme="${theme}" ` : "<html ")
    .replace(ROOT, () => html`<div id="root">${screen(opening)}</div>`.toString())
    .replace("</body>", () => `  <script type="application/json" id="answers">${answers}</script>\n  </body>`);
}

function screen({ read, base, path, window, now }: Opening): Html {
  const pen = markupPen(base, now);
  const { element } = pen;
  const shown = shownOf(read, now);
  const top = topbar(pen, {
    status: shown?.status ?? null,
    who: read.who,
    button: (says) => waiting(element, ...says),
    follow: followSwitch(pen, {
      box: { checked: true, disabled: true },
      is: "connecting",
      sign: "◌",
      word: "connecting",
      button: (pill) => waiting(element, pill),
    }),
    window: windowChoice(pen, { disabled: true }, window),
  });
  const isNow = path === "/" || path === "/now";
  const main = isNow && shown !== null ? verdictOf(pen, shown, now) : element("p", ASKING, "Asking the mesh…");
  const around = [top, navigation(pen, path)] as const;
  return frame(pen, around, element("main", { className: "screen", id: "screen" }, main), null);
}

const ASKING = { className: "quiet", "aria-busy": "true" };

function verdictOf(pen: Pen<Html>, shown: VerdictShown, now: number): Html {
  const { element, time } = pen;
  const nothing = new Map();
  return pen.group(
    headline(pen, {
      title: "Now",
      mark: verdictMark(pen, shown.status),
      age: pen.group("read ", time(new Date(now).toISOString())),
      acts: pen.copy("Copy summary", ""),
      refresh: waiting(element, "Refresh"),
    }),
    // The ways back have their place: what stands below does not move when they come.
    verdict(pen, shown, { memory: nothing, passed: [] }, () => element("div", { className: "row acts" }), null),
  );
}

/** null = what it rests on could not be read. */
function shownOf({ isWhole, mesh, runtime }: OverviewRead, now: number): VerdictShown | null {
  if (!isWhole || !mesh.revisions.ok || !mesh.resources.ok || !mesh.catalog.ok) {
    return null;
  }
  return {
    // How the isolate is that serves, the page asks that one: it may be another Worker's.
    status: statusOf("", { ...mesh, readiness: null }, runtime, now),
    withheld: unaskedOf(mesh, runtime).withheld,
    revisions: mesh.revisions.value.items,
    window: runtime.stats.ok ? runtime.stats.value.window : undefined,
  };
}
