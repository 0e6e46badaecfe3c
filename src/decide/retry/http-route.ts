// Whether a failed try is followed by another, and after how long. A request that may have had an effect is sent again
// only where that does no harm: its method is idempotent, or the caller gave an Idempotency-Key, or it was certainly
// not sent.
import type { Rule } from "../../model/snapshot/snapshot.ts";

export type RetryPolicy = NonNullable<Rule["retry"]>;

/**
 * How a try ended. `lost`: the connection failed before an answer, sent or not cannot be told. `unsent`: it certainly
 * never reached a service. `caller`: by the caller's own doing, which says nothing about the service.
 */
export type TryEnd =
  { readonly end: "answered"; readonly status: number } | { readonly end: "unsent" | "lost" | "timeout" | "caller" };

export interface RetriedRequest {
  readonly method: string;
  readonly hasIdempotencyKey: boolean;
  /** Its body, if any, is still there in full. */
  readonly replayable: boolean;
}

/** RFC 9110 §9.2.2. */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PROPFIND"]);
/** Cloudflare's own statuses for an origin that it never reached: refused, no route, TLS, certificate, DNS. */
const NOT_SENT = new Set([521, 523, 525, 526, 530]);

/** Without a back-off of the route's own: Envoy's, uniform below (2^n − 1) × 25 ms, at most 250 ms. */
const BASE_MS = 25;
const CAP_MS = 250;
/** Jitter on top of a back-off that the route asked for; the specification makes that one a minimum. */
const JITTER = 0.25;
const LONGEST_MS = 10_000;

export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method);
}

/**
 * A status as the end of a try. A service can answer 521 itself after it did what it was asked, so only an answer
 * that the platform made counts as unsent.
 *
 * @param fromPlatform the answer bears Cloudflare's `cf-ray`
 */
export function endOfAnswer(status: number, fromPlatform: boolean): TryEnd {
  return fromPlatform && NOT_SENT.has(status) ? { end: "unsent" } : { end: "answered", status };
}

/** No policy takes it for a failure. */
export function isGood(tried: TryEnd): boolean {
  return tried.end === "answered" && tried.status < 400;
}

/** Could any failure of this request be followed by another try? Then its body is worth keeping. */
export function mayRetry(policy: RetryPolicy | null, method: string, hasIdempotencyKey: boolean): boolean {
  return policy !== null && policy.attempts > 0 && (IDEMPOTENT.has(method) || hasIdempotencyKey);
}

/** A request that was tried, and where it stands. */
export interface Tries {
  /** How many retries were made already. */
  readonly retries: number;
  /** Until the deadline; null = none. */
  readonly remainingMs: number | null;
  /** Uniform in [0, 1). */
  readonly random: number;
}

/**
 * @returns milliseconds to wait before the next try; null = there is none; "late" = there would be one, too late
 */
export function retryDelayMs(
  policy: RetryPolicy | null,
  request: RetriedRequest,
  tried: TryEnd,
  { retries, remainingMs, random }: Tries,
): number | "late" | null {
  if (policy === null || retries >= policy.attempts || !request.replayable || tried.end === "caller") {
    return null;
  }
  if (tried.end === "answered" && !policy.codes.includes(tried.status)) {
    return null;
  }
  if (tried.end !== "unsent" && !IDEMPOTENT.has(request.method) && !request.hasIdempotencyKey) {
    return null;
  }
  const delayMs = backoffMs(policy.backoffMs, retries, random);
  return remainingMs !== null && delayMs >= remainingMs ? "late" : delayMs;
}

function backoffMs(minimumMs: number, retries: number, random: number): number {
  if (minimumMs > 0) {
    return Math.round(Math.min(minimumMs * 2 ** retries, LONGEST_MS) * (1 + JITTER * random));
  }
  return Math.floor(random * Math.min((2 ** (retries + 1) - 1) * BASE_MS, CAP_MS));
}
