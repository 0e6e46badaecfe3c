// Prose with code in it: what stands between backquotes becomes code, everything is escaped.
import { type Html, html } from "./html.ts";

export function inline(text: string): Html {
  return html`${text.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
