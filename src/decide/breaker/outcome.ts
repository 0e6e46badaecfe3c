// What counts as a failure of the service: what it did not answer in time or at all, and the statuses that say that it,
// or what stands before it, is broken. Not its refusals (4xx, 429), and nothing that the mesh itself refuses.
import type { TryEnd } from "../retry/http-route.ts";

const FAILING: ReadonlySet<number> = new Set([500, 502, 503, 504]);
/** Cloudflare's words for an origin that it could not reach. */
const isUnreached = (status: number): boolean => status >= 520 && status <= 526;

export function isFailure(end: TryEnd): boolean {
  if (end.end === "caller") {
    return false;
  }
  if (end.end !== "answered") {
    return true;
  }
  return FAILING.has(end.status) || isUnreached(end.status);
}
