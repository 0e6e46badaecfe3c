// One request for a key set. The URL is a document's, and judged again here.
import { guardedFetch } from "../src/bounded/guarded-fetch.ts";
import { readKeys } from "../src/decide/keys/jwks-record.ts";
import type { PublicKeys } from "../src/model/document/field/jwks.ts";

export const MAX_JWKS_BYTES = 256 * 1024;
const TIMEOUT_MS = 5000;

/** @returns the set, or why there is none, in words that complete "the keys could not be read: …". Never rejects. */
export async function fetchJwks(url: string, allowPrivate: boolean): Promise<PublicKeys | string> {
  const fetched = await guardedFetch(url, {
    allowPrivate,
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_JWKS_BYTES,
    headers: { accept: "application/jwk-set+json, application/json" },
  });
  return fetched.ok ? readKeys(fetched.text) : fetched.message;
}
