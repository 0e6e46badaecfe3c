// Cross-origin requests as the Gateway API's CORS filter has them (GEP-1767): what a preflight is told, and what is
// added to the answer of a real request. The filter has the last word: a service's own Access-Control-* headers are
// replaced.
import type { Filter } from "../../model/snapshot/snapshot.ts";
import type { HeaderList, HeaderTarget } from "./headers.ts";

export type CorsFilter = Extract<Filter, { type: "CORS" }>;

/** Every header that the filter speaks for. */
export const CORS_HEADERS: ReadonlySet<string> = new Set([
  "access-control-allow-origin",
  "access-control-allow-credentials",
  "access-control-allow-methods",
  "access-control-allow-headers",
  "access-control-expose-headers",
  "access-control-max-age",
]);

/** A question that only the mesh answers, before any service is asked (Fetch §3.2.2). */
export function isPreflight(method: string, headers: HeaderList): boolean {
  return (
    method === "OPTIONS" && headers.get("origin") !== null && headers.get("access-control-request-method") !== null
  );
}

/** Headers of the 204 to a preflight. An origin that is not allowed gets none of them, and its browser stops there. */
export function preflightHeaders(filter: CorsFilter, request: HeaderList): Record<string, string> {
  const vary = { vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers" };
  const allowed = allowOrigin(filter, request.get("origin"));
  if (allowed === null) {
    return vary;
  }
  const answer: Record<string, string> = { ...vary, "access-control-allow-origin": allowed };
  const set = (name: string, value: string | null): void => {
    if (value !== null && value !== "") {
      answer[name] = value;
    }
  };
  set("access-control-allow-credentials", filter.allowCredentials ? "true" : null);
  set("access-control-allow-methods", list(filter, filter.allowMethods, request.get("access-control-request-method")));
  set("access-control-allow-headers", list(filter, filter.allowHeaders, request.get("access-control-request-headers")));
  set("access-control-expose-headers", list(filter, filter.exposeHeaders, null));
  set("access-control-max-age", String(filter.maxAgeSeconds));
  return answer;
}

/** Marks the answer to a real cross-origin request, in place. */
export function markResponse(filter: CorsFilter, origin: string | null, response: HeaderTarget): void {
  for (const name of CORS_HEADERS) {
    response.delete(name);
  }
  const allowed = allowOrigin(filter, origin);
  if (allowed !== "*") {
    response.append("vary", "Origin");
  }
  if (allowed === null) {
    return;
  }
  response.set("access-control-allow-origin", allowed);
  if (filter.allowCredentials) {
    response.set("access-control-allow-credentials", "true");
  }
  const exposed = list(filter, filter.exposeHeaders, null);
  if (exposed !== null && exposed !== "") {
    response.set("access-control-expose-headers", exposed);
  }
}

/** `*` may not stand beside credentials: then the caller's own question is repeated instead. */
function list(filter: CorsFilter, values: readonly string[], asked: string | null): string | null {
  if (values.length === 1 && values[0] === "*") {
    return filter.allowCredentials ? asked : "*";
  }
  return values.join(", ");
}

function allowOrigin(filter: CorsFilter, origin: string | null): string | null {
  if (origin === null) {
    return null;
  }
  if (!filter.allowOrigins.some((pattern) => pattern === "*" || originMatches(pattern, origin))) {
    return null;
  }
  return filter.allowOrigins.includes("*") && !filter.allowCredentials ? "*" : origin;
}

const ORIGIN = /^(https?):\/\/([^/?#:@\s]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/;

/**
 * `*` in a pattern's host stands for one character or more, dots included; a port that is left out is the scheme's own.
 */
export function originMatches(pattern: string, origin: string): boolean {
  const wanted = ORIGIN.exec(pattern.toLowerCase());
  const given = ORIGIN.exec(origin.toLowerCase());
  if (wanted === null || given === null || wanted[1] !== given[1]) {
    return false;
  }
  if (port(wanted) !== port(given)) {
    return false;
  }
  const [, , wantedHost = ""] = wanted;
  const [, , givenHost = ""] = given;
  if (!wantedHost.startsWith("*")) {
    return wantedHost === givenHost;
  }
  const suffix = wantedHost.slice(1);
  return givenHost.length > suffix.length && givenHost.endsWith(suffix);
}

function port([, scheme, , digits]: RegExpExecArray): string {
  return digits ?? (scheme === "https" ? "443" : "80");
}
