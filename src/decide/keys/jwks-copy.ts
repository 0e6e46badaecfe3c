// Whether an isolate may use the key set in its memory, should ask for a newer one behind the request, or must ask first.
// A set is young until ten minutes after it was last read at its source. An isolate that slept has to ask before it decides,
// so that a key which was taken back does not live on in it; but a source that is down delays one request in 30 s, and the
// last good set serves for a day. What nobody can give is not asked for again before the time that was told.
import { JWKS_GAP_MS, JWKS_LAST_GOOD_MS, JWKS_TTL_MS } from "./jwks-record.ts";

export interface JwksTimes {
  /** When the set in memory was last read at its source, milliseconds since the epoch; null = there is none. */
  readonly confirmedAt: number | null;
  /** When the last question was answered, or given up; null = never. */
  readonly askedAt: number | null;
  /** Not to be asked again before. */
  readonly notBefore: number;
}

export type JwksVerdict = "serve" | "ask-behind" | "ask-first" | "none";

/** Without a question for so long, an isolate counts as having slept. */
const SLEPT_MS = 2 * JWKS_TTL_MS;

export function jwksVerdict({ confirmedAt, askedAt, notBefore }: JwksTimes, now: number): JwksVerdict {
  if (!isUsable(confirmedAt, now)) return now < notBefore ? "none" : "ask-first";
  if (now - confirmedAt < JWKS_TTL_MS || now < notBefore) return "serve";
  return askedAt === null || now - askedAt >= SLEPT_MS ? "ask-first" : "ask-behind";
}

export function isUsable(confirmedAt: number | null, now: number): confirmedAt is number {
  return confirmedAt !== null && now - confirmedAt < JWKS_LAST_GOOD_MS;
}

/** How long a key id that was asked for and not found is known not to exist. */
export const UNKNOWN_KID_MS = 300_000;
export const MAX_UNKNOWN_KIDS = 1000;

/** A key id that is unknown: ask and wait, ask for others' sake and refuse this one now, or just refuse. */
export type UnknownKidVerdict = "ask" | "ask-behind" | "refuse";

/**
 * Of all the unknown key ids that a flood brings, one in 30 s is asked for. One that was not found lately does not hold up
 * its request, yet it is asked for again: somebody may have named a key before its issuer published it.
 *
 * @param kidAskedAt when this isolate last asked for an unknown key of this URL
 * @param missedAt when exactly this one was not found; null = not lately
 */
export function unknownKidVerdict(kidAskedAt: number | null, missedAt: number | null, now: number): UnknownKidVerdict {
  if (kidAskedAt !== null && now - kidAskedAt < JWKS_GAP_MS) return "refuse";
  return missedAt !== null && now - missedAt < UNKNOWN_KID_MS ? "ask-behind" : "ask";
}
