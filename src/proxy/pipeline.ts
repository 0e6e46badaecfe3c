// What a request walks through, in order: admit → identify → route → authenticate → authorize → filters that answer →
// limits → authorization service → faults → mirrors → forward, and back. Plain functions, each giving its result or a
// refusal; the place where every answer leaves.
import { settingsOf } from "../env/settings.ts";
import { ANONYMOUS, sourceOf } from "../decide/identity/caller.ts";
import { authorityText } from "../decide/route/authority.ts";
import { isPreflight, markResponse, preflightHeaders } from "../decide/header/cors.ts";
import { planFilters, type FilterPlan } from "../decide/route/filter-plan.ts";
import { writeForwarding } from "../decide/header/forwarding.ts";
import { modifyHeaders } from "../decide/header/header-modifier.ts";
import { inspectRequest, keptRequestId } from "../decide/header/headers.ts";
import { keepProofHeaders } from "../decide/header/proof-headers.ts";
import { redirectLocation } from "../decide/route/redirect.ts";
import { sessionHeader } from "../decide/route/session.ts";
import type { Env } from "../env/env.ts";
import type { Refusal } from "../model/word/problem.ts";
import type { HeaderPair } from "../model/snapshot/snapshot.ts";
import { admit } from "./admit.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { contentLengthOf, keepBody, KEEP_LIMIT_BYTES, type Body } from "./exchange/body.ts";
import type { Admitted, Destination, Exchange, Outgoing, Ports, Routed, Trace } from "./exchange/exchange.ts";
import { externalAuth } from "./filter/external-auth.ts";
import { injectFaults } from "./filter/fault.ts";
import { forward, type Forwarded } from "./forward.ts";
import { identify } from "./identify.ts";
import { isolateState, type IsolateState } from "../isolate/state.ts";
import { ownState, ports } from "./isolate.ts";
import { limit, NO_LIMITS } from "./limit.ts";
import { mirror } from "./filter/mirror.ts";
import { ownHeaders, refuse, reply, type Answering } from "./exchange/refuse.ts";
import { respond } from "./respond.ts";
import { route } from "./route.ts";
import { mayNeedBody, retryPlanOf } from "./call/retry.ts";

export type Proxy = (request: Request, env: Env, ctx: ExecutionContext, trace?: Trace) => Promise<Response>;

/** Production's proxy: everything that is not under `/_selvage/`. */
export const proxy: Proxy = createProxy(ports, isolateState);

/** @param stateOf of the isolate, on purpose: what it holds of limits and knows of endpoints outlives requests */
export function createProxy(ports: Ports, stateOf: () => IsolateState = ownState(ports)): Proxy {
  return async (request, env, ctx, trace) => {
    const state = stateOf();
    const settings = settingsOf(env);
    const startedAtMs = ports.now();
    const inspected = inspectRequest(request.headers);
    const requestId = keptRequestId(inspected.requestId) ?? ports.newId();
    const by: Answering = { requestId, revision: 0, method: request.method, stage: "admit", policy: null };
    try {
      const loaded = ports.current(env, ctx, startedAtMs, request);
      const live = loaded instanceof Promise ? await loaded : loaded;
      if (live === null) return refuse(NOT_READY, { ...by, stage: "configuration" });
      by.revision = live.snapshot.revision;
      const admitted = admit(request, inspected, { settings, state }, requestId);
      if ("problem" in admitted) return refuse(admitted, by);
      trace?.("admit", { host: admitted.host, path: admitted.path, entry: admitted.entry });
      const caller = ANONYMOUS;
      return await walk({ ports, state, env, settings, ctx, live, admitted, startedAtMs, trace, caller }, by);
    } catch (error) {
      // A bug of ours: told to the operator, not to the caller.
      reportError(error);
      return refuse({ problem: "internal", detail: "The mesh failed while it handled the request" }, by);
    }
  };
}

const NO_BODY: Body = { kind: "none" };

const NOT_READY: Refusal = {
  problem: "notReady",
  detail: "The mesh could not load its configuration",
  headers: { "retry-after": "2" },
};

async function walk(exchange: Exchange, by: Answering): Promise<Response> {
  const { admitted } = exchange;
  // Awaiting what has nothing to wait for costs as much as routing does: so in every room below.
  const identified = identify(exchange);
  const caller = identified instanceof Promise ? await identified : identified;
  if ("problem" in caller) return refuse(caller, { ...by, stage: "authenticate" });
  exchange.caller = caller;
  const routed = route(exchange);
  by.stage = "route";
  if ("problem" in routed) return refuse(routed, by);
  by.policy = routed.policy;
  exchange.trace?.("route", { policy: routed.policy, destination: routed.destination });
  const plan = planFilters(routed.filters);
  const origin = plan.cors === null ? null : admitted.headers.get("origin");
  // Browsers ask for permission without credentials.
  if (plan.cors !== null && isPreflight(admitted.method, admitted.headers)) {
    return reply(204, preflightHeaders(plan.cors, admitted.headers), null, { ...by, stage: "cors" });
  }
  const authenticating = authenticate(exchange, routed);
  const proven = authenticating instanceof Promise ? await authenticating : authenticating;
  if ("refusal" in proven) {
    return withCors(refuse(proven.refusal, { ...by, stage: "authenticate", policy: proven.policy }), plan, origin);
  }
  exchange.caller = proven.caller;
  const denied = authorize(exchange, routed);
  if (denied !== null) {
    return withCors(refuse(denied.refusal, { ...by, stage: "authorize", policy: denied.policy }), plan, origin);
  }
  const early = answerEarly(admitted, routed, plan, by);
  if (early !== null) return early;
  if ("problem" in routed.destination) return withCors(refuse(routed.destination, by), plan, origin);

  const { destination } = routed;
  const limited = destination.limits.length === 0 ? NO_LIMITS : await limit(exchange, routed, destination);
  if ("refusal" in limited) {
    return withCors(refuse(limited.refusal, { ...by, stage: "limit", policy: limited.policy }), plan, origin);
  }

  const outgoing = prepare(exchange, routed);
  const restore = routed.access.foreign === true ? keepProofs(exchange, routed, outgoing) : null;
  let body = admitted.body === null ? NO_BODY : await readBody(admitted.body, admitted, routed, destination, plan);
  const asked = plan.externalAuths.length > 0;
  const unauthorized = asked ? await askAuthorizers(exchange, plan, outgoing, body, limited.headers, by) : null;
  if (unauthorized !== null) return withCors(unauthorized, plan, origin);
  if (plan.faults.length > 0 || routed.destination.fault !== null) {
    const aborted = await injectFaults(exchange, plan.faults, routed.destination, by);
    if (aborted !== null) return withCors(aborted, plan, origin);
  }
  rewrite(outgoing, routed, plan);
  restore?.();
  if (plan.mirrors.length > 0) body = mirror(exchange, plan.mirrors, outgoing, body);

  const forwarded = await forward(exchange, destination, routed.rule, outgoing, body);
  if ("problem" in forwarded) {
    return withCors(refuse(forwarded, { ...by, ...decidedBy(forwarded) }), plan, origin);
  }
  return respond(forwarded.response, {
    requestId: by.requestId,
    revision: by.revision,
    modifiers: plan.responseModifiers,
    cors: plan.cors === null ? null : { filter: plan.cors, origin },
    limits: limited.headers,
    session: sessionOf(exchange, routed, destination, forwarded),
  });
}

/** Redirects and fixed answers need no service; a filter that cannot run here fails the rule, as the Gateway API demands. */
function answerEarly(admitted: Admitted, routed: Routed, plan: FilterPlan, by: Answering): Response | null {
  if (plan.unsupported !== null) {
    return refuse({ problem: "invalidBackend", detail: plan.unsupported.message }, { ...by, stage: "filter" });
  }
  if (plan.direct !== null) {
    const headers: Record<string, string> =
      plan.direct.body === null ? {} : { "content-type": "text/plain; charset=utf-8" };
    return reply(plan.direct.status, headers, plan.direct.body, { ...by, stage: "direct-response" });
  }
  if (plan.redirect === null) return null;
  const location = redirectLocation(plan.redirect, {
    scheme: admitted.scheme,
    host: admitted.host,
    port: admitted.entry.port ?? admitted.port,
    addressPrefix: routed.addressPrefix,
    path: routed.path,
    search: admitted.search,
    matchedPrefix: routed.matchedPath,
  });
  if (location === null) {
    const detail = `${routed.policy} redirects to a path that has no canonical form`;
    return refuse({ problem: "invalidBackend", detail }, { ...by, stage: "redirect" });
  }
  return reply(plan.redirect.status, { location }, null, { ...by, stage: "redirect" });
}

/** The caller's cleaned headers become the service's, with what the mesh says about the request. */
function prepare({ admitted, ports, caller }: Exchange, routed: Routed): Outgoing {
  const { headers, scheme } = admitted;
  const host = authorityText(admitted.host, admitted.port, scheme);
  const { clientAddress, requestId, traceparent, tracestate, hops } = admitted;
  const facts = {
    clientAddress,
    host,
    scheme,
    prefix: routed.addressPrefix,
    requestId,
    traceparent,
    tracestate,
    hops,
    source: sourceOf(caller),
  };
  writeForwarding(headers, facts, ports.random);
  if (admitted.isUpgrade) headers.set("upgrade", "websocket");
  return {
    method: admitted.method,
    path: routed.path,
    search: admitted.search,
    headers,
    origin: `${scheme}://${host}`,
  };
}

/** A body is kept only when it may be needed twice: for another try, or by an authorization service. */
async function readBody(
  body: NonNullable<Admitted["body"]>,
  admitted: Admitted,
  { rule }: Routed,
  destination: Destination,
  plan: FilterPlan,
): Promise<Body> {
  const { headers, method } = admitted;
  const again = mayNeedBody(retryPlanOf(rule, destination, admitted), method, headers.has("idempotency-key"));
  const shown = plan.externalAuths.some(({ maxBodyBytes }) => maxBodyBytes > 0);
  if (!again && !shown) return { kind: "stream", stream: body };
  return keepBody(body, contentLengthOf(headers), KEEP_LIMIT_BYTES);
}

async function askAuthorizers(
  exchange: Exchange,
  plan: FilterPlan,
  outgoing: Outgoing,
  body: Body,
  limits: readonly HeaderPair[],
  by: Answering,
): Promise<Response | null> {
  for (const filter of plan.externalAuths) {
    const verdict = await externalAuth(exchange, filter, outgoing, body);
    if (verdict === null) continue;
    const decided = { ...by, stage: "external-auth" };
    if ("problem" in verdict) return refuse(verdict, decided);
    const answer = respond(verdict, { ...by, modifiers: [], cors: null, limits, session: null });
    for (const [name, value] of Object.entries(ownHeaders(decided))) answer.headers.set(name, value);
    return answer;
  }
  return null;
}

function keepProofs({ live }: Exchange, { access }: Routed, { headers }: Outgoing): () => void {
  const { authentication } = access.policies;
  const policy = authentication === undefined ? null : live.snapshot.policies.authentication?.[authentication];
  return keepProofHeaders(headers, policy ?? null);
}

/** What the rule changes about the request; the service sees the endpoint's host, so a rewritten one is told beside it. */
function rewrite(outgoing: Outgoing, routed: Routed, plan: FilterPlan): void {
  const { headers } = outgoing;
  if (plan.rewrite !== null) {
    if (plan.rewrite.hostname !== null) headers.set("x-forwarded-host", plan.rewrite.hostname);
    if (plan.rewrite.path !== null) outgoing.path = routed.sent.path;
  }
  for (const modifier of plan.requestModifiers) modifyHeaders(headers, modifier);
}

function sessionOf(
  { admitted, ports }: Exchange,
  { rule, addressPrefix, matchedPath }: Routed,
  { service, pinned }: Destination,
  { endpoint }: Forwarded,
): [name: string, value: string] | null {
  if (rule === null || rule.sessionPersistence === null) return null;
  const path = `${addressPrefix}${matchedPath}`;
  const secure = admitted.scheme === "https";
  return sessionHeader(
    rule.sessionPersistence,
    { service, endpointId: endpoint.id, before: pinned, path, secure },
    ports.now(),
  );
}

function decidedBy({ problem, extensions }: Refusal): { readonly stage: string; readonly policy?: string } {
  const policy = `TrafficPolicy/${String(extensions?.policy)}`;
  if (problem === "circuitOpen") return { stage: "breaker", policy };
  return problem === "overloaded" ? { stage: "concurrency", policy } : { stage: "forward" };
}

/** A browser may read a refusal of the mesh, too, where the rule lets its page read answers. */
function withCors(response: Response, plan: FilterPlan, origin: string | null): Response {
  if (plan.cors !== null) markResponse(plan.cors, origin, response.headers);
  return response;
}
