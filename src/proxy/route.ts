// Which rule answers, or which service is addressed by itself, and the share of traffic this request falls into. A
// service's `exposure` guards the addresses that it has without being asked: which one was used is said here, and
// judged later.
import { isPreflight } from "../decide/header/cors.ts";
import { namespaceOf } from "../decide/identity/caller.ts";
import { matchPreflight } from "../decide/route/preflight.ts";
import { firstOf } from "../decide/route/candidates.ts";
import { match, type Matched, type RouteRequest, type Unmatched } from "../decide/route/match.ts";
import { nearRoutes } from "../decide/route/near-routes.ts";
import type { Work } from "../decide/route/regex-machine.ts";
import { NO_FILTERS, type FilterPlan } from "../decide/route/filter-plan.ts";
import { dropSegments, modifyPath } from "../decide/route/rewrite.ts";
import { addressByHost, addressByPath, type ServiceAddress } from "../decide/route/service-address.ts";
import { resumeSession } from "../decide/route/session.ts";
import { pickBackend } from "../decide/route/split.ts";
import type { CanonicalPath } from "../model/word/canonical-path.ts";
import { PATH_FAULTS, type PathFault } from "../model/word/path-fault.ts";
import type { ProblemName, Refusal } from "../model/word/problem.ts";
import type { Backend, Rule, ServiceKey } from "../model/snapshot/snapshot.ts";
import type { Decided, Exchange, Routed } from "./exchange/exchange.ts";
import { nowhere } from "./exchange/decided.ts";
import { called, laneOf, serviceNamed } from "./exchange/lane.ts";
import { partsOfKey } from "../model/word/refs.ts";

/** For one request, over all conditions of all rules that are tried: about 25 ms of CPU. */
const MOST_WORK = 2_000_000;
/** Which rule answers is then not known, and another one might be guarded less. */
const TOO_MUCH_WORK: Refusal = {
  problem: "malformedRequest",
  detail: "The request's path or headers take too long to hold against the patterns of its host: send less text",
};

const ENCODED_SLASH: Refusal = { problem: "malformedRequest", detail: PATH_FAULTS["encoded-separator"] };

/**
 * Where another proxy is about to send it to a service, a caller's namespace cannot lead it elsewhere: routes that are
 * a consumer's own say nothing there.
 */
export function route(exchange: Exchange): Decided {
  const { meant } = exchange;
  const routed = meant === null ? place(exchange) : atService(exchange, { service: meant, prefix: "" }, null);
  // Refused as admit does, whatever is there, unless the rule or the service says that it knows such paths.
  const keepsSlashes = !("problem" in routed) && routed.keepsSlashes;
  if (exchange.admitted.hasEncodedSlash && !keepsSlashes) {
    return { no: ENCODED_SLASH, stage: "admit", policy: "none" };
  }
  // A request that leads nowhere ends only behind those who may refuse it.
  if ("problem" in routed) {
    return { ok: { routed: nowhere(routed) } };
  }
  exchange.trace?.("route", { policy: routed.policy, destination: routed.destination });
  return { ok: { routed } };
}

/**
 * Order: a rule on a hostname that names the host, then the service's own address, then rules on every host (`*`). So a
 * route for `shop.example.com` owns all of it, and a catch-all does not take the services' addresses away.
 */
function place(exchange: Exchange): Routed | Refusal {
  const { admitted } = exchange;
  const address = addressOf(exchange);
  const found = meetRule(exchange);
  if (found === null) {
    return TOO_MUCH_WORK;
  }
  if (found.match !== null && mayTake(exchange, found, address)) {
    const { path, matchPath } = admitted;
    return byRule(exchange, found, { prefix: "", path, matchPath, addressed: null, guarded: null });
  }
  return address === null ? noRoute(exchange) : atService(exchange, address);
}

/**
 * A service's addresses are its namespace's: no rule of another takes them, not even on a host of its own. On a host
 * below the mesh's domain that holds for services that are not there, too.
 */
function mayTake(exchange: Exchange, { rule, host }: Matched, address: ServiceAddress | null): boolean {
  if (host === "*") {
    return address === null;
  }
  const named = address ?? addressByHost(exchange.admitted.host, exchange.settings.meshDomain);
  return named === null || partsOfKey(named.service).namespace === partsOfKey(rule.route).namespace;
}

/** The rule on a hostname that answers, by what is remembered where that is possible. null = too much work. */
function meetRule(exchange: Exchange): Matched | Unmatched | null {
  const { admitted, live, state } = exchange;
  const { router } = live.snapshot;
  const { method, host, matchPath: path, entry, headers } = admitted;
  const candidates = isPreflight(method, headers)
    ? null
    : state.routes.candidatesOf(router, { method, host, path, entry });
  const certain = candidates?.[0];
  if (certain?.isCertain === true) {
    return certain;
  }
  const asked = question(exchange, path, null);
  const found = candidates === null ? meet(exchange, asked) : firstOf(router, candidates, asked);
  return asked.work.left < 0 ? null : found;
}

function meet({ admitted, live: { snapshot } }: Exchange, asked: RouteRequest): Matched | Unmatched {
  const { method, headers } = admitted;
  return isPreflight(method, headers) ? matchPreflight(snapshot.router, asked) : match(snapshot.router, asked);
}

/** The service that the host or else the path addresses, when there is one. */
function addressOf({ admitted, settings, live }: Exchange): ServiceAddress | null {
  const byHost = addressByHost(admitted.host, settings.meshDomain);
  if (byHost !== null && serviceNamed(live.snapshot, byHost.service) !== null) {
    return byHost;
  }
  const byPath = addressByPath(admitted.matchPath);
  return byPath !== null && serviceNamed(live.snapshot, byPath.service) !== null ? byPath : null;
}

function question(
  { admitted, caller }: Exchange,
  path: string,
  service: ServiceKey | null,
  callerNamespace = namespaceOf(caller),
): RouteRequest & { readonly work: Work } {
  const { headers, search } = admitted;
  let parameters: URLSearchParams | null = null;
  return {
    host: admitted.host,
    path,
    method: admitted.method,
    header: (name) => headers.get(name),
    query: (name) => (parameters ??= new URLSearchParams(search)).get(name),
    entry: admitted.entry,
    service,
    callerNamespace,
    work: { left: MOST_WORK },
  };
}

function atService(
  exchange: Exchange,
  address: ServiceAddress,
  callerNamespace = namespaceOf(exchange.caller),
): Routed | Refusal {
  const { admitted, live, meant } = exchange;
  const { service, prefix } = address;
  const entry = serviceNamed(live.snapshot, service);
  if (entry === null) {
    return { problem: "noRoute", detail: `There is no service ${service}` };
  }
  const skipped = prefix === "" ? 0 : 2;
  const path = dropSegments(admitted.path, skipped) || "/";
  const guarded = entry.exposure === "public" ? null : service;
  const matchPath = dropSegments(admitted.matchPath, skipped) || "/";
  // At a host of its own the caller names the service's port as it would in a cluster.
  const port = prefix === "" && meant === null ? (admitted.entry.port ?? admitted.port) : admitted.entry.port;
  const asked = question(exchange, matchPath, service, callerNamespace);
  const found = meet(exchange, { ...asked, entry: { ...admitted.entry, port } });
  if (asked.work.left < 0) {
    return TOO_MUCH_WORK;
  }
  if (found.match !== null) {
    return byRule(exchange, found, { prefix, path, matchPath, addressed: service, guarded });
  }
  const here = { policy: `Service/${service}`, rule: null, matchedPath: "/", addressPrefix: prefix, path };
  return {
    ...here,
    sent: { path, matchPath },
    keepsSlashes: entry.keepsSlashes === true,
    plan: NO_FILTERS,
    access: entry,
    addressed: service,
    guarded,
    destination: found.direct
      ? called(live.snapshot, { service, version: null, pinned: null, timeouts: entry.timeouts }, entry.policies)
      : noServiceRoute(service),
  };
}

/** Where a rule is reached: what was cut off the path, what is left of it, and the service whose address was used. */
interface Way extends Pick<Routed, "addressed" | "guarded"> {
  readonly prefix: string;
  readonly path: string;
  readonly matchPath: string;
}

function byRule(exchange: Exchange, found: Matched, way: Way): Routed {
  const { prefix, path, addressed, guarded } = way;
  const { rule } = found;
  const pinned = pinnedBackend(exchange, found);
  const backend = pinned?.backend ?? pickBackend(rule.backends, exchange.ports.random());
  const matchedPath = found.match.path.type === "RegularExpression" ? "/" : found.match.path.value;
  const { policy, plan, destination } = laneOf(exchange.live.snapshot, rule, backend);
  const rewritten = rewrittenPath(path, plan, matchedPath);
  return {
    policy,
    rule,
    matchedPath,
    addressPrefix: prefix,
    path,
    sent: rewritten?.ok === true ? rewritten : way,
    keepsSlashes: keepsSlashes(exchange, found, backend, addressed),
    access: backend ?? rule,
    addressed,
    guarded,
    plan,
    destination:
      rewritten?.ok === false
        ? unsendable(rule, rewritten.reason)
        : pinned === null || "problem" in destination
          ? destination
          : { ...destination, pinned },
  };
}

/** A route of a namespace that the service's owner granted nothing does not say it for the service. */
function keepsSlashes(
  { live: { snapshot } }: Exchange,
  { rule, match: { listener } }: Matched,
  backend: Backend | null,
  addressed: ServiceKey | null,
): boolean {
  if (rule.keepsSlashes === true && backend?.foreign !== true) {
    return true;
  }
  if (snapshot.router.listeners[listener]?.keepsSlashes === true) {
    return true;
  }
  return addressed !== null && serviceNamed(snapshot, addressed)?.keepsSlashes === true;
}

/** Null without a rewrite of the path. */
function rewrittenPath(path: string, { rewrite }: FilterPlan, matchedPath: string): CanonicalPath | null {
  return rewrite === null || rewrite.path === null ? null : modifyPath(path, rewrite.path, matchedPath);
}

/** What a caller can help; the rest is the rule's fault. */
const UNSENDABLE: Partial<Record<PathFault, ProblemName>> = {
  "too-long": "uriTooLong",
  "too-many-segments": "malformedRequest",
};

function unsendable({ route, name }: Rule, reason: PathFault): Refusal {
  const what = `Rule ${name} of HTTPRoute ${route} rewrites the path to one that is not forwarded`;
  return { problem: UNSENDABLE[reason] ?? "invalidBackend", detail: `${what}: ${PATH_FAULTS[reason]}` };
}

function pinnedBackend(exchange: Exchange, { rule }: Matched): ReturnType<typeof resumeSession> {
  if (rule.sessionPersistence === null) {
    return null;
  }
  const { admitted, live, startedAtMs } = exchange;
  return resumeSession(
    rule.sessionPersistence,
    rule.backends,
    live.endpoints,
    (name) => admitted.headers.get(name),
    startedAtMs,
  );
}

function noServiceRoute(service: ServiceKey): Refusal {
  return {
    problem: "noRoute",
    detail: `The service ${service} has routes of its own, and none of them matches this method, path, headers and query`,
    extensions: { service },
  };
}

/** Outside a local mesh strangers are not told how others are routed. */
function noRoute({ admitted, settings, live }: Exchange): Refusal {
  const { host, matchPath, method } = admitted;
  const address = addressByHost(host, settings.meshDomain) ?? addressByPath(matchPath);
  const detail =
    address === null
      ? `No route matches ${method} ${matchPath} on ${host}`
      : `There is no service ${address.service}, and no route matches ${method} ${matchPath} on ${host}`;
  if (!settings.isLocalMesh) {
    return { problem: "noRoute", detail };
  }
  return { problem: "noRoute", detail, extensions: { ...nearRoutes(live.snapshot.router, host, matchPath) } };
}
