// Which requests are refused before a service's cap is reached, so that there is room for those that matter more.
// Decided by the request's id: one that was refused is refused again as long as the load stays, and does not get
// through by asking often.
import type { PriorityTerms, RequestClass } from "../../model/snapshot/concurrency-terms.ts";
import { unit } from "../balance/rendezvous.ts";

/** From where refusing begins until everything of a class is refused, percent of the cap. */
const RAMP = 10;

/** @param said the value of the request's header; anything but a class counts as absent */
export function classOf(terms: PriorityTerms | null, said: string | null): RequestClass {
  if (terms === null) {
    return "normal";
  }
  switch (said?.trim().toLowerCase()) {
    case "critical":
      return "critical";
    case "normal":
      return "normal";
    case "best-effort":
      return "best-effort";
    default:
      return terms.default;
  }
}

/** The lower goes first. */
export function rankOf(requestClass: RequestClass): number {
  return { critical: 0, normal: 1, "best-effort": 2 }[requestClass];
}

/** @param load percent of the cap in use */
export function isShed(terms: PriorityTerms, requestClass: RequestClass, load: number, requestId: string): boolean {
  if (requestClass === "critical") {
    return false;
  }
  const from = requestClass === "normal" ? terms.normalAt : terms.bestEffortAt;
  if (load < from) {
    return false;
  }
  const ramp = Math.min(RAMP, 100 - from);
  return ramp === 0 || unit(requestId) < (load - from) / ramp;
}
