// The last stage: makes the request that the service gets, takes a slot where the service's concurrency is capped, and
// sends. Bodies stream both ways; only a body that was kept is sent twice. The answer of a service passes untouched.
import type { Refusal } from "../model/word/problem.ts";
import type { Endpoint } from "../model/snapshot/snapshot.ts";
import { LIGHT_BYTES } from "../decide/transfer/transfer.ts";
import { contentLengthOf, type Body, type BodyFault } from "./exchange/body.ts";
import { deadlineFrom, keepOwnBody } from "./transfer/own-body.ts";
import { bodyRefusal } from "./transfer/body-refusal.ts";
import type { Destination, Ended, Exchange, Outgoing } from "./exchange/exchange.ts";
import { outgoingOf } from "./exchange/outgoing.ts";
import { guardOf } from "./call/circuit-breaker.ts";
import { mirror } from "./filter/mirror.ts";
import { takeSlot } from "./call/concurrency.ts";
import type { Slot } from "./exchange/slot.ts";
import { hedgeOf, mayNeedBody, retryPlanOf } from "./call/retry.ts";
import { deliver, type Conclude, type Forwarded, type Sending } from "./call/tries.ts";

/** Up to the call itself nothing is waited for, and behind it stands one frame. */
export function forward<Result>(exchange: Exchange, conclude: Conclude<Result>): Promise<Result> | Result {
  const { destination } = exchange.routed;
  return "problem" in destination ? conclude(destination) : sendTo(exchange, destination, conclude);
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

function sendTo<Result>(
  exchange: Exchange,
  destination: Destination,
  conclude: Conclude<Result>,
): Promise<Result> | Result {
  const outgoing = outgoingOf(exchange);
  const reading = bodyOf(exchange, destination);
  if (reading instanceof Promise) {
    return reading.then((own) =>
      "fault" in own ? conclude(bodyRefusal(own.fault)) : sendWith(exchange, destination, outgoing, own, conclude),
    );
  }
  return sendWith(exchange, destination, outgoing, reading, conclude);
}

function sendWith<Result>(
  exchange: Exchange,
  destination: Destination,
  outgoing: Outgoing,
  own: Body,
  conclude: Conclude<Result>,
): Promise<Result> {
  const { plan: filters } = exchange.routed;
  // Where an endpoint leads back to a mesh, every hop would double the copies.
  const isCopied = filters.mirrors.length > 0 && exchange.admitted.hops === 0;
  const body = isCopied ? mirror(exchange, filters.mirrors, outgoing, own) : own;
  if ((destination.circuit?.concurrency ?? destination.circuit?.beside) === undefined) {
    return deliver(sendingOf(exchange, destination, outgoing, body, null), conclude);
  }
  return takeSlot(exchange, destination, deadlineFrom(exchange, own)).then((slot) => {
    if (slot !== null && "problem" in slot) {
      return conclude(slot);
    }
    const sending = sendingOf(exchange, destination, outgoing, body, slot);
    return slot === null ? deliver(sending, conclude) : sendIn(slot, sending).then(conclude);
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
    const sent = await deliver(sending, (forwarded) => forwarded);
    if ("problem" in sent) {
      slot.release();
    }
    return sent;
  } catch (error) {
    slot.release();
    throw error;
  }
}
