// Which rule answers a request: matching and precedence of the Gateway API over the compiled index. Costs a few
// look-ups for each label of the host and each segment of the path, however many routes there are; only rules that
// share host and path (and regular-expression paths of the host) are tried one by one, in the order that
// `compile/route/router.ts` put.
import type {
  HostIndex,
  HostSet,
  PathIndex,
  PrefixNode,
  Router,
  Rule,
  RuleMatch,
  ServiceKey,
} from "../../model/snapshot/snapshot.ts";
import type { HostnameBounds } from "../../model/snapshot/hostname-bounds.ts";
import { lookUp, wider } from "./host.ts";
import { matchesRegex, type Work } from "./regex-machine.ts";

export interface RouteRequest {
  /** Lower-case, without port and trailing dot. */
  readonly host: string;
  /** Canonical (`canonicalPath().matchPath`). */
  readonly path: string;
  readonly method: string;
  /** The value of a header, repeated ones joined by ", " (RFC 9110 §5.3); null without it. The name is lower-case. */
  readonly header: (name: string) => string | null;
  /** The first value of a query parameter, decoded; null without it. */
  readonly query: (name: string) => string | null;
  /** Where the request came in. `gateway` as `"<namespace>/<name>"`; null = not known: all Gateways are considered. */
  readonly entry: { readonly gateway: string | null; readonly port: number | null; readonly scheme: "http" | "https" };
  /**
   * Set when the request addresses a service by itself: only routes attached to that service are considered (GAMMA).
   */
  readonly service: ServiceKey | null;
  /** Namespace of the proven caller; null = not known: consumer routes do not apply. */
  readonly callerNamespace: string | null;
  /**
   * Names of headers whose conditions are taken to hold, because the request itself is still to come. Absent = none.
   */
  readonly assumes?: (name: string) => boolean;
  /**
   * What may be spent on conditions; below zero afterwards = it was too little, and no answer holds. Absent = anything.
   */
  readonly work?: Work;
}

export interface Matched {
  readonly match: RuleMatch;
  readonly rule: Rule;
  /** The hostname that matched (`shop.example.com`, `*.example.com`, `*`); null for a service's own routes. */
  readonly host: string | null;
}

export interface Unmatched {
  readonly match: null;
  readonly rule: null;
  /** The request addresses a service that has no routes of its own: it goes there as it is. */
  readonly direct: boolean;
}

const NO_ROUTE: Unmatched = { match: null, rule: null, direct: false };
const DIRECT: Unmatched = { match: null, rule: null, direct: true };
/** The Gateway that takes what no other one names. */
const BUILT_IN = "selvage-system/selvage";
/** Where it is known at which Gateway a request came in, only that one is asked. */
const NO_BOUNDS: HostnameBounds = {};
const LONGEST_HOST = 253;

/** The winning rule, or why there is none. */
export function match(router: Router, request: RouteRequest): Matched | Unmatched {
  if (!request.path.startsWith("/")) {
    return NO_ROUTE;
  }
  if (request.service !== null) {
    return matchService(router, request, request.service);
  }
  for (const { pattern, index, within } of hostsOf(router, request)) {
    const found = searchPaths(router, index, request, within);
    if (found !== -1) {
      return matched(router, found, pattern);
    }
  }
  return NO_ROUTE;
}

/** What is matched below one of the hostnames that fit. */
export interface Host {
  readonly pattern: string;
  readonly index: PathIndex;
  readonly within: Scope;
}

/** The most specific hostname first. */
export function* hostsOf(router: Router, request: Pick<RouteRequest, "host" | "entry">): Iterable<Host> {
  const scope = scopeOf(router, request);
  if (scope === null) {
    return;
  }
  const bounds = request.entry.gateway === null ? router : NO_BOUNDS;
  const owner = ownerOf(bounds.nested, scope.host);
  let within = scope;
  for (let pattern: string | null = scope.host; pattern !== null; pattern = wider(pattern)) {
    if (isForeign(bounds.nested, pattern, owner)) {
      continue;
    }
    if (bounds.named !== undefined && Object.hasOwn(bounds.named, pattern)) {
      within = { ...scope, isNamed: true };
    }
    const index = Object.hasOwn(scope.hosts, pattern) ? scope.hosts[pattern] : undefined;
    if (index !== undefined) {
      yield { pattern, index, within };
    }
  }
}

/** What the place where a request came in leaves to choose from. */
export interface Scope {
  readonly hosts: HostIndex;
  /** The request's host as it is looked up: `*` (the catch-all only) for one too long to be a name. */
  readonly host: string;
  /** null = the port has decided. */
  readonly protocol: "HTTP" | "HTTPS" | null;
  /** A Gateway's listener names the host: the built-in Gateway does not serve it. */
  readonly isNamed: boolean;
}

/** Null when the Gateway does not listen there. */
export function scopeOf(router: Router, request: Pick<RouteRequest, "host" | "entry">): Scope | null {
  const { gateway, port, scheme } = request.entry;
  const host = request.host.length > LONGEST_HOST ? "*" : request.host;
  if (gateway !== null) {
    const hosts =
      router.entries[`${gateway}:${port ?? (scheme === "https" ? 443 : 80)}`] ??
      // The built-in Gateway listens on every port.
      router.entries[`${gateway}:0`];
    return hosts === undefined ? null : { hosts, host, protocol: null, isNamed: false };
  }
  const hosts = router.entries["*"];
  return hosts === undefined ? null : { hosts, host, protocol: protocolOf(router, host, scheme), isNamed: false };
}

/** The listeners of the request's own protocol, unless only the other's know the host (the platform may end TLS). */
function protocolOf(router: Router, host: string, scheme: "http" | "https"): "HTTP" | "HTTPS" {
  const own = scheme === "https" ? "HTTPS" : "HTTP";
  const other = scheme === "https" ? "HTTP" : "HTTPS";
  if (knows(router, router.hosts[own], host)) {
    return own;
  }
  return knows(router, router.hosts[other], host) ? other : own;
}

function knows({ nested }: Router, hosts: HostSet, host: string): boolean {
  const owner = ownerOf(nested, host);
  for (let pattern: string | null = host; pattern !== null; pattern = wider(pattern)) {
    if (Object.hasOwn(hosts, pattern) && !isForeign(nested, pattern, owner)) {
      return true;
    }
  }
  return false;
}

/** The namespace whose the host is; null where none lie within each other. */
function ownerOf(nested: HostnameBounds["nested"], host: string): string | null {
  return nested === undefined ? null : (lookUp(nested, host) ?? null);
}

/** Whether another namespace has the pattern around what is the host's own. */
function isForeign(nested: HostnameBounds["nested"], pattern: string, owner: string | null): boolean {
  return nested !== undefined && owner !== null && Object.hasOwn(nested, pattern) && nested[pattern] !== owner;
}

function matchService(router: Router, request: RouteRequest, service: ServiceKey): Matched | Unmatched {
  const routes = router.services[service];
  if (routes === undefined) {
    return DIRECT;
  }
  const caller = request.callerNamespace;
  const consumer = caller !== null && Object.hasOwn(routes.consumers, caller) ? routes.consumers[caller] : undefined;
  const index = consumer ?? routes.producer;
  if (index === null) {
    return DIRECT;
  }
  const onPort = index.ports[String(request.entry.port)];
  if (onPort === null) {
    return DIRECT;
  }
  const found = searchPaths(router, onPort ?? index.all, request, null);
  return found === -1 ? NO_ROUTE : matched(router, found, null);
}

function matched(router: Router, found: number, host: string | null): Matched | Unmatched {
  const match = router.matches[found];
  const rule = match === undefined ? undefined : router.rules[match.rule];
  return match === undefined || rule === undefined ? NO_ROUTE : { match, rule, host };
}

function searchPaths(router: Router, index: PathIndex, request: RouteRequest, scope: Scope | null): number {
  const exact = index.exact[request.path];
  let found = exact === undefined ? -1 : first(router, exact, request, scope);
  if (found === -1 && index.regex.length > 0) {
    found = first(router, index.regex, request, scope);
  }
  return found === -1 ? searchPrefix(router, index.prefix, 0, request, scope) : found;
}

/** The deepest node that has a fitting rule. `from` is where the next segment's slash stands. */
function searchPrefix(
  router: Router,
  node: PrefixNode,
  from: number,
  request: RouteRequest,
  scope: Scope | null,
): number {
  const { path } = request;
  if (from < path.length) {
    const end = path.indexOf("/", from + 1);
    const to = end === -1 ? path.length : end;
    const child = node.next[path.slice(from, to)];
    const found = child === undefined ? -1 : searchPrefix(router, child, to, request, scope);
    if (found !== -1) {
      return found;
    }
  }
  return first(router, node.here, request, scope);
}

function first(router: Router, candidates: readonly number[], request: RouteRequest, scope: Scope | null): number {
  const { work } = request;
  for (const candidate of candidates) {
    if (work !== undefined && --work.left < 0) {
      return -1;
    }
    const match = router.matches[candidate];
    if (match === undefined) {
      continue;
    }
    if (scope !== null && !listens(router, match.listener, scope)) {
      continue;
    }
    if (conditionsHold(router, match, request)) {
      return candidate;
    }
  }
  return -1;
}

/** Does the listener take the protocol, and does no more specific listener of its Gateway and port own the host? */
export function listens(router: Router, at: number, scope: Scope): boolean {
  const listener = router.listeners[at];
  const group = listener === undefined ? undefined : router.groups[listener.group];
  if (listener === undefined || group === undefined) {
    return false;
  }
  if (scope.isNamed && listener.gateway === BUILT_IN) {
    return false;
  }
  if (scope.protocol !== null && listener.protocol !== null && listener.protocol !== scope.protocol) {
    return false;
  }
  return lookUp(group, scope.host) === at;
}

/** Everything of a match but host and exact or prefix path; those the index has answered. */
export function conditionsHold(router: Router, match: RuleMatch, request: RouteRequest): boolean {
  if (match.method !== null && match.method !== request.method) {
    return false;
  }
  for (const condition of match.headers) {
    if (request.assumes?.(condition.name) === true) {
      continue;
    }
    if (!valueFits(router, condition, request.header(condition.name), request.work)) {
      return false;
    }
  }
  for (const condition of match.query) {
    if (!valueFits(router, condition, request.query(condition.name), request.work)) {
      return false;
    }
  }
  return match.path.type !== "RegularExpression" || programFits(router, match.path.program, request.path, request.work);
}

/** One header or query condition against the value a request has. */
export function valueFits(
  router: Router,
  condition: RuleMatch["headers"][number],
  value: string | null,
  work?: Work,
): boolean {
  if (value === null) {
    return false;
  }
  return condition.type === "Exact" ? value === condition.value : programFits(router, condition.program, value, work);
}

function programFits(router: Router, at: number, text: string, work?: Work): boolean {
  const program = router.programs[at];
  return program !== undefined && matchesRegex(program, text, work);
}
