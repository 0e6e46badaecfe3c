// Matches and where they are in force → the index that `decide/route/match.ts` reads. All of the Gateway API's
// precedence but hostname and path is settled here, once: matches are numbered in the order in which they win.
import type {
  HostIndex,
  PathIndex,
  PrefixNode,
  RegexProgram,
  Router,
  Rule,
  RuleMatch,
  ServiceKey,
  ServiceRoutes,
} from "../../model/snapshot/snapshot.ts";
import { comparedBy } from "../../decide/route/reads.ts";
import type { HostnameOwners } from "./hostname-claims.ts";
import type { Listeners } from "./listeners.ts";
import { compare, type ServiceView } from "../documents/document-index.ts";
import { mapped, type Steps } from "../documents/steps.ts";

/** One match of one rule at one place: a listener with hostnames, or a service. */
export interface Placement {
  readonly match: RuleMatch;
  /** Where it stands: route (the oldest is 0), rule and match within it. */
  readonly order: readonly [route: number, rule: number, match: number];
  readonly at:
    | { readonly hostnames: readonly string[] }
    | { readonly service: ServiceKey; readonly port: number | null; readonly consumer: string | null };
}

/** A path index while it grows. */
interface Growing {
  readonly exact: Map<string, number[]>;
  readonly regex: number[];
  readonly prefix: GrowingNode;
}
interface GrowingNode {
  readonly here: number[];
  readonly next: Map<string, GrowingNode>;
}

/** Units of a match at one place. */
const PLACED = 0.5;

export function* compileRouter(
  placements: readonly Placement[],
  rules: readonly Rule[],
  { listeners, owners }: { readonly listeners: Listeners; readonly owners: HostnameOwners },
  programs: readonly RegexProgram[],
  services: ReadonlyMap<ServiceKey, ServiceView>,
): Steps<Router> {
  const sorted = placements.toSorted(byPrecedence);
  yield placements.length;
  const matches = sorted.map(({ match }) => match);
  const entries = new Map<string, Map<string, Growing>>([["*", new Map()]]);
  for (const { gateway, port } of listeners.table) {
    entries.set(`${gateway}:${port}`, new Map());
  }
  for (const [number, { match, at }] of sorted.entries()) {
    yield PLACED;
    if (!("hostnames" in at)) {
      continue;
    }
    const listener = listeners.table[match.listener];
    for (const key of ["*", `${listener?.gateway}:${listener?.port}`]) {
      for (const hostname of at.hostnames) {
        insert(indexOf(entries.get(key), hostname), match, number);
      }
    }
  }
  const finished = yield* mapped(entries, placements.length, ([key, hosts]) => [key, finishHosts(hosts)] as const);
  return {
    rules,
    matches,
    listeners: listeners.table,
    groups: listeners.groups,
    programs,
    hosts: listeners.hosts,
    ...owners.bounds,
    entries: Object.fromEntries(finished),
    services: Object.fromEntries(compileServices(sorted, services)),
    compared: comparedBy(matches),
  };
}

/**
 * Longer patterns first (only those compete with each other by length), then with a method, more headers, more query
 * parameters; then the oldest route, the rule's and the match's place in it.
 */
function byPrecedence(left: Placement, right: Placement): number {
  const [a, b] = [left.match, right.match];
  return (
    patternLength(b) - patternLength(a) ||
    Number(b.method !== null) - Number(a.method !== null) ||
    b.headers.length - a.headers.length ||
    b.query.length - a.query.length ||
    compare(left.order[0], right.order[0]) ||
    compare(left.order[1], right.order[1]) ||
    compare(left.order[2], right.order[2]) ||
    compare(a.listener, b.listener)
  );
}

function patternLength({ path }: RuleMatch): number {
  return path.type === "RegularExpression" ? path.value.length : 0;
}

function indexOf(hosts: Map<string, Growing> | undefined, hostname: string): Growing {
  const index = hosts?.get(hostname) ?? empty();
  hosts?.set(hostname, index);
  return index;
}

function empty(): Growing {
  return { exact: new Map(), regex: [], prefix: { here: [], next: new Map() } };
}

function insert(index: Growing, { path }: RuleMatch, number: number): void {
  if (path.type === "RegularExpression") {
    index.regex.push(number);
  } else if (path.type === "Exact") {
    const list = index.exact.get(path.value) ?? [];
    list.push(number);
    index.exact.set(path.value, list);
  } else {
    nodeOf(index.prefix, path.value).here.push(number);
  }
}

/** The node of a prefix, grown where it is missing. */
function nodeOf(root: GrowingNode, prefix: string): GrowingNode {
  let node = root;
  for (const segment of prefix.split("/").slice(1)) {
    if (segment === "") {
      continue;
    }
    const child = node.next.get(`/${segment}`) ?? { here: [], next: new Map<string, GrowingNode>() };
    node.next.set(`/${segment}`, child);
    node = child;
  }
  return node;
}

function finishHosts(hosts: ReadonlyMap<string, Growing>): HostIndex {
  return Object.fromEntries([...hosts].map(([hostname, index]) => [hostname, finish(index)]));
}

function finish({ exact, regex, prefix }: Growing): PathIndex {
  return { exact: Object.fromEntries(exact), regex, prefix: finishNode(prefix) };
}

function finishNode({ here, next }: GrowingNode): PrefixNode {
  return { here, next: Object.fromEntries([...next].map(([segment, node]) => [segment, finishNode(node)])) };
}

interface ServicePlacement {
  readonly number: number;
  readonly match: RuleMatch;
  readonly port: number | null;
}

/** Routes of services: the producer's for everyone, a consumer namespace's for its own callers only (GEP-1426). */
function compileServices(
  sorted: readonly Placement[],
  services: ReadonlyMap<ServiceKey, ServiceView>,
): Map<ServiceKey, ServiceRoutes> {
  const scopes = new Map<ServiceKey, Map<string | null, ServicePlacement[]>>();
  for (const [number, { match, at }] of sorted.entries()) {
    if (!("service" in at)) {
      continue;
    }
    const byConsumer = scopes.get(at.service) ?? new Map<string | null, ServicePlacement[]>();
    scopes.set(at.service, byConsumer);
    const placed = byConsumer.get(at.consumer) ?? [];
    placed.push({ number, match, port: at.port });
    byConsumer.set(at.consumer, placed);
  }
  const compiled = new Map<ServiceKey, ServiceRoutes>();
  for (const [key, byConsumer] of scopes) {
    const indexes = [...byConsumer].map(([consumer, routes]) => {
      const build = (wanted: (port: number | null) => boolean): PathIndex | null => {
        const chosen = routes.filter(({ port }) => wanted(port));
        const index = empty();
        for (const { number, match } of chosen) {
          insert(index, match, number);
        }
        return chosen.length === 0 ? null : finish(index);
      };
      const named = routes.some(({ port }) => port !== null) ? (services.get(key)?.ports ?? []) : [];
      const ports = named.map((port) => [String(port), build((own) => own === null || own === port)] as const);
      return [consumer, { all: build(() => true) ?? finish(empty()), ports: Object.fromEntries(ports) }] as const;
    });
    const producer = indexes.find(([consumer]) => consumer === null)?.[1] ?? null;
    const consumers = indexes.flatMap(([consumer, index]) => (consumer === null ? [] : [[consumer, index] as const]));
    compiled.set(key, { producer, consumers: Object.fromEntries(consumers) });
  }
  return compiled;
}
