// The last room: chooses an endpoint, sends the request, and tries again where the rule's retry allows it and no harm can
// come of it. Bodies stream both ways; only a body that was kept is sent twice. The answer of a service passes untouched.
import { began, ended } from "../decide/endpoint-load.ts";
import { endOfAnswer, type TryEnd } from "../decide/retry.ts";
import type { Refusal } from "../model/problem.ts";
import type { Endpoint, Rule } from "../model/snapshot.ts";
import { letGo, type Body } from "./body.ts";
import { call } from "./call.ts";
import { chooseEndpoint } from "./choose-endpoint.ts";
import { guardOf } from "./guard.ts";
import type { CallFailure, Destination, Exchange, Outgoing } from "./exchange.ts";
import { earn, nextTryMs, retryPlanOf } from "./try-again.ts";

export interface Forwarded {
  readonly response: Response;
  readonly endpoint: Endpoint;
}

/** Taken off what a service is told it has left, so that it gives up before we do. */
const MARGIN_MS = 5;
/** What a failed try counts as for the choice of endpoints where tries have no time of their own. */
const FAILURE_COST_MS = 5000;

export async function forward(
  exchange: Exchange,
  destination: Destination,
  rule: Rule | null,
  outgoing: Outgoing,
  body: Body,
): Promise<Forwarded | Refusal> {
  const { ports, live, startedAtMs, trace } = exchange;
  const endpoints = live.endpoints.get(destination.service) ?? [];
  const plan = retryPlanOf(rule, destination, exchange.admitted);
  const { requestMs, perTryMs } = destination.timeouts;
  const tried: string[] = [];
  const guard = guardOf(exchange, destination, endpoints);
  for (;;) {
    const nowMs = ports.now();
    const choice = guard === null ? null : guard.choose();
    if (choice !== null && "problem" in choice) return choice;
    const chosen = chooseEndpoint(exchange, destination, rule, { endpoints, choice, tried }, nowMs);
    if (chosen === null) return noEndpoint(destination, endpoints.length);
    const { endpoint, load } = chosen;
    const leftMs = requestMs === 0 ? null : requestMs - (nowMs - startedAtMs);
    if (leftMs !== null && leftMs <= 0) return outOfTime(destination, endpoint, tried.length);
    if (plan !== null && tried.length === 0) earn(exchange, plan, destination, nowMs);
    const timeoutMs = perTryMs > 0 && (leftMs === null || perTryMs < leftMs) ? perTryMs : leftMs;
    if (timeoutMs === null) outgoing.headers.delete("selvage-timeout-ms");
    else outgoing.headers.set("selvage-timeout-ms", String(Math.max(1, Math.floor(timeoutMs) - MARGIN_MS)));
    if (load !== null) began(load, nowMs);
    const settle = guard?.begin(endpoint);
    const answer = await call(exchange, endpoint, outgoing, bodyOf(body), {
      service: destination.service,
      timeoutMs,
      abort: plan !== null,
    });
    const end = endOf(answer);
    settle?.(end);
    trace?.("forward", { endpoint: endpoint.id, ...end });
    tried.push(endpoint.id);
    const endedAtMs = plan === null && load === null ? nowMs : ports.now();
    if (load !== null) ended(load, nowMs, costOf(end, endedAtMs - nowMs, perTryMs), endedAtMs);
    const delayMs =
      plan === null
        ? null
        : nextTryMs(exchange, plan, destination, {
            request: {
              method: outgoing.method,
              hasIdempotencyKey: outgoing.headers.has("idempotency-key"),
              replayable: body.kind !== "stream",
            },
            end,
            retryAfter: "failure" in answer ? null : answer.headers.get("retry-after"),
            retries: tried.length - 1,
            leftMs: requestMs === 0 ? null : requestMs - (endedAtMs - startedAtMs),
            nowMs: endedAtMs,
          });
    if (delayMs === null) {
      if (!("failure" in answer)) {
        if (exchange.admitted.isUpgrade && answer.ok) return notSwitched(exchange, destination, endpoint, answer);
        return { response: answer, endpoint };
      }
      return answer.failure === "timeout"
        ? late(destination, endpoint, timeoutMs, tried.length)
        : lost(destination, endpoint, answer, tried.length);
    }
    if (!("failure" in answer)) exchange.ctx.waitUntil(letGo(answer));
    if (delayMs > 0) await ports.sleep(delayMs);
  }
}

/** A try that failed counts as long as one may take: one that fails at once would draw every request to it. */
function costOf(end: TryEnd, tookMs: number, perTryMs: number): number {
  const failure = end.end !== "answered" || (end.status >= 502 && end.status <= 504);
  return failure ? Math.max(tookMs, perTryMs > 0 ? perTryMs : FAILURE_COST_MS) : tookMs;
}

function bodyOf(body: Body): BodyInit | null {
  switch (body.kind) {
    case "none":
      return null;
    case "kept":
      return body.bytes;
    case "stream":
      return body.stream;
  }
}

function endOf(answer: Response | CallFailure): TryEnd {
  if ("failure" in answer) return { end: answer.failure };
  return endOfAnswer(answer.status, answer.headers.has("cf-ray"));
}

function noEndpoint({ service, version }: Destination, registered: number): Refusal {
  const which = version === null ? "" : ` of version ${version}`;
  const why = registered === 0 ? "none is registered" : `none of the ${registered} registered can be used`;
  return {
    problem: "noHealthyEndpoint",
    detail: `The service ${service} has no endpoint${which}: ${why}`,
    extensions: { service, ...(version === null ? {} : { version }) },
    headers: { "retry-after": "1" },
  };
}

function outOfTime({ service, timeouts }: Destination, endpoint: Endpoint, attempts: number): Refusal {
  const detail = `The request's ${timeouts.requestMs} ms were over before the service ${service} could be asked`;
  return { problem: "deadlineExceeded", detail, extensions: { service, endpoint: endpoint.id, attempts } };
}

/** Tells the deadline that somebody set, not what happened to be left of it. */
function late(
  { service, timeouts }: Destination,
  endpoint: Endpoint,
  timeoutMs: number | null,
  attempts: number,
): Refusal {
  const { requestMs, perTryMs } = timeouts;
  const limit = timeoutMs === perTryMs ? `the ${perTryMs} ms of one try` : `the request's ${requestMs} ms`;
  const detail = `Endpoint ${endpoint.id} of the service ${service} did not answer within ${limit}`;
  return { problem: "deadlineExceeded", detail, extensions: { service, endpoint: endpoint.id, attempts } };
}

/** A service's own refusal of an upgrade passes; a success that is no 101 means that it does not know what was asked. */
function notSwitched(exchange: Exchange, { service }: Destination, endpoint: Endpoint, answer: Response): Refusal {
  exchange.ctx.waitUntil(letGo(answer));
  return {
    problem: "upgradeRefused",
    detail: `Endpoint ${endpoint.id} of the service ${service} answered the WebSocket upgrade with ${answer.status} instead of 101`,
    extensions: { service, endpoint: endpoint.id },
  };
}

/** Several lost tries say more about the service than one: nothing of it can be reached now (503, come back). */
function lost({ service }: Destination, endpoint: Endpoint, failure: CallFailure, attempts: number): Refusal {
  const extensions = { service, endpoint: endpoint.id, attempts };
  const detail = `Endpoint ${endpoint.id} of the service ${service} ${failure.detail}`;
  if (attempts === 1) return { problem: "upstreamFailed", detail, extensions };
  return {
    problem: "noHealthyEndpoint",
    detail: `${detail}, like every try before it: ${attempts} in all`,
    extensions,
    headers: { "retry-after": "1" },
  };
}
