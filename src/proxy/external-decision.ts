// What a proxy that users already run is told about a request: the same walk as the mesh's own traffic takes, up to
// where the service would be called. No endpoint is chosen and nothing is forwarded; what is counted is counted.
import { sourceOf } from "../decide/identity/caller.ts";
import { CORS_HEADERS, markResponse } from "../decide/header/cors.ts";
import { headerChanges } from "../decide/header/header-changes.ts";
import type { Env } from "../env/env.ts";
import type { Decision, Judge, Question } from "../model/message/decision.ts";
import type { Refusal } from "../model/word/problem.ts";
import { ASSERTION_HEADER, bindingOf } from "../tokens/assertion.ts";
import { decideRequest } from "./decide-request.ts";
import type { Ended, Exchange, Ports } from "./exchange/exchange.ts";
import { assertionFor } from "./identity/assert.ts";
import { isolateState, type IsolateState } from "../isolate/state.ts";
import { keepAllowed } from "./exchange/keep.ts";
import { observeAllowed } from "./exchange/observe.ts";
import { ownState, ports } from "./exchange/ports.ts";

type ExternalDecision = Judge<Env, ExecutionContext>;

/** Production's: it shares quota and knowledge with the proxy of its isolate. */
export const decideExternally: ExternalDecision = createExternalDecision(ports, isolateState);

export function createExternalDecision(
  outside: Ports,
  stateOf: () => IsolateState = ownState(outside),
): ExternalDecision {
  return async (question, env, ctx) => {
    const { method, url, headers, clientAddress, via, service } = question;
    return decideRequest<Decision>(
      { ports: outside, state: stateOf(), env, ctx, trace: undefined },
      { request: { method, url, headers, body: null, clientAddress }, via, meant: service },
      {
        go: async (exchange) => {
          const decision = await allow(exchange, question);
          if (!("no" in decision)) {
            observeAllowed(exchange);
            keepAllowed(exchange);
          }
          return decision;
        },
        no: (answer, exchange, ended) => refuse(question, answer, exchange, ended),
      },
    );
  };
}

/** A page that may ask is not refused: most proxies could not hand their client what the mesh answers. */
async function refuse(
  question: Question,
  response: Response,
  exchange: Exchange | null,
  { stage }: Ended,
): Promise<Decision> {
  const permitted = stage === "cors" && response.headers.has("access-control-allow-origin");
  if (exchange === null || !permitted) {
    return { allowed: false, response };
  }
  const decision = await allow(exchange, question);
  if ("no" in decision || !decision.allowed) {
    return { allowed: false, response };
  }
  const client = [...response.headers].filter(([name]) => CORS_HEADERS.has(name) || name === "vary");
  return { ...decision, client, preflight: response };
}

/** The proxy forwards the path as it came, and the service could not tell which spelling was signed. */
const UNBOUND: Refusal = {
  problem: "malformedRequest",
  detail: "The service takes assertions for one path, and this one has several spellings",
};

async function allow(exchange: Exchange, question: Question): Promise<Decision | Ended> {
  const { admitted, headers, live, routed, limits } = exchange;
  const { policy } = routed;
  const { method, url, service } = question;
  const bound = live.snapshot.services[service]?.assertion === "request";
  if (bound && (await bindingOf(method, url)) === null) {
    return { no: UNBOUND, stage: "assert", policy };
  }
  const assertion = await assertionFor(exchange, service, { method: admitted.method, url });
  if (assertion !== null) {
    headers.set(ASSERTION_HEADER, assertion);
  }
  headers.set("x-request-id", admitted.requestId);
  headers.set("selvage-source", sourceOf(exchange.caller));
  const { set, remove } = headerChanges(question.headers, headers);
  return {
    allowed: true,
    requestId: admitted.requestId,
    revision: live.snapshot.revision,
    policy,
    path: admitted.path,
    upstream: set,
    remove,
    client: [...limits, ...readable(exchange)],
  };
}

/** Whether the page that asks may read the service's answer. */
function readable({ admitted, routed }: Exchange): [name: string, value: string][] {
  const { cors } = routed.plan;
  if (cors === null) {
    return [];
  }
  const headers = new Headers();
  markResponse(cors, admitted.headers.get("origin"), headers);
  return [...headers];
}
