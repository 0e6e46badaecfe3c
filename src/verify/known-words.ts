// Which assertions were found good a moment ago: the mesh uses one for half a minute, and its signature is most of
// what a request costs a service. Held beside the keys that it was checked with, so that it goes when they are read
// anew.
import { BoundedMap } from "../decide/text/bounded-map.ts";
import type { KeySet } from "../tokens/key-set.ts";
import type { Verified } from "../tokens/verify-token.ts";

type Good = Extract<Verified, { readonly ok: true }>;

/** A service has as many callers at a time; what is beyond is checked anew. */
const MAX_WORDS = 4096;

export class KnownWords {
  readonly #byKeys = new WeakMap<KeySet, BoundedMap<string, { readonly good: Good; readonly since: number }>>();

  /** @param word the whole assertion, and what it was held to */
  find(keys: KeySet, word: string, now: number): Good | null {
    const known = this.#byKeys.get(keys)?.get(word);
    // Before `since` it may not have been valid yet.
    const holds = known !== undefined && now >= known.since && now < (known.good.expiresAtMs ?? -Infinity);
    return holds ? known.good : null;
  }

  keep(keys: KeySet, word: string, good: Good, now: number): void {
    // What is bound to one request does not come again.
    if (good.claims.htp !== undefined || good.claims.htm !== undefined) {
      return;
    }
    const words = this.#byKeys.get(keys) ?? new BoundedMap(MAX_WORDS);
    this.#byKeys.set(keys, words);
    words.set(word, { good, since: now });
  }
}
