// What a policy says of a page's own style: its digest. A nonce would have to be another one for each visit.
import { sha256 } from "../../model/word/digest.ts";

const OPEN = "<style>";

/** `'sha256-…'`; null = the page has no style of its own. */
export async function styleSource(page: string): Promise<string | null> {
  const at = page.indexOf(OPEN);
  if (at < 0) {
    return null;
  }
  const digest = await sha256(page.slice(at + OPEN.length, page.indexOf("</style>", at)));
  return `'sha256-${btoa(String.fromCharCode(...digest))}'`;
}
