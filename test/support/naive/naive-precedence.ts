// Which matches of a route fit a request, and which of several wins: the specification's order, read literally.
import type { RouteRequest } from "../../../src/decide/route/match.ts";
import type { Document, DocumentOf } from "../../../src/model/document/document.ts";
import type { HTTPRouteMatch } from "../../../src/model/document/gateway-api/http-route-match.ts";

type Route = DocumentOf<"HTTPRoute">;

export interface NaiveMesh {
  readonly documents: readonly Document[];
  /** RFC 3339 by `HTTPRoute/<namespace>/<name>`. */
  readonly createdAt: ReadonlyMap<string, string>;
}

export interface NaiveMatch {
  /** `"<namespace>/<name>"`. */
  readonly route: string;
  readonly rule: number;
  readonly match: number;
}

/** Grows with how much a hostname says: any wildcard is below any full name, then the longer one is above. */
export function specificity(hostname: string): number {
  if (hostname === "*") {
    return 0;
  }
  return hostname.startsWith("*.") ? hostname.length : 1000 + hostname.length;
}

export interface Candidate {
  readonly route: Route;
  readonly rule: number;
  readonly index: number;
  readonly match: HTTPRouteMatch;
  readonly hostname: string;
}

export function fitting(route: Route, request: RouteRequest, hostname: string): Candidate[] {
  return route.spec.rules.flatMap(({ matches }, rule) =>
    matches.flatMap((match, index) => (holds(match, request) ? [{ route, rule, index, match, hostname }] : [])),
  );
}

function holds({ path, method, headers, queryParams }: HTTPRouteMatch, request: RouteRequest): boolean {
  if (method !== undefined && method !== request.method) {
    return false;
  }
  const value = (type: string, wanted: string, given: string | null): boolean =>
    given !== null && (type === "Exact" ? given === wanted : new RegExp(`^(?:${wanted})$`, "su").test(given));
  if (!headers.every(({ type, name, value: wanted }) => value(type, wanted, request.header(name.toLowerCase())))) {
    return false;
  }
  if (!queryParams.every(({ type, name, value: wanted }) => value(type, wanted, request.query(name)))) {
    return false;
  }
  if (path.type !== "PathPrefix") {
    return value(path.type, path.value, request.path);
  }
  const wanted = path.value.split("/").filter((segment) => segment !== "");
  const given = request.path.split("/").slice(1);
  return wanted.every((segment, index) => given[index] === segment);
}

export function winner(candidates: Candidate[], mesh: NaiveMesh): NaiveMatch | null {
  const ranks = (candidate: Candidate): (number | string)[] => {
    const { route, match, hostname, rule, index } = candidate;
    const { namespace, name } = route.metadata;
    const length = match.path.value.replace(/(?<=.)\/$/, "").length;
    return [
      -specificity(hostname),
      { Exact: 0, RegularExpression: 1, PathPrefix: 2 }[match.path.type],
      match.path.type === "Exact" ? 0 : -length,
      match.method === undefined ? 1 : 0,
      -match.headers.length,
      -match.queryParams.length,
      mesh.createdAt.get(`HTTPRoute/${namespace}/${name}`) ?? "9999",
      `${namespace}/${name}`,
      rule,
      index,
    ];
  };
  const [first] = candidates
    .map((candidate) => ({ candidate, ranks: ranks(candidate) }))
    .toSorted((left, right) => compareRanks(left.ranks, right.ranks));
  if (first === undefined) {
    return null;
  }
  const { route, rule, index } = first.candidate;
  return { route: `${route.metadata.namespace}/${route.metadata.name}`, rule, match: index };
}

function compareRanks(left: readonly (number | string)[], right: readonly (number | string)[]): number {
  for (const [index, value] of left.entries()) {
    const other = right[index]!;
    if (value !== other) {
      return value < other ? -1 : 1;
    }
  }
  return 0;
}
