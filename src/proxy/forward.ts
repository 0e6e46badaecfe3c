// The last stage: takes a slot where the service's concurrency is capped, chooses an endpoint, sends the request, and
// tries again where the rule's retry allows it and no harm can come of it. Bodies stream both ways; only a body that
// was kept is sent twice. The answer of a service passes untouched.
import { isGood, type RetriedRequest } from "../decide/retry/http-route.ts";
import type { Hedge } from "../model/snapshot/call-policy.ts";
import type { Refusal } from "../model/word/problem.ts";
import type { Endpoint, Rule } from "../model/snapshot/snapshot.ts";
import { attempt, type OutgoingCall, type Try } from "./call/attempt.ts";
import { LIGHT_BYTES } from "../decide/transfer/transfer.ts";
import { contentLengthOf, letGo, type Body, type BodyFault } from "./exchange/body.ts";
import { deadlineFrom, keepOwnBody } from "./transfer/own-body.ts";
import { bodyRefusal } from "./transfer/body-refusal.ts";
import { passOn } from "./transfer/pass-on.ts";
import { chooseEndpoint, type Chosen } from "./call/choose-endpoint.ts";
import type { Destination, Ended, Exchange, Outgoing } from "./exchange/exchange.ts";
import { outgoingOf } from "./exchange/outgoing.ts";
import { late, lost, noEndpoint, noTimeLeft, outOfTime } from "./call/forward-refusal.ts";
import { guardOf } from "./call/circuit-breaker.ts";
import { firstGood, type Copy } from "./call/hedge.ts";
import { mirror } from "./filter/mirror.ts";
import { countTry } from "./call/rollout-count.ts";
import { takeSlot } from "./call/concurrency.ts";
import type { Slot } from "./exchange/slot.ts";
import { earn, hedgeOf, mayNeedBody, nextTryMs, retryPlanOf, spendAtHand, type RetryPlan } from "./call/retry.ts";

interface Forwarded {
  readonly response: Response;
  readonly endpoint: Endpoint;
  /** Of a WebSocket: breaks the connection to the service off. */
  readonly drop: () => void;
  /** Endpoints that were asked for it. */
  readonly tries: number;
}

/** One request on its way to a service, with all its tries. */
interface Sending extends OutgoingCall {
  readonly rule: Rule | null;
  readonly endpoints: readonly Endpoint[];
  readonly plan: RetryPlan | null;
  readonly hedge: Hedge | null;
  readonly request: RetriedRequest;
  /** Endpoints that were asked, in order. */
  readonly tried: string[];
}

/** A promise of what another frame waits for: up to the call itself, nothing is waited for. */
export function forward(exchange: Exchange): Promise<Forwarded | Refusal> | Refusal {
  const { destination } = exchange.routed;
  return "problem" in destination ? destination : sendTo(exchange, destination);
}

/** What becomes of a request that could not be forwarded. */
export function notForwarded({ routed }: Exchange, no: Refusal): Ended {
  return { no, ...decidedBy(no, routed.policy) };
}

function decidedBy({ problem, extensions }: Refusal, rule: string): Pick<Ended, "stage" | "policy"> {
  const policy = `TrafficPolicy/${String(extensions?.policy)}`;
  if (problem === "bodyBroken" || problem === "bodyStalled") {
    return { stage: "body", policy: rule };
  }
  if (problem === "circuitOpen") {
    return { stage: "breaker", policy };
  }
  return problem === "overloaded" ? { stage: "concurrency", policy } : { stage: "forward", policy: rule };
}

function sendTo(exchange: Exchange, destination: Destination): Promise<Forwarded | Refusal> {
  const outgoing = outgoingOf(exchange);
  const reading = bodyOf(exchange, destination);
  if (reading instanceof Promise) {
    return reading.then((own) =>
      "fault" in own ? bodyRefusal(own.fault) : sendWith(exchange, destination, outgoing, own),
    );
  }
  return sendWith(exchange, destination, outgoing, reading);
}

function sendWith(
  exchange: Exchange,
  destination: Destination,
  outgoing: Outgoing,
  own: Body,
): Promise<Forwarded | Refusal> {
  const { plan: filters } = exchange.routed;
  // Where an endpoint leads back to a mesh, every hop would double the copies.
  const isCopied = filters.mirrors.length > 0 && exchange.admitted.hops === 0;
  const body = isCopied ? mirror(exchange, filters.mirrors, outgoing, own) : own;
  if ((destination.circuit?.concurrency ?? destination.circuit?.beside) === undefined) {
    return send(sendingOf(exchange, destination, outgoing, body, null));
  }
  return takeSlot(exchange, destination, deadlineFrom(exchange, own)).then((slot) => {
    if (slot !== null && "problem" in slot) {
      return slot;
    }
    const sending = sendingOf(exchange, destination, outgoing, body, slot);
    return slot === null ? send(sending) : sendIn(slot, sending);
  });
}

function sendingOf(
  exchange: Exchange,
  destination: Destination,
  outgoing: Outgoing,
  body: Body,
  slot: Slot | null,
): Sending {
  const { rule } = exchange.routed;
  const endpoints = exchange.live.endpoints.get(destination.service) ?? NO_ENDPOINTS;
  const guard = guardOf(exchange, destination, endpoints);
  const plan = retryPlanOf(rule, destination, exchange.admitted);
  const request = {
    method: outgoing.method,
    hasIdempotencyKey: outgoing.headers.has("idempotency-key"),
    replayable: body.kind !== "stream",
  };
  const hedge = exchange.admitted.isUpgrade ? null : hedgeOf(plan, request);
  return { exchange, destination, outgoing, body, guard, slot, rule, endpoints, plan, hedge, request, tried: [] };
}

const NO_ENDPOINTS: readonly Endpoint[] = [];

/**
 * A body is kept when it may be needed twice, and a small one is waited for in any case: a caller who is slow with it,
 * or breaks it, costs nobody anything.
 */
function bodyOf(exchange: Exchange, destination: Destination): Body | Promise<Body | BodyFault> {
  const { admitted, body, routed } = exchange;
  if (body.kind !== "stream") {
    return body;
  }
  const { headers, method } = admitted;
  const plan = retryPlanOf(routed.rule, destination, admitted);
  const isLarge = (contentLengthOf(headers) ?? Infinity) > LIGHT_BYTES;
  if (isLarge && !mayNeedBody(plan, method, headers.has("idempotency-key"))) {
    return body;
  }
  return keepOwnBody(exchange, body.stream, destination.timeouts.requestMs);
}

async function sendIn(slot: Slot, sending: Sending): Promise<Forwarded | Refusal> {
  try {
    const sent = await send(sending);
    if ("problem" in sent) {
      slot.release();
    }
    return sent;
  } catch (error) {
    slot.release();
    throw error;
  }
}

async function send(sending: Sending): Promise<Forwarded | Refusal> {
  const { exchange, destination, endpoints, plan, hedge, request, tried } = sending;
  const { ports } = exchange;
  for (;;) {
    const nowMs = ports.now();
    const chosen = choose(sending, nowMs);
    if (chosen === null) {
      return noEndpoint(destination, endpoints.length);
    }
    if ("problem" in chosen) {
      return chosen;
    }
    const left = leftMs(sending, nowMs);
    if (left !== null && left <= 0) {
      return outOfTime(destination, chosen.endpoint, tried.length);
    }
    if (plan !== null && tried.length === 0) {
      earn(exchange, plan, destination, nowMs);
    }
    const first = begin(sending, chosen, left, nowMs);
    const { endpoint, answer, end, timeoutMs, endedAtMs, upload } =
      hedge === null
        ? await first.answer
        : await firstGood(
            first,
            hedge,
            () => beside(sending),
            (work) => exchange.ctx.waitUntil(work),
          );
    if (end.end === "caller") {
      return bodyRefusal(upload?.fault() === "stalled" ? "stalled" : "broken");
    }
    const delayMs =
      plan === null || isGood(end)
        ? null
        : await nextTryMs(exchange, plan, destination, {
            request,
            end,
            retryAfter: "failure" in answer ? null : answer.headers.get("retry-after"),
            retries: tried.length - 1,
            leftMs: leftMs(sending, endedAtMs),
            nowMs: endedAtMs,
          });
    const isTimeout = "failure" in answer && answer.failure === "timeout";
    if (delayMs === null || (delayMs === "late" && isTimeout)) {
      if (!("failure" in answer)) {
        if (exchange.admitted.isUpgrade && answer.ok) {
          return notSwitched(exchange, destination, endpoint, answer);
        }
        const passing = passOn(exchange, destination, answer, { slot: sending.slot, upload });
        return {
          response: passing instanceof Promise ? await passing : passing,
          endpoint,
          tries: tried.length,
          drop: first.drop,
        };
      }
      return isTimeout
        ? late(destination, endpoint, timeoutMs, tried.length)
        : lost(destination, endpoint, answer, tried.length);
    }
    if (!("failure" in answer)) {
      exchange.ctx.waitUntil(letGo(answer));
    }
    if (delayMs === "late") {
      return noTimeLeft(destination, endpoint, tried.length);
    }
    if (delayMs > 0) {
      await ports.sleep(delayMs);
    }
  }
}

function choose(
  { exchange, destination, rule, endpoints, guard, tried }: Sending,
  nowMs: number,
): Chosen | Refusal | null {
  const choice = guard === null ? null : guard.choose(nowMs);
  if (choice !== null && "problem" in choice) {
    return choice;
  }
  return chooseEndpoint(exchange, destination, rule, { endpoints, choice, tried }, nowMs);
}

/** Until the request's deadline; null = it has none. */
function leftMs({ exchange, destination, body }: Sending, nowMs: number): number | null {
  const { requestMs } = destination.timeouts;
  return requestMs === 0 ? null : requestMs - (nowMs - deadlineFrom(exchange, body));
}

function begin(sending: Sending, chosen: Chosen, left: number | null, nowMs: number): Copy {
  const { exchange, destination, hedge, tried } = sending;
  const { perTryMs } = destination.timeouts;
  const timeoutMs = perTryMs > 0 && (left === null || perTryMs < left) ? perTryMs : left;
  const { slot, body } = sending;
  // A try that is given up goes on until its answer comes, or the request ends: to be able to break it off costs each
  // request a fifth of what a bare Worker does.
  const mayEnd = hedge !== null || slot !== null || body.kind === "stream" || exchange.admitted.isUpgrade;
  const abort = mayEnd ? new AbortController() : null;
  tried.push(chosen.endpoint.id);
  const trying = attempt(sending, chosen, { timeoutMs, abort }, nowMs);
  const isCounted = destination.dealt !== undefined && tried.length === 1;
  const answer: Promise<Try> = isCounted ? countTry(exchange, destination, trying, nowMs) : trying;
  return { answer, drop: () => abort?.abort() };
}

/** A copy of a request that is slow; null = there is no endpoint, no slot, no time or no retry for it. */
function beside(sending: Sending): Copy | null {
  const { exchange, destination, plan, slot } = sending;
  const nowMs = exchange.ports.now();
  const left = leftMs(sending, nowMs);
  if (plan === null || (left !== null && left <= 0)) {
    return null;
  }
  const chosen = choose(sending, nowMs);
  if (chosen === null || "problem" in chosen) {
    return null;
  }
  const release = slot === null ? null : slot.another();
  if (slot !== null && release === null) {
    return null;
  }
  if (!spendAtHand(exchange, plan, destination)) {
    release?.();
    return null;
  }
  const copy = begin(sending, chosen, left, nowMs);
  return release === null ? copy : { ...copy, answer: copy.answer.finally(release) };
}

/**
 * A service's own refusal of an upgrade passes; a success that is no 101 means that it does not know what was asked.
 */
function notSwitched(exchange: Exchange, { service }: Destination, endpoint: Endpoint, answer: Response): Refusal {
  exchange.ctx.waitUntil(letGo(answer));
  return {
    problem: "upgradeRefused",
    detail: `Endpoint ${endpoint.id} of the service ${service} answered the WebSocket upgrade with ${answer.status} instead of 101`,
    extensions: { service, endpoint: endpoint.id },
  };
}
