// Which rule a browser's preflight is about. It comes as OPTIONS and without the headers of the request that it
// announces, so a rule that names a method or a header would never be found by what was sent: it is looked for by what
// is announced.
import type { Filter, Router, Rule } from "../../model/snapshot/snapshot.ts";
import { match, type Matched, type RouteRequest, type Unmatched } from "./match.ts";

/**
 * Sent with the request itself, and neither with a preflight nor announced by one (Fetch, CORS-safelisted and
 * credentials).
 */
const NOT_ANNOUNCED: ReadonlySet<string> = new Set([
  "accept",
  "accept-language",
  "authorization",
  "content-language",
  "content-type",
  "cookie",
  "range",
]);

/**
 * A rule that names OPTIONS itself speaks for preflights. Else the rule that would answer the announced request does,
 * if it has a CORS filter; else whichever takes an OPTIONS as it came.
 */
export function matchPreflight(router: Router, sent: RouteRequest): Matched | Unmatched {
  const asSent = match(router, sent);
  if (asSent.match === null ? asSent.direct : asSent.match.method === "OPTIONS") {
    return asSent;
  }
  const announced = namesIn(sent.header("access-control-request-headers"));
  const method = sent.header("access-control-request-method") ?? sent.method;
  const isThere = (name: string): boolean => announced.has(name) || NOT_ANNOUNCED.has(name);
  const meant = match(router, { ...sent, method, assumes: isThere });
  if (meant.match !== null && answersPreflights(meant.rule)) {
    return meant;
  }
  if (asSent.match !== null) {
    return asSent;
  }
  // Nothing else takes it: then also a rule whose header the page does not mean to send.
  const nearly = match(router, { ...sent, method, assumes: (name) => isThere(name) || sent.header(name) === null });
  return nearly.match !== null && answersPreflights(nearly.rule) ? nearly : asSent;
}

function namesIn(list: string | null): ReadonlySet<string> {
  return new Set((list ?? "").split(",").map((name) => name.trim().toLowerCase()));
}

/** Whichever backend it falls to. */
function answersPreflights({ filters, backends }: Rule): boolean {
  const isCors = ({ type }: Filter): boolean => type === "CORS";
  const asked = backends.filter(({ weight }) => weight > 0);
  return filters.some(isCors) || (asked.length > 0 && asked.every((backend) => backend.filters.some(isCors)));
}
