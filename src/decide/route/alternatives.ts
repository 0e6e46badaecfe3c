// The rules that a request did not go to though they are near, each with the first reason: for operators who ask why,
// never for requests. Walks the same index as near-routes.ts, so that the largest mesh answers at once.
import type { PathIndex, Router, RuleMatch } from "../../model/snapshot/snapshot.ts";
import { wider } from "./host.ts";
import { listens, scopeOf, valueFits, type Matched, type RouteRequest } from "./match.ts";
import { nearCandidates } from "./near-routes.ts";
import { matchesRegex } from "./regex-machine.ts";

interface RuleNotTaken {
  /** `<namespace>/<name>` of the HTTPRoute. */
  readonly route: string;
  readonly rule: string;
  readonly why: string;
}

const MOST = 8;

/** @param winner null = no rule matched */
export function rulesNotTaken(
  router: Router,
  asked: RouteRequest,
  winner: Pick<Matched, "match" | "host"> | null,
): RuleNotTaken[] {
  const found: RuleNotTaken[] = [];
  const seen = new Set(winner === null ? [] : [winner.match.rule]);
  for (const { index, host } of indexesOf(router, asked)) {
    for (const at of nearCandidates(index, asked.path)) {
      const match = router.matches[at];
      const rule = match === undefined ? undefined : router.rules[match.rule];
      if (match === undefined || rule === undefined || seen.has(match.rule)) {
        continue;
      }
      if (found.length === MOST) {
        return found;
      }
      seen.add(match.rule);
      found.push({ route: rule.route, rule: rule.name, why: whyNot(router, asked, { match, at, host }, winner) });
    }
  }
  return found;
}

interface Candidate {
  readonly match: RuleMatch;
  readonly at: number;
  /** null = a service's own route. */
  readonly host: string | null;
}

function indexesOf(router: Router, asked: RouteRequest): { index: PathIndex; host: string | null }[] {
  if (asked.service !== null) {
    const routes = router.services[asked.service];
    const caller = asked.callerNamespace;
    const own =
      caller !== null && Object.hasOwn(routes?.consumers ?? {}, caller) ? routes?.consumers[caller] : undefined;
    const index = own ?? routes?.producer ?? null;
    return index === null ? [] : [{ index: index.all, host: null }];
  }
  const scope = scopeOf(router, asked);
  const found: { index: PathIndex; host: string | null }[] = [];
  if (scope === null) {
    return found;
  }
  for (let host: string | null = scope.host; host !== null; host = wider(host)) {
    const index = Object.hasOwn(scope.hosts, host) ? scope.hosts[host] : undefined;
    if (index !== undefined) {
      found.push({ index, host });
    }
  }
  return found;
}

function whyNot(
  router: Router,
  asked: RouteRequest,
  { match, host }: Candidate,
  winner: Pick<Matched, "match" | "host"> | null,
): string {
  const unmet = pathFault(router, asked, match) ?? conditionFault(router, asked, match);
  if (unmet !== null) {
    return unmet;
  }
  const scope = asked.service === null ? scopeOf(router, asked) : null;
  if (scope !== null && !listens(router, match.listener, scope)) {
    return "it matches, but a more specific listener of its Gateway, or another Gateway, owns the host";
  }
  if (winner === null) {
    return "it matches, but the host or the address belongs to another namespace";
  }
  if (winner.host !== host) {
    return `it matches, but its hostname ${host ?? ""} is less specific than ${winner.host ?? ""}`;
  }
  return `it matches, but ${shadow(winner.match, match)}`;
}

/** By the precedence of the Gateway API. */
function shadow(by: RuleMatch, match: RuleMatch): string {
  if (by.path.type !== match.path.type) {
    return `a path of type ${by.path.type} goes before one of type ${match.path.type}`;
  }
  if (by.path.value.length !== match.path.value.length) {
    return `the path ${by.path.value} is longer than ${match.path.value}`;
  }
  if ((by.method === null) !== (match.method === null)) {
    return "a rule that names the method goes before it";
  }
  if (by.headers.length !== match.headers.length) {
    return "a rule with more header conditions goes before it";
  }
  if (by.query.length !== match.query.length) {
    return "a rule with more query conditions goes before it";
  }
  return "an older route, or an earlier rule of the same one, says the same";
}

function pathFault(router: Router, { path, work }: RouteRequest, match: RuleMatch): string | null {
  const { type, value } = match.path;
  switch (type) {
    case "Exact":
      return path === value ? null : `its path is exactly ${value}`;
    case "PathPrefix":
      return value === "/" || path === value || path.startsWith(`${value}/`) ? null : `its path begins with ${value}`;
    case "RegularExpression": {
      const program = router.programs[match.path.program];
      return program !== undefined && matchesRegex(program, path, work) ? null : `its path matches ${value}`;
    }
  }
}

function conditionFault(router: Router, asked: RouteRequest, { method, headers, query }: RuleMatch): string | null {
  if (method !== null && method !== asked.method) {
    return `its method is ${method}`;
  }
  const header = headers.find((one) => !valueFits(router, one, asked.header(one.name), asked.work));
  if (header !== undefined) {
    return `the header ${header.name} ${asked.header(header.name) === null ? "is absent" : "has another value"}`;
  }
  const parameter = query.find((one) => !valueFits(router, one, asked.query(one.name), asked.work));
  if (parameter === undefined) {
    return null;
  }
  return `the query parameter ${parameter.name} ${asked.query(parameter.name) === null ? "is absent" : "has another value"}`;
}
