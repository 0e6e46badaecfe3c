// One request for one bucket, decided in the memory of the isolate: by a token held here, by a refusal remembered, or
// not at all (`ask`): only then it may wait for the coordinator, once and briefly.
import { countAsked, countRefused } from "./demand-tally.ts";
import { loseLateReport, mayReportLimits, type IsolateLimits } from "./isolate.ts";
import { heldId, holdFor, measureDemand, type BucketName, type LeasedBucket } from "./leased-bucket.ts";
import { available, debit, waitFor } from "./ledger.ts";
import type { LimitTerms } from "../../model/snapshot/limit-terms.ts";

/** Without an answer for so long, a request stops waiting and `whenUnavailable` decides. */
export const COLD_WAIT_MS = 150;

export type LeaseVerdict =
  | { readonly verdict: "allow"; readonly remaining: number; readonly resetMs: number }
  | { readonly verdict: "deny"; readonly retryAfterMs: number; readonly resetMs: number }
  /** Nothing is known yet. */
  | { readonly verdict: "ask" }
  /** It has waited, and nobody answered: `whenUnavailable` decides. */
  | { readonly verdict: "unavailable" };

/**
 * Decides one request for one bucket. `waitedSince`: when it began to wait, for one that has; null at its first look.
 * `ask` means: report unless a report is on its way, and look again when an answer came or `COLD_WAIT_MS` is over.
 */
export function spendToken(
  limits: IsolateLimits,
  bucket: BucketName,
  now: number,
  waitedSince: number | null,
): LeaseVerdict {
  loseLateReport(limits, now);
  const held = holdFor(limits, bucket, now);
  if (waitedSince === null) {
    measureDemand(held, limits.sync.pace.nextSyncMs, now);
    countAsked(limits.tally, held, now);
  }
  held.usedAt = now;
  if (held.diesAt <= now) {
    held.tokens = 0;
  }
  const resetMs = Math.max(0, held.resetAt - now);
  if (held.tokens >= 1) {
    held.tokens -= 1;
    countIn(limits, held, now);
    return { verdict: "allow", remaining: held.tokens + held.remaining, resetMs };
  }
  if (held.deniedUntil > now) {
    return deny(limits, held, now, Math.max(held.retryAt, held.deniedUntil) - now, resetMs);
  }
  if (waitedSince === null) {
    return limits.sync.failures > 1 && !mayReportLimits(limits, now) ? UNAVAILABLE : ASK;
  }
  if (limits.sync.failures > 0 && limits.sync.failedAt >= waitedSince) {
    return UNAVAILABLE;
  }
  if (now - waitedSince < COLD_WAIT_MS) {
    return ASK;
  }
  // Answers may have come, but no word on this request: others were faster at the tokens, or the isolate stood still.
  return UNAVAILABLE;
}

const ASK = { verdict: "ask" } as const;
const UNAVAILABLE = { verdict: "unavailable" } as const;

function deny(
  limits: IsolateLimits,
  held: LeasedBucket,
  now: number,
  retryAfterMs: number,
  resetMs: number,
): LeaseVerdict {
  countRefused(limits.tally, held, now);
  return refuse(held, retryAfterMs, resetMs);
}

function refuse(held: LeasedBucket, retryAfterMs: number, resetMs: number): LeaseVerdict {
  held.refused += 1;
  return { verdict: "deny", retryAfterMs: Math.max(1, Math.ceil(retryAfterMs)), resetMs };
}

/** What `spendToken` would decide by itself, for those who only look; null = it would ask. */
export function peekToken(
  { held }: IsolateLimits,
  { limit, key }: Pick<BucketName, "limit" | "key">,
  now: number,
): { readonly tokens: number; readonly retryAfterMs: number } | null {
  const bucket = held.get(heldId(limit, key));
  const tokens = bucket === undefined || bucket.diesAt <= now ? 0 : bucket.tokens;
  if (bucket === undefined || tokens >= 1) {
    return bucket === undefined ? null : { tokens, retryAfterMs: 0 };
  }
  return bucket.deniedUntil > now
    ? { tokens: 0, retryAfterMs: Math.max(bucket.retryAt, bucket.deniedUntil) - now }
    : null;
}

/** Returns a token that `spendToken` gave out for a request which another limit refused. */
export function putBack(limits: IsolateLimits, bucket: BucketName, now: number): void {
  const held = limits.held.get(heldId(bucket.limit, bucket.key));
  if (held && held.diesAt > now) {
    held.tokens += 1;
  }
}

/**
 * The share of the limit that this isolate may assume while nobody answers: rate and burst over the fleet last seen.
 */
export function spendEstimate(limits: IsolateLimits, bucket: BucketName, now: number): LeaseVerdict {
  const held = holdFor(limits, bucket, now);
  const terms = shareOf(limits, bucket.terms);
  const waitMs = waitFor(held.estimate, terms, 1, now);
  if (waitMs > 0) {
    return refuse(held, waitMs, waitMs);
  }
  held.estimate = debit(held.estimate, terms, 1, now);
  held.estimated += 1;
  return { verdict: "allow", remaining: Math.floor(available(held.estimate, terms, now)), resetMs: 0 };
}

/** What is admitted with tokens uses up the estimate as well, so that a gap between two answers adds nothing to it. */
function countIn(limits: IsolateLimits, held: LeasedBucket, now: number): void {
  const terms = shareOf(limits, held.terms);
  if (available(held.estimate, terms, now) >= 1) {
    held.estimate = debit(held.estimate, terms, 1, now);
  }
}

function shareOf(limits: IsolateLimits, terms: LimitTerms): LimitTerms {
  const share = Math.max(1, limits.isolates);
  const burst = Math.max(1, terms.burst / share);
  return { algorithm: "gcra", requests: terms.requests, windowMs: terms.windowMs * share, burst };
}

/** Notes a request that somebody else decided (a strict limit). What is known of its bucket here stays as it is. */
export function noteDecided(limits: IsolateLimits, bucket: BucketName, now: number, allowed: boolean): void {
  const held = holdFor(limits, bucket, now);
  held.usedAt = now;
  countAsked(limits.tally, held, now);
  if (!allowed) {
    countRefused(limits.tally, held, now);
  }
}

/** Notes that a request which `spendToken` could not decide was refused for want of a coordinator. */
export function noteRefused(limits: IsolateLimits, bucket: BucketName, now: number): void {
  countRefused(limits.tally, holdFor(limits, bucket, now), now);
}

export function startWaiting(limits: IsolateLimits, limit: string, key: string, now: number): void {
  limits.held.get(heldId(limit, key))?.waiting.push(now + COLD_WAIT_MS);
}

export function stopWaiting(limits: IsolateLimits, limit: string, key: string): void {
  limits.held.get(heldId(limit, key))?.waiting.shift();
}
