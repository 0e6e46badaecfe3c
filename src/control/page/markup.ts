// The Worker's hand: what the page would draw with React, as markup. Every text and every value of an attribute is
// escaped. What waits for the page to be operated is disabled until then.
import { raw } from "hono/html";
import { agoText } from "../../model/word/age.ts";
import { buttonLooks } from "../../verdict/parts.ts";
import type { Attributes, Pen } from "../../verdict/pen.ts";
import { html, type Html } from "./html.ts";

/** React's names where HTML has others. `key` is React's alone. */
const names: Readonly<Record<string, string>> = {
  className: "class",
  dateTime: "datetime",
  tabIndex: "tabindex",
  key: "",
};
const EMPTY: ReadonlySet<string> = new Set(["input"]);

/**
 * @param base of addresses of screens
 * @param now milliseconds since the epoch
 */
export function markupPen(base: string, now: number): Pen<Html> {
  const element: Pen<Html>["element"] = (tag, attributes, ...children) => {
    const open = html`${raw(`<${tag}`)}${written(attributes)}${raw(">")}`;
    return EMPTY.has(tag) ? open : html`${open}${children.map((one) => one ?? "")}${raw(`</${tag}>`)}`;
  };
  return {
    element,
    link: (path, attributes, ...children) => element("a", { ...attributes, href: base + path }, ...children),
    group: (...children) => html`${children.map((one) => one ?? "")}`,
    time: (time) => element("time", { dateTime: time, title: time }, agoText(time, now)),
    copy: (label) => waiting(element, label),
  };
}

/** A button that nothing hears yet. */
export const waiting = (element: Pen<Html>["element"], ...says: readonly (Html | string | null)[]): Html =>
  element("button", { type: "button", className: buttonLooks("plain", true), disabled: true }, ...says);

function written(attributes: Attributes): Html[] {
  return Object.entries(attributes).flatMap(([given, value]) => {
    const name = names[given] ?? given;
    if (name === "" || value === undefined || value === null || value === false) {
      return [];
    }
    return [value === true ? html`${raw(` ${name}`)}` : html`${raw(` ${name}`)}="${String(value)}"`];
  });
}
