// Whether an isolate may decide a request with the snapshot in its memory, must ask first, or should ask behind the
// request's back. Two promises are kept: nobody decides on something last checked more than 2 s ago without having tried
// to check it, and a registry that does not answer delays one request, not all of them.

/** Older than this is checked before it decides: a revoked right must not live on in an isolate that slept. */
export const CHECK_FIRST_MS = 2000;
/** After a failed check, requests are served from memory for so long before the next attempt. */
export const RETRY_MS = 1000;
/** While checks kept failing within this time, the next attempt is made behind a request, not before it. */
export const OUTAGE_MS = 10_000;
/** The last good snapshot serves for so long without a successful check. */
export const LAST_GOOD_MS = 24 * 3_600_000;

export interface Checks {
  /** When the last successful check was sent; null = nothing was ever loaded. */
  readonly checkedAt: number | null;
  /** When the last check failed; null = never. */
  readonly failedAt: number | null;
  /** Interval that the mesh object asked for. */
  readonly pollMs: number;
}

export type Freshness = "serve" | "refresh-behind" | "check-first";

export function freshness({ checkedAt, failedAt, pollMs }: Checks, now: number): Freshness {
  if (checkedAt === null) return "check-first";
  if (now - checkedAt <= pollMs) return "serve";
  const sinceFailure = failedAt === null ? Infinity : now - failedAt;
  if (sinceFailure <= RETRY_MS) return "serve";
  if (now - checkedAt <= CHECK_FIRST_MS || sinceFailure <= OUTAGE_MS) return "refresh-behind";
  return "check-first";
}
