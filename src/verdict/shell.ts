// What stands around every screen: the top line, and the way between screens.
import { screens } from "../model/word/screens.ts";
import type { MeshStatus } from "../status/mesh-status.ts";
import { healthSummary } from "./health.ts";
import type { Attributes, Drawn, Pen } from "./pen.ts";

/** Which time numbers are of, as a reader may choose. */
export const windows: readonly string[] = ["5m", "15m", "1h", "6h", "24h", "168h"];

interface Topbar<N> {
  /** null = not known yet. */
  readonly status: MeshStatus | null;
  readonly who: { readonly name: string; readonly role: string } | null;
  readonly button: (says: readonly Drawn<N>[], act: "palette" | "keys" | "signOut") => N;
  readonly follow: N;
  readonly window: N;
}

export function topbar<N>(pen: Pen<N>, { status, who, button, follow, window }: Topbar<N>): N {
  const { element } = pen;
  return element(
    "header",
    { className: "topbar" },
    pen.link("/now", { className: "brand" }, "Selvage"),
    status === null
      ? null
      : element(
          "span",
          { className: "quiet" },
          element("span", { className: "mono" }, `rev ${status.revision}`),
          ` · ${healthSummary(status)}`,
        ),
    element("span", { className: "spread" }),
    button(["Search or do… ", element("kbd", {}, "⌘K")], "palette"),
    follow,
    window,
    button(["?"], "keys"),
    element("span", {}, who?.name ?? null, " ", element("span", { className: "quiet" }, who?.role ?? null)),
    button(["Sign out"], "signOut"),
  );
}

interface FollowParts<N> {
  readonly box: Attributes;
  /** What the pill says, and by which word style knows it. */
  readonly is: string;
  readonly sign: string;
  readonly word: string;
  /** Around the pill. */
  readonly button: (pill: N) => N;
}

export function followSwitch<N>(pen: Pen<N>, { box, is, sign, word, button }: FollowParts<N>): N {
  const { element } = pen;
  return pen.group(
    element("label", {}, element("input", { type: "checkbox", ...box }), " Follow"),
    button(
      element(
        "span",
        { className: "pill", "data-live": is },
        element("span", { "aria-hidden": "true" }, sign),
        ` ${word}`,
      ),
    ),
  );
}

/** @param chosen by the markup itself; left out: `attributes` say it */
export function windowChoice<N>(pen: Pen<N>, attributes: Attributes, chosen?: string): N {
  const { element } = pen;
  return element(
    "label",
    {},
    element("span", { className: "hidden" }, "Numbers of the last"),
    element(
      "select",
      attributes,
      ...windows.map((one) =>
        element("option", { key: one, value: one, ...(one === chosen ? { selected: true } : {}) }, `last ${one}`),
      ),
    ),
  );
}

/** @param path of the screen in sight */
export function navigation<N>(pen: Pen<N>, path: string): N {
  const { element } = pen;
  const isHere = (of: string): boolean => path === of || path.startsWith(`${of}/`) || (path === "/" && of === "/now");
  return element(
    "nav",
    { className: "sidebar", "aria-label": "Screens" },
    element(
      "ul",
      {},
      ...screens.map(({ path: to, title, key }) =>
        element(
          "li",
          { key: to },
          pen.link(
            to,
            { "aria-current": isHere(to) ? "page" : undefined },
            title,
            element("span", { className: "hint", "aria-hidden": "true" }, `g ${key}`),
          ),
        ),
      ),
    ),
  );
}

/** @param more dialogs and messages above it */
export function frame<N>(pen: Pen<N>, around: readonly [top: N, nav: N], screen: N, more: Drawn<N>): N {
  return pen.element(
    "div",
    { className: "frame" },
    pen.element("a", { className: "skip", href: "#screen" }, "Skip to the screen"),
    ...around,
    screen,
    more,
  );
}
