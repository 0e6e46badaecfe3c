// What an isolate and the object that fetches a key set say to each other. Public keys only; nothing here is secret.
import type { PublicKeys } from "../document/field/jwks.ts";

export interface JwksQuestion {
  /** As a document has it, never as a token does. */
  readonly url: string;
  /** Whether private addresses and plain http are reached: what the document's cluster says. */
  readonly allowPrivate: boolean;
  /** A key that the asker does not have and would like to; null = only whether anything is newer. */
  readonly kid: string | null;
  /** `version` of the keys that the asker has; null = none. */
  readonly seen: string | null;
}

/**
 * `keys`: null = those that the asker has. `confirmedMs`: how long ago they were last read at their source.
 * `unavailable`: there are none, or none of less than a day; ask again after `retryMs`.
 */
export type JwksAnswer =
  | {
      readonly ok: true;
      readonly version: string;
      readonly confirmedMs: number;
      readonly keys: PublicKeys | null;
    }
  | { readonly ok: false; readonly reason: string; readonly retryMs: number };
