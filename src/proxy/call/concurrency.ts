// A service's cap on concurrency, as one request meets it: takes a slot before the request goes out, waits for one
// where the policy has a queue, and gives it back when the answer's body has ended, or broken off. One that the runtime
// ends, so that nothing of ours runs any more, is missed within four seconds.
import type { IsolateBreakers } from "../../decide/breaker/isolate.ts";
import { policyStateOf, type PolicyState } from "../../decide/breaker/policy-state.ts";
import { classOf, isShed, rankOf } from "../../decide/concurrency/shed.ts";
import {
  BEAT_MS,
  acquire,
  acquireBeside,
  release,
  abandon,
  retry,
  newIsolateSlots,
  noteAnswer,
  type InFlight,
  type IsolateSlots,
} from "../../decide/concurrency/isolate.ts";
import { isBeyondShare, mustGiveWay } from "../../decide/concurrency/caller-share.ts";
import { clientOf } from "../../decide/identity/caller.ts";
import { addressBlock } from "../../decide/text/ip.ts";
import type { Circuit } from "../../model/snapshot/circuit.ts";
import type { ConcurrencyTerms, RequestClass } from "../../model/snapshot/concurrency-terms.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { Destination, Exchange } from "../exchange/exchange.ts";
import type { Slot } from "../exchange/slot.ts";
import { breakersOf } from "../../isolate/breaker-memory.ts";
import { awaitNews, reportSoon } from "./coordinator-sync.ts";
import { whenLeft } from "./caller-left.ts";

interface Body {
  readonly isCallers: (nowMs: number) => boolean;
  readonly giveUp: () => void;
}

interface Capped {
  readonly exchange: Exchange;
  readonly destination: Destination;
  readonly circuit: Circuit;
  readonly breakers: IsolateBreakers;
  readonly policyState: PolicyState;
  readonly slots: IsolateSlots;
}

/** @param fromMs what the request's deadline counts from @returns null = no policy caps the service */
export async function takeSlot(
  exchange: Exchange,
  destination: Destination,
  fromMs: number,
): Promise<Slot | Refusal | null> {
  const { circuit } = destination;
  if (circuit?.beside === undefined) {
    return circuit === undefined ? null : takeUnder(circuit, exchange, destination, fromMs);
  }
  // What the caller's own namespace allows itself comes first: it costs others nothing.
  const own = await takeUnder(circuit.beside, exchange, destination, fromMs);
  if (own !== null && "problem" in own) {
    return own;
  }
  const owners = await takeUnder(circuit, exchange, destination, fromMs);
  if (own === null || owners === null) {
    return own ?? owners;
  }
  if ("problem" in owners) {
    own.release();
    return owners;
  }
  return both(own, owners);
}

function both(one: Slot, other: Slot): Slot {
  return {
    answered(tookMs) {
      one.answered(tookMs);
      other.answered(tookMs);
    },
    another() {
      const [first, second] = [one.another(), other.another()];
      const release = (): void => {
        first?.();
        second?.();
      };
      if (first !== null && second !== null) {
        return release;
      }
      release();
      return null;
    },
    moves(isCallers, giveUp) {
      one.moves(isCallers, giveUp);
      other.moves(isCallers, giveUp);
    },
    release() {
      one.release();
      other.release();
    },
  };
}

async function takeUnder(
  circuit: Circuit,
  exchange: Exchange,
  destination: Destination,
  fromMs: number,
): Promise<Slot | Refusal | null> {
  const terms = circuit.concurrency;
  if (terms === undefined) {
    return null;
  }
  const { ports, admitted } = exchange;
  const breakers = breakersOf(exchange.state.breakers, destination.service);
  const policyState = policyStateOf(breakers, circuit);
  policyState.slots ??= newIsolateSlots(terms);
  const { slots } = policyState;
  slots.terms = terms;
  const capped = { exchange, destination, circuit, breakers, policyState, slots };
  const said = terms.priority === null ? null : admitted.headers.get(terms.priority.header);
  const requestClass = classOf(terms.priority, said);
  touch(capped);
  if (terms.priority !== null && isShed(terms.priority, requestClass, slots.load, admitted.requestId)) {
    slots.refused += 1;
    reportSoon(exchange, destination.service, breakers);
    return shed(capped, requestClass);
  }
  const since = ports.now();
  const caller = clientOf(exchange.caller) ?? (addressBlock(admitted.clientAddress) || null);
  if (isBeyondShare(slots, caller, since)) {
    slots.refused += 1;
    return tooSlow(capped);
  }
  const entry = acquire(slots, capped.breakers.sync, rankOf(requestClass), since);
  const slot = entry === "refused" ? entry : "slot" in entry ? entry.slot : await waited(capped, entry, since, fromMs);
  reportSoon(exchange, destination.service, breakers);
  if (slot === "refused") {
    return full(capped, terms, ports.now() - since);
  }
  slot.caller = caller;
  return slotOf(capped, slot);
}

async function waited(
  capped: Capped,
  first: { readonly waiter: Parameters<typeof abandon>[1] },
  since: number,
  fromMs: number,
) {
  const { exchange, destination, breakers, slots } = capped;
  const { requestMs } = destination.timeouts;
  const untilMs = requestMs === 0 ? Number.POSITIVE_INFINITY : fromMs + requestMs;
  const { waiter } = first;
  const left = exchange.left();
  // At once: whoever comes and goes would otherwise hold places of the queue.
  const stay = whenLeft(left, () => abandon(slots, waiter));
  let passedMs = 0;
  for (;;) {
    touch(capped);
    // Where it is known that there is nothing to be had, the next report is early enough.
    if (!slots.slotsShort) {
      breakers.urgent = true;
    }
    passedMs += await awaitNews(exchange, destination.service, breakers);
    const now = exchange.ports.now();
    const entry = left.aborted ? "refused" : retry(slots, capped.breakers.sync, waiter, now);
    if (entry !== "refused" && "waiter" in entry && Math.max(now, since + passedMs) < untilMs) {
      continue;
    }
    stay();
    if (entry !== "refused" && "slot" in entry) {
      return entry.slot;
    }
    abandon(slots, waiter);
    return "refused";
  }
}

function touch({ breakers, policyState }: Capped): void {
  policyState.touched = true;
  breakers.touched = true;
}

function slotOf(capped: Capped, slot: InFlight): Slot {
  let body: Body | null = null;
  const release = keep(capped, slot, () => body);
  return {
    moves: (isCallers, giveUp) => void (body = { isCallers, giveUp }),
    answered: (tookMs) => noteAnswer(capped.slots, tookMs),
    another() {
      const beside = acquireBeside(capped.slots, capped.breakers.sync, capped.exchange.ports.now());
      return beside === null ? null : keep(capped, beside, () => null);
    },
    release,
  };
}

/** Shows that the request is still on its way until it is released, and renews what long ones hold. */
function keep(capped: Capped, slot: InFlight, bodyOf: () => Body | null): () => void {
  const { exchange, destination, breakers, slots } = capped;
  const { promise, resolve } = Promise.withResolvers<void>();
  // The runtime may drop what a caller who has left was waiting for; not what is to be done behind the answer.
  exchange.ctx.waitUntil(promise);
  const beat = setInterval(() => {
    const now = exchange.ports.now();
    const body = bodyOf();
    slot.seenAt = now;
    slot.slowSince = body?.isCallers(now) === true ? (slot.slowSince ?? now) : null;
    touch(capped);
    if (mustGiveWay(slots, slot, now)) {
      body?.giveUp();
    }
    reportSoon(exchange, destination.service, breakers);
  }, BEAT_MS);
  return () => {
    clearInterval(beat);
    resolve();
    touch(capped);
    if (release(slots, slot)) {
      breakers.urgent = true;
    }
    if (slots.inFlight.size === 0) {
      breakers.idle = true;
    }
    reportSoon(exchange, destination.service, breakers);
  };
}

function tooSlow({ destination, circuit }: Capped): Refusal {
  const { service } = destination;
  const detail = `The service ${service} is busy, and this caller holds its share of it with bodies that it does not read or send`;
  return refusal(service, circuit, detail);
}

function full({ destination, circuit, slots }: Capped, terms: ConcurrencyTerms, waitedMs: number): Refusal {
  const { service } = destination;
  const cap = slots.limit < terms.max ? `${slots.limit} (of at most ${terms.max})` : String(terms.max);
  const queue = terms.queue === 0 ? "" : waitedMs > 0 ? `, and it waited ${waitedMs} ms` : ", and its queue is full";
  return refusal(
    service,
    circuit,
    `The service ${service} has all the ${cap} requests that it may have at once${queue}`,
  );
}

function shed({ destination, circuit, slots }: Capped, requestClass: RequestClass): Refusal {
  const { service } = destination;
  const detail = `${slots.load} % of the requests that the service ${service} may have at once are on their way, and this one is ${requestClass}`;
  return refusal(service, circuit, detail);
}

function refusal(service: string, { policy }: Circuit, detail: string): Refusal {
  return { problem: "overloaded", detail, extensions: { service, policy }, headers: { "retry-after": "1" } };
}
