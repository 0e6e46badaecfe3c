// Whether a key set is asked for again because a token names a key that is not in it: strangers write what they like.
import { JWKS_GAP_MS } from "./jwks-record.ts";

/** How long a key id that was asked for and not found is known not to exist. */
const UNKNOWN_KID_MS = 300_000;
export const MAX_UNKNOWN_KIDS = 1000;

/** A key id that is unknown: ask and wait, ask for others' sake and refuse this one now, or just refuse. */
type UnknownKidVerdict = "ask" | "ask-behind" | "refuse";

/**
 * Of all the unknown key ids that a flood brings, one in 30 s is asked for. One that was not found lately does not hold
 * up its request, yet it is asked for again: somebody may have named a key before its issuer published it.
 *
 * @param kidAskedAt when this isolate last asked for an unknown key of this URL
 * @param missedAt when exactly this one was not found; null = not lately
 */
export function unknownKidVerdict(kidAskedAt: number | null, missedAt: number | null, now: number): UnknownKidVerdict {
  if (kidAskedAt !== null && now - kidAskedAt < JWKS_GAP_MS) {
    return "refuse";
  }
  return missedAt !== null && now - missedAt < UNKNOWN_KID_MS ? "ask-behind" : "ask";
}
