// One request for a key set. The URL is a document's and judged again here; a redirect would lead where nobody judged, so it
// is refused. What comes back is bounded in size and time before it is read.
import { refusalForAddress } from "../src/decide/text/address.ts";
import { readKeys } from "../src/decide/keys/jwks-record.ts";
import type { PublicKeys } from "../src/model/document/field/jwks.ts";

export const MAX_JWKS_BYTES = 256 * 1024;
const TIMEOUT_MS = 5000;

/** @returns the set, or why there is none, in words that complete "the keys could not be read: …". Never rejects. */
export async function fetchJwks(url: string, allowPrivate: boolean): Promise<PublicKeys | string> {
  const refused = refusalForAddress(url, { allowPrivate });
  if (refused !== null) return refused;
  const stop = new AbortController();
  // AbortSignal.timeout would keep the object awake until it is over.
  const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      redirect: "manual",
      signal: stop.signal,
      headers: { accept: "application/jwk-set+json, application/json" },
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return `the address answered ${response.status}`;
    }
    const text = await readText(response);
    return text === null ? `the answer has more than ${MAX_JWKS_BYTES} bytes` : readKeys(text);
  } catch {
    // What the runtime says may hold an address; this tells enough.
    return stop.signal.aborted ? `there was no answer within ${TIMEOUT_MS} ms` : "the address could not be reached";
  } finally {
    clearTimeout(timer);
  }
}

/** null = too large. Counted as it comes: what `content-length` says may be wrong. */
async function readText({ body }: Response): Promise<string | null> {
  if (body === null) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    bytes += read.value.byteLength;
    if (bytes > MAX_JWKS_BYTES) {
      await reader.cancel();
      return null;
    }
    text += decoder.decode(read.value, { stream: true });
  }
  return text + decoder.decode();
}
