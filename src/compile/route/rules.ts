// One rule of an HTTPRoute → a rule of the snapshot: targets resolved, filters compiled, durations in milliseconds, and
// for each backend the timeouts that hold. Where the rule is in force is the router's business, not this file's.
import { canonicalPath } from "../../model/word/canonical-path.ts";
import type { DocumentOf } from "../../model/document/document.ts";
import { keepsSlashes } from "../../model/document/field/path-encoding.ts";
import { parseDuration } from "../../model/document/field/duration.ts";
import { ruleName } from "../documents/rule-name.ts";
import type { HTTPBackendRef, HTTPRouteRule } from "../../model/document/gateway-api/http-route.ts";
import type { HTTPRouteMatch } from "../../model/document/gateway-api/http-route-match.ts";
import type { SessionPersistenceSpec } from "../../model/document/gateway-api/session-persistence.ts";
import type { Backend, Filter, Rule, RuleMatch, ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { ValueMatch } from "../../model/snapshot/value-match.ts";
import type { SessionPersistence } from "../../model/snapshot/session-persistence.ts";
import { compileFilters, type FilterContext } from "./filters.ts";
import type { PolicyPlace, PolicyIndex } from "../policy/policy-index.ts";
import { timeoutsOf } from "../policy/traffic.ts";
import type { Programs } from "../documents/programs.ts";
import { tightened } from "./foreign-backend.ts";
import { isForeign, resolveTarget, type RouteFault, type RouteContext } from "./references.ts";
import type { DocumentIndex } from "../documents/document-index.ts";

type Route = DocumentOf<"HTTPRoute">;

/** Under what a rule is compiled: two parents that differ in none of this share the rule. */
export interface ParentContext extends RouteContext {
  /**
   * Key of the Gateway it is reached through, where a policy is attached to it: only then does it matter which one it
   * is.
   */
  readonly gateway: string | null;
  /** The service that requests name to reach the rule, where the route is of that service's namespace. */
  readonly addressed: ServiceKey | null;
}

/** What a rule's `matches` become, before they are put under listeners. */
export type MatchSpec = Omit<RuleMatch, "rule" | "listener">;

const DEFAULT_ATTEMPTS = 1;
const DEFAULT_BACKOFF_MS = 25;

export function compileRule(
  route: Route,
  index: number,
  parent: ParentContext,
  world: DocumentIndex,
  policies: PolicyIndex,
  faults: RouteFault[],
): Rule | null {
  const rule = route.spec.rules[index];
  if (rule === undefined) {
    return null;
  }
  const { namespace, name } = route.metadata;
  const keeps = route.spec.pathEncoding === "keep-slashes" || keepsSlashes(route.metadata);
  const called = ruleName(rule, index);
  const pointer = `/spec/rules/${index}`;
  const context: FilterContext = { namespace, routeContext: parent, world, faults, faultNamed: policies.faultNamed };
  const timeouts = {
    requestMs: milliseconds(rule.timeouts?.request),
    perTryMs: milliseconds(rule.timeouts?.backendRequest),
  };
  const { gateway, addressed } = parent;
  const place: PolicyPlace = { gateway, service: null, rule: { namespace, route: name, name: called }, addressed };
  const filters = compileFilters(rule.filters, `${pointer}/filters`, context);
  const retry = rule.retry === undefined ? null : compileRetry(rule.retry);
  const own = { place, timeouts, retry, filters };
  const backends = rule.backendRefs.map((ref, at) =>
    compileBackend(ref, `${pointer}/backendRefs/${at}`, own, parent, policies, context),
  );
  // Of such a backend retries and sessions are its owner's.
  const hasForeign = backends.some((backend) => "foreign" in backend);
  return {
    route: `${namespace}/${name}`,
    name: called,
    ...(keeps ? { keepsSlashes: true as const } : {}),
    filters,
    backends,
    timeouts,
    ...policies.at(place),
    retry: hasForeign ? null : retry,
    sessionPersistence:
      rule.sessionPersistence === undefined || hasForeign
        ? null
        : compileSession(rule.sessionPersistence, `${namespace}-${name}-${called}`),
  };
}

/** What the rule itself says, and where it stands. */
interface OwnTerms {
  readonly place: PolicyPlace;
  readonly timeouts: Rule["timeouts"];
  readonly retry: Rule["retry"];
  readonly filters: readonly Filter[];
}

function compileBackend(
  ref: HTTPBackendRef,
  pointer: string,
  own: OwnTerms,
  parent: ParentContext,
  policies: PolicyIndex,
  context: FilterContext,
): Backend {
  const { namespace, world } = context;
  const target = resolveTarget(ref, namespace, pointer, parent, world, context.faults);
  const filters = compileFilters(ref.filters, `${pointer}/filters`, context);
  const foreign = "service" in target && isForeign(namespace, target.service, world);
  // What cannot be reached is guarded all the same: what is wrong is not told to everybody, and a filter may answer.
  const held = policies.at("service" in target ? { ...own.place, service: target.service, foreign } : own.place);
  if (foreign) {
    const said = { ...own, filters: [...own.filters, ...filters], held: policies.saidBy(own.place) };
    const { faults, ...tight } = tightened(policies, held, said);
    return { weight: ref.weight, target, filters: [...filters, ...faults], ...held, ...tight };
  }
  const below = timeoutsOf(policies.tables, held);
  const requestMs = own.timeouts.requestMs ?? below.requestMs;
  const perTryMs = own.timeouts.perTryMs ?? below.perTryMs;
  return { weight: ref.weight, target, filters, timeouts: { ...below, requestMs, perTryMs }, ...held };
}

function compileRetry({ codes, attempts, backoff }: NonNullable<HTTPRouteRule["retry"]>): Rule["retry"] {
  return { codes, attempts: attempts ?? DEFAULT_ATTEMPTS, backoffMs: milliseconds(backoff) ?? DEFAULT_BACKOFF_MS };
}

/** `place` names the rule within the mesh, so that two rules of one host do not read each other's cookie. */
function compileSession(spec: SessionPersistenceSpec, place: string): SessionPersistence {
  const { type, header, absoluteTimeout, idleTimeout } = spec;
  const cookie = spec.cookie ?? spec.cookieConfig;
  const sessionName = spec.sessionName ?? spec.cookie?.name ?? header?.name;
  return {
    type,
    // Headers named selvage-* are the mesh's own and never taken from a caller.
    sessionName: sessionName ?? `${type === "Cookie" ? "selvage" : "x"}-session-${place}`,
    absoluteTimeoutMs: milliseconds(absoluteTimeout),
    idleTimeoutMs: milliseconds(idleTimeout),
    cookieLifetime: cookie?.lifetimeType ?? "Session",
    ...(cookie?.path === undefined ? {} : { cookiePath: cookie.path }),
  };
}

/** One `matches[]` entry; null when one of its patterns does not compile, which `programs` has reported. */
export function compileMatch(match: HTTPRouteMatch, pointer: string, programs: Programs): MatchSpec | null {
  const path = compilePath(match.path, `${pointer}/path/value`, programs);
  const headers = compileValues(match.headers, `${pointer}/headers`, programs, (name) => name.toLowerCase());
  const query = compileValues(match.queryParams, `${pointer}/queryParams`, programs, (name) => name);
  if (path === null || headers === null || query === null) {
    return null;
  }
  return { path, method: match.method ?? null, headers, query };
}

function compilePath(
  { type, value }: HTTPRouteMatch["path"],
  pointer: string,
  programs: Programs,
): MatchSpec["path"] | null {
  if (type === "RegularExpression") {
    const program = programs.of(value, pointer);
    return program === null ? null : { type, value, program };
  }
  const canonical = canonicalPath(value);
  const path = canonical.ok ? canonical.matchPath : value;
  if (type === "Exact") {
    return { type, value: path };
  }
  return { type, value: path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path };
}

/** Only the first of several conditions on one name counts (Gateway API). */
function compileValues(
  conditions: readonly { readonly type: ValueMatch["type"]; readonly name: string; readonly value: string }[],
  pointer: string,
  programs: Programs,
  spell: (name: string) => string,
): ValueMatch[] | null {
  const compiled = new Map<string, ValueMatch>();
  for (const [index, { type, name: written, value }] of conditions.entries()) {
    const name = spell(written);
    if (compiled.has(name)) {
      continue;
    }
    if (type === "Exact") {
      compiled.set(name, { name, value, type });
      continue;
    }
    const program = programs.of(value, `${pointer}/${index}/value`);
    if (program === null) {
      return null;
    }
    compiled.set(name, { name, value, type, program });
  }
  return [...compiled.values()];
}

function milliseconds(text: string | undefined): number | null {
  return text === undefined ? null : parseDuration(text);
}
