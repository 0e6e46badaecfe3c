// What a proxy that users already run is told about a request: the same walk as the mesh's own traffic takes, up to where
// the service would be called. No endpoint is chosen and nothing is forwarded; what is counted is counted.
import { settingsOf } from "../env/settings.ts";
import { ANONYMOUS, sourceOf } from "../decide/identity/caller.ts";
import { headerChanges } from "../decide/header/header-changes.ts";
import { planFilters } from "../decide/route/filter-plan.ts";
import { inspectRequest, keptRequestId } from "../decide/header/headers.ts";
import type { Env } from "../env/env.ts";
import type { Decision, Judge, Question } from "../model/message/decision.ts";
import type { Refusal } from "../model/word/problem.ts";
import { bindingOf } from "../tokens/assertion.ts";
import { admit } from "./admit.ts";
import { assertCaller } from "./identity/assert.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import type { Exchange, Ports, Routed } from "./exchange/exchange.ts";
import { identify } from "./identify.ts";
import { isolateState, type IsolateState } from "../isolate/state.ts";
import { ownState, ports } from "./isolate.ts";
import { limit, NO_LIMITS } from "./limit.ts";
import { refuse, type Answering } from "./exchange/refuse.ts";
import { routeTo } from "./route.ts";

export type ExternalDecision = Judge<Env, ExecutionContext>;

/** Production's: it shares quota and knowledge with the proxy of its isolate. */
export const decideExternally: ExternalDecision = createExternalDecision(ports, isolateState);

export function createExternalDecision(ports: Ports, stateOf: () => IsolateState = ownState(ports)): ExternalDecision {
  return async (question, env, ctx) => {
    const state = stateOf();
    const settings = settingsOf(env);
    const startedAtMs = ports.now();
    const { method, url, headers, clientAddress } = question;
    const inspected = inspectRequest(headers);
    const requestId = keptRequestId(inspected.requestId) ?? ports.newId();
    const by: Answering = { requestId, revision: 0, method, stage: "admit", policy: null };
    const no = (refusal: Refusal, said: Partial<Answering> = {}): Decision => ({
      allowed: false,
      response: refuse(refusal, { ...by, ...said }),
    });
    try {
      const live = await ports.current(env, ctx, startedAtMs, question.via);
      if (live === null) return no(NOT_READY, { stage: "configuration" });
      by.revision = live.snapshot.revision;
      const admitted = admit(
        { method, url, headers, body: null, clientAddress },
        inspected,
        { settings, state },
        requestId,
      );
      if ("problem" in admitted) return no(admitted);
      const trace = undefined;
      const caller = ANONYMOUS;
      const exchange: Exchange = {
        ports,
        state,
        env,
        settings,
        ctx,
        live,
        admitted,
        left: null,
        startedAtMs,
        trace,
        caller,
      };
      return await walk(exchange, question, by, no);
    } catch (error) {
      reportError(error);
      return no({ problem: "internal", detail: "The mesh failed while it judged the request" });
    }
  };
}

const NOT_READY: Refusal = {
  problem: "notReady",
  detail: "The mesh could not load its configuration",
  headers: { "retry-after": "2" },
};

/** The proxy forwards the path as it came, and the service could not tell which spelling was signed. */
const UNBOUND: Refusal = {
  problem: "malformedRequest",
  detail: "The service takes assertions for one path, and this one has several spellings",
};

async function walk(
  exchange: Exchange,
  question: Question,
  by: Answering,
  no: (refusal: Refusal, said?: Partial<Answering>) => Decision,
): Promise<Decision> {
  const caller = await identify(exchange);
  if ("problem" in caller) return no(caller, { stage: "authenticate" });
  exchange.caller = caller;
  const routed = routeTo(exchange, question.service);
  if ("problem" in routed) return no(routed, { stage: "route" });
  const proven = await authenticate(exchange, routed);
  if ("refusal" in proven) return no(proven.refusal, { stage: "authenticate", policy: proven.policy });
  exchange.caller = proven.caller;
  const denied = authorize(exchange, routed);
  if (denied !== null) return no(denied.refusal, { stage: "authorize", policy: denied.policy });
  const unjudged = filtersRefuse(routed);
  if (unjudged !== null) return no(unjudged, { stage: "filter", policy: routed.policy });
  const { destination, policy } = routed;
  if ("problem" in destination) return no(destination, { stage: "route", policy });
  const limited = destination.limits.length === 0 ? NO_LIMITS : await limit(exchange, routed, destination);
  if ("refusal" in limited) return no(limited.refusal, { stage: "limit", policy: limited.policy });

  const { headers, requestId, method, search, scheme, host } = exchange.admitted;
  const bound = exchange.live.snapshot.services[question.service]?.assertion === "request";
  if (bound && (await bindingOf(method, question.url)) === null) return no(UNBOUND, { stage: "assert", policy });
  const outgoing = { method, path: routed.path, search, headers, origin: `${scheme}://${host}` };
  await assertCaller(exchange, question.service, outgoing, question.url);
  headers.set("x-request-id", requestId);
  headers.set("selvage-source", sourceOf(exchange.caller));
  const { set, remove } = headerChanges(question.headers, headers);
  const { path } = exchange.admitted;
  const told = { upstream: set, remove, client: limited.headers };
  return { allowed: true, requestId, revision: by.revision, policy, path, ...told };
}

/** Filters that stand between a caller and the service, and cannot do so from here: to leave them out would be to let pass. */
function filtersRefuse({ filters }: Routed): Refusal | null {
  const { unsupported, externalAuths } = planFilters(filters);
  if (unsupported !== null) return { problem: "invalidBackend", detail: unsupported.message };
  if (externalAuths.length === 0) return null;
  const detail =
    "The route asks an authorization service, which can only be done for requests that go through the mesh";
  return { problem: "forbidden", detail };
}
