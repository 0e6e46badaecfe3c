// The last room: chooses an endpoint, sends the request, and tries again where the rule's retry allows it and no harm can
// come of it. Bodies stream both ways; only a body that was kept is sent twice. The answer of a service passes untouched.
import { pickEndpoint } from "../decide/pick.ts";
import { retryDelayMs, type RetryPolicy, type TryEnd } from "../decide/retry.ts";
import type { Refusal } from "../model/problem.ts";
import type { Endpoint, Rule } from "../model/snapshot.ts";
import { letGo, type Body } from "./body.ts";
import { call } from "./call.ts";
import { guardOf } from "./guard.ts";
import type { CallFailure, Destination, Exchange, Outgoing } from "./exchange.ts";

export interface Forwarded {
  readonly response: Response;
  readonly endpoint: Endpoint;
}

/** Taken off what a service is told it has left, so that it gives up before we do. */
const MARGIN_MS = 5;

export async function forward(
  exchange: Exchange,
  destination: Destination,
  rule: Rule | null,
  outgoing: Outgoing,
  body: Body,
): Promise<Forwarded | Refusal> {
  const { ports, live, startedAtMs, trace } = exchange;
  const endpoints = live.endpoints.get(destination.service) ?? [];
  const policy = rule?.retry ?? null;
  const tried: string[] = [];
  const guard = guardOf(exchange, destination, endpoints);
  for (;;) {
    const passable = guard === null ? endpoints : guard.choose();
    if ("problem" in passable) return passable;
    const endpoint = choose(passable, destination, tried, ports.random);
    if (endpoint === null) return noEndpoint(destination, endpoints.length);
    const { requestMs, perTryMs } = destination.timeouts;
    const leftMs = requestMs === 0 ? null : requestMs - (ports.now() - startedAtMs);
    if (leftMs !== null && leftMs <= 0) return outOfTime(destination, endpoint, tried.length);
    const timeoutMs = perTryMs > 0 && (leftMs === null || perTryMs < leftMs) ? perTryMs : leftMs;
    if (timeoutMs === null) outgoing.headers.delete("selvage-timeout-ms");
    else outgoing.headers.set("selvage-timeout-ms", String(Math.max(1, Math.floor(timeoutMs) - MARGIN_MS)));
    const ended = guard?.begin(endpoint);
    const answer = await call(exchange, endpoint, outgoing, bodyOf(body), { timeoutMs, abort: policy !== null });
    const end = endOf(answer);
    ended?.(end);
    trace?.("forward", { endpoint: endpoint.id, ...end });
    const delayMs =
      policy === null ? null : nextTryMs(exchange, policy, destination, outgoing, body, end, tried.length);
    tried.push(endpoint.id);
    if (delayMs === null) {
      return "failure" in answer ? failed(destination, endpoint, answer, tried.length) : { response: answer, endpoint };
    }
    if (!("failure" in answer)) exchange.ctx.waitUntil(letGo(answer));
    if (delayMs > 0) await ports.sleep(delayMs);
  }
}

function nextTryMs(
  { ports, startedAtMs }: Exchange,
  policy: RetryPolicy,
  { timeouts }: Destination,
  { method, headers }: Outgoing,
  body: Body,
  end: TryEnd,
  retries: number,
): number | null {
  const request = { method, hasIdempotencyKey: headers.has("idempotency-key"), replayable: body.kind !== "stream" };
  const leftMs = timeouts.requestMs === 0 ? null : timeouts.requestMs - (ports.now() - startedAtMs);
  return retryDelayMs(policy, request, end, retries, leftMs, ports.random());
}

function choose(
  endpoints: readonly Endpoint[],
  destination: Destination,
  tried: readonly string[],
  random: () => number,
): Endpoint | null {
  const { pinned, version } = destination;
  if (pinned !== null && tried.length === 0) {
    const kept = endpoints.find(({ id }) => id === pinned.endpointId);
    if (kept !== undefined) return kept;
  }
  return pickEndpoint(endpoints, version, tried, random());
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
  return "failure" in answer ? { end: answer.failure } : { end: "answered", status: answer.status };
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

/** Several lost tries say more about the service than one: nothing of it can be reached now (503, come back). */
function failed({ service }: Destination, endpoint: Endpoint, failure: CallFailure, attempts: number): Refusal {
  const extensions = { service, endpoint: endpoint.id, attempts };
  const detail = `Endpoint ${endpoint.id} of the service ${service} ${failure.detail}`;
  if (failure.failure === "timeout") return { problem: "deadlineExceeded", detail, extensions };
  if (attempts === 1) return { problem: "upstreamFailed", detail, extensions };
  return {
    problem: "noHealthyEndpoint",
    detail: `${detail}, like every try before it: ${attempts} in all`,
    extensions,
    headers: { "retry-after": "1" },
  };
}
