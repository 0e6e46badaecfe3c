// Whether what an isolate keeps (the snapshot, keys, key sets) may be used as it is, should be asked about behind the
// request, or must be asked about first. Two promises are kept: nobody decides on something that is older than its
// terms allow without having tried to check it, and a source that does not answer delays one request, not all of them.

/** What one kind of value allows. Ages are counted from when the value was last known to be true. */
export interface FreshnessTerms {
  /** Older than this is asked about before it is used: what was revoked must not live on in an isolate that slept. */
  readonly checkFirstMs: number;
  /** Older than this is not used at all. */
  readonly lastGoodMs: number;
  /** While questions kept failing within this time, the next one is asked behind a request, not before it. */
  readonly outageMs: number;
}

export interface Checks {
  /** When the value was last known to be true, milliseconds since the epoch; null = there is none. */
  readonly confirmedAt: number | null;
  /** When the last question failed, or told nothing that is fresh; null = it did not. */
  readonly failedAt: number | null;
  /** Nobody asks again before. */
  readonly notBefore: number;
  /** Younger than this is used without asking. */
  readonly freshMs: number;
}

/** `expired`: there is nothing that may be used, and it is too early to ask again. */
type Freshness = "serve" | "refresh-behind" | "check-first" | "expired";

export function freshness(terms: FreshnessTerms, checks: Checks, now: number): Freshness {
  const { confirmedAt, failedAt, notBefore, freshMs } = checks;
  if (!isUsable(terms, confirmedAt, now)) {
    return now < notBefore ? "expired" : "check-first";
  }
  const age = now - confirmedAt;
  if (age <= freshMs || now < notBefore) {
    return "serve";
  }
  const isFailing = failedAt !== null && now - failedAt <= terms.outageMs;
  return age <= terms.checkFirstMs || isFailing ? "refresh-behind" : "check-first";
}

export function isUsable(
  { lastGoodMs }: Pick<FreshnessTerms, "lastGoodMs">,
  confirmedAt: number | null,
  now: number,
): confirmedAt is number {
  return confirmedAt !== null && now - confirmedAt <= lastGoodMs;
}

/** A snapshot older than this is checked before it decides. The mesh object counts on it: see durable/mesh.ts. */
export const CHECK_FIRST_MS = 2000;
