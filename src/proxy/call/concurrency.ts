// A service's cap on concurrency, as one request meets it: takes a slot before the request goes out, waits for one where the
// policy has a queue, and gives it back when the answer's body has ended, or broken off. A request whose caller has left is
// on its way until the service has answered or the next piece of its body comes. One that the runtime ends, so that nothing
// of ours runs any more, is missed within four seconds.
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
import type { Circuit } from "../../model/snapshot/circuit.ts";
import type { ConcurrencyTerms, RequestClass } from "../../model/snapshot/concurrency-terms.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { contentLengthOf } from "../exchange/body.ts";
import type { Destination, Exchange } from "../exchange/exchange.ts";
import { breakersOf } from "../../isolate/breaker-memory.ts";
import { awaitNews, reportSoon } from "./coordinator-sync.ts";

export interface Slot {
  /** Headers have come; `null` = the try failed. */
  readonly answered: (tookMs: number) => void;
  /** A second slot for a copy of the request; null = there is none at hand. */
  readonly another: () => (() => void) | null;
  /** Gives the slot back when the body has ended. */
  readonly hold: (response: Response, method: string) => Response;
  readonly release: () => void;
}

interface Capped {
  readonly exchange: Exchange;
  readonly destination: Destination;
  readonly circuit: Circuit;
  readonly breakers: IsolateBreakers;
  readonly policyState: PolicyState;
  readonly slots: IsolateSlots;
}

/** Where a service is asked not to decode the bodies of its answers: they are only passed on. */
export const isHeld = ({ circuit }: Destination): boolean => circuit?.concurrency !== undefined;

/** null = no policy caps the service. */
export async function takeSlot(exchange: Exchange, destination: Destination): Promise<Slot | Refusal | null> {
  const { circuit } = destination;
  const terms = circuit?.concurrency;
  if (circuit === undefined || terms === undefined) return null;
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
  const entry = acquire(slots, capped.breakers.sync, rankOf(requestClass), since);
  const slot = entry === "refused" ? entry : "slot" in entry ? entry.slot : await waited(capped, entry, since);
  reportSoon(exchange, destination.service, breakers);
  return slot === "refused" ? full(capped, terms, ports.now() - since) : slotOf(capped, slot);
}

async function waited(capped: Capped, first: { readonly waiter: Parameters<typeof abandon>[1] }, since: number) {
  const { exchange, destination, breakers, slots } = capped;
  const { requestMs } = destination.timeouts;
  const untilMs = requestMs === 0 ? Number.POSITIVE_INFINITY : exchange.startedAtMs + requestMs;
  const { waiter } = first;
  let passedMs = 0;
  for (;;) {
    touch(capped);
    // Where it is known that there is nothing to be had, the next report is early enough.
    if (!slots.slotsShort) breakers.urgent = true;
    passedMs += await awaitNews(exchange, destination.service, breakers);
    const now = exchange.ports.now();
    const entry = retry(slots, capped.breakers.sync, waiter, now);
    if (entry === "refused") return entry;
    if ("slot" in entry) return entry.slot;
    if (Math.max(now, since + passedMs) < untilMs) continue;
    abandon(slots, waiter);
    return "refused";
  }
}

function touch({ breakers, policyState }: Capped): void {
  policyState.touched = true;
  breakers.touched = true;
}

function slotOf(capped: Capped, slot: InFlight): Slot {
  const release = keep(capped, slot);
  return {
    answered: (tookMs) => noteAnswer(capped.slots, tookMs),
    another() {
      const beside = acquireBeside(capped.slots, capped.breakers.sync, capped.exchange.ports.now());
      return beside === null ? null : keep(capped, beside);
    },
    hold: (response, method) => held(response, method, release),
    release,
  };
}

/** Shows that the request is still on its way until it is released, and renews what long ones hold. */
function keep(capped: Capped, slot: InFlight): () => void {
  const { exchange, destination, breakers, slots } = capped;
  const { promise, resolve } = Promise.withResolvers<void>();
  // The runtime may drop what a caller who has left was waiting for; not what is to be done behind the answer.
  exchange.ctx.waitUntil(promise);
  const beat = setInterval(() => {
    slot.seenAt = exchange.ports.now();
    touch(capped);
    reportSoon(exchange, destination.service, breakers);
  }, BEAT_MS);
  return () => {
    clearInterval(beat);
    resolve();
    touch(capped);
    if (release(slots, slot)) breakers.urgent = true;
    if (slots.inFlight.size === 0) breakers.idle = true;
    reportSoon(exchange, destination.service, breakers);
  };
}

/** The body passes through the runtime's own pipe, not through code of ours. A WebSocket counts until it is established. */
function held(response: Response, method: string, release: () => void): Response {
  const { body, status, statusText, headers } = response;
  if (body === null || method === "HEAD" || response.webSocket !== null) {
    release();
    return response;
  }
  const length = contentLengthOf(headers);
  const through = length === null ? new IdentityTransformStream() : new FixedLengthStream(length);
  void body.pipeTo(through.writable).then(release, release);
  return new Response(through.readable, { status, statusText, headers, encodeBody: "manual" });
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
