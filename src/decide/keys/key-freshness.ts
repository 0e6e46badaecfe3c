// Whether an isolate may use the mesh's keys as it holds them. A key that was revoked must be refused within 60 s even by an
// isolate that slept: what was last asked about longer ago is asked about first. A ring that does not answer costs one
// request a wait, not all of them, and the keys at hand serve on for a day, as the snapshot does.

/** Asked about again, behind a request. */
const REFRESH_MS = 25_000;
/** Asked about before it is used. */
export const CHECK_KEYS_MS = 50_000;
/** Between two attempts while the ring does not answer. */
const RETRY_MS = 2000;
export const KEYS_LAST_GOOD_MS = 24 * 3_600_000;

export interface KeyChecks {
  /** When the last successful question was sent; null = none was. */
  readonly checkedAt: number | null;
  readonly failedAt: number | null;
}

/** `expired`: only what is learnt now may be used. */
export type KeyFreshness = "serve" | "refresh-behind" | "check-first" | "expired";

export function keyFreshness({ checkedAt, failedAt }: KeyChecks, now: number): KeyFreshness {
  if (checkedAt === null) return failedAt !== null && now - failedAt <= RETRY_MS ? "serve" : "check-first";
  const age = now - checkedAt;
  if (age > KEYS_LAST_GOOD_MS) return "expired";
  if (age <= REFRESH_MS) return "serve";
  if (failedAt !== null && now - failedAt <= RETRY_MS) return "serve";
  return age <= CHECK_KEYS_MS ? "refresh-behind" : "check-first";
}
