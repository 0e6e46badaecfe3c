// `/_selvage/problems/{code}` for people: what it is, why it happens, what to do.
import type { CodeExplanation } from "./explain-code.ts";
import { html, inline, page } from "./html.ts";

export function problemPage({ code, title, status, why, fix }: CodeExplanation, nonce: string): string {
  return page(
    `${code}: ${title}`,
    nonce,
    html`<h1>${code}</h1>
      <p><strong>${title}.</strong>${status === null ? "" : ` HTTP status ${status}.`}</p>
      <h2>Why</h2>
      <p>${inline(why)}</p>
      <h2>What to do</h2>
      <p>${inline(fix)}</p>
      <p><a href="/_selvage/docs">The admin API</a></p>`,
  );
}
