// TrafficPolicy.retry: which failure of which request is worth another try, and after how long. A request whose method
// is not idempotent is sent again only where the policy lists its method and the caller gave an Idempotency-Key, or
// where it was certainly never sent. HTTPRoute.retry has rules of its own (retry.ts).
import type { CallRetry, RetryCause } from "../../model/snapshot/call-policy.ts";
import { isIdempotent, type RetriedRequest, type Tries, type TryEnd } from "./http-route.ts";

const NONE: readonly RetryCause[] = [];
/** Nothing came back: Envoy's `gateway-error` and `5xx` count that in, so ours do. */
const NO_ANSWER: readonly RetryCause[] = ["connect-failure", "reset", "gateway-error", "5xx"];
const NOT_IN_TIME: readonly RetryCause[] = ["reset", "gateway-error", "5xx"];
const CLIENT_ERROR: readonly RetryCause[] = ["retriable-4xx"];
const GATEWAY_ERROR: readonly RetryCause[] = ["gateway-error", "5xx"];
const SERVER_ERROR: readonly RetryCause[] = ["5xx"];

/** Could a failure of this request be followed by another try? Then its body is worth keeping. */
export function maySendAgain(retry: CallRetry, method: string, hasIdempotencyKey: boolean): boolean {
  return retry.attempts > 0 && retry.methods.includes(method) && (isIdempotent(method) || hasIdempotencyKey);
}

/**
 * @param retryAfterMs what the answer asks for; null = nothing
 * @returns milliseconds to wait before the next try; null = there is none; "late" = there would be one, too late
 */
export function policyRetryDelayMs(
  retry: CallRetry,
  request: RetriedRequest,
  tried: TryEnd,
  { retries, remainingMs, random }: Tries,
  retryAfterMs: number | null,
): number | "late" | null {
  if (retries >= retry.attempts || !request.replayable) {
    return null;
  }
  const causes = causesOf(tried, retryAfterMs);
  if (!retry.on.some((cause) => causes.includes(cause))) {
    return null;
  }
  if (tried.end !== "unsent" && !maySendAgain(retry, request.method, request.hasIdempotencyKey)) {
    return null;
  }
  // What the service asks for is its word to the caller; what the policy asks for is the mesh's own doing.
  if (remainingMs !== null && (retryAfterMs ?? 0) >= remainingMs) {
    return null;
  }
  const delayMs = Math.max(backoffMs(retry, retries, random), retryAfterMs ?? 0);
  return remainingMs !== null && delayMs >= remainingMs ? "late" : delayMs;
}

/** What of `retry.on` covers the end of a try. 501 and 505 would only be said again. */
function causesOf(tried: TryEnd, retryAfterMs: number | null): readonly RetryCause[] {
  switch (tried.end) {
    case "unsent":
    case "lost":
      return NO_ANSWER;
    case "timeout":
      return NOT_IN_TIME;
    case "caller":
      return NONE;
    case "answered":
      if (tried.status === 409 || (tried.status === 429 && retryAfterMs !== null)) {
        return CLIENT_ERROR;
      }
      if (tried.status >= 502 && tried.status <= 504) {
        return GATEWAY_ERROR;
      }
      return tried.status >= 500 && tried.status !== 501 && tried.status !== 505 ? SERVER_ERROR : NONE;
  }
}

/** Full jitter: uniform below `(2^n − 1) × base`, at most `max`. */
function backoffMs({ baseMs, maxMs }: CallRetry, retries: number, random: number): number {
  return Math.floor(random * Math.min((2 ** (retries + 1) - 1) * baseMs, maxMs));
}
