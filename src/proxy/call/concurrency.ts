// A service's cap on concurrency, as one request meets it: takes a slot before the request goes out, waits for one where the
// policy has a queue, and gives it back when the answer's body has ended, or broken off. A request whose caller has left is
// on its way until the service has answered or the next piece of its body comes. One that the runtime ends, so that nothing
// of ours runs any more, is missed within four seconds.
import { policyStateOf, type IsolateBreakers, type PolicyState } from "../../decide/breaker/isolate.ts";
import { isUnheard } from "../../decide/breaker/report.ts";
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
  type Heard,
  type IsolateSlots,
} from "../../decide/concurrency/isolate.ts";
import type { Circuit } from "../../model/snapshot/circuit.ts";
import type { ConcurrencyTerms, RequestClass } from "../../model/snapshot/concurrency-terms.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { Destination, Exchange } from "../exchange/exchange.ts";
import { breakersOf } from "../../isolate/breaker-memory.ts";
import { awaitNews, reportSoon } from "./coordinator-sync.ts";

export interface Slot {
  /** Headers have come; `null` = the try failed. */
  readonly answered: (tookMs: number) => void;
  /** A second slot for a copy of the request; null = there is none at hand. */
  readonly another: () => (() => void) | null;
  /** To be called when the answer's body has ended, or when there is none. */
  readonly release: () => void;
}

interface Scene {
  readonly exchange: Exchange;
  readonly destination: Destination;
  readonly circuit: Circuit;
  readonly book: IsolateBreakers;
  readonly page: PolicyState;
  readonly slots: IsolateSlots;
}

/** null = no policy caps the service. */
export async function takeSlot(exchange: Exchange, destination: Destination): Promise<Slot | Refusal | null> {
  const { circuit } = destination;
  const terms = circuit?.concurrency;
  if (circuit === undefined || terms === undefined) return null;
  const { ports, admitted } = exchange;
  const book = breakersOf(exchange.state.breakers, destination.service);
  const page = policyStateOf(book, circuit);
  page.slots ??= newIsolateSlots(terms);
  const { slots } = page;
  slots.terms = terms;
  const scene = { exchange, destination, circuit, book, page, slots };
  const said = terms.priority === null ? null : admitted.headers.get(terms.priority.header);
  const requestClass = classOf(terms.priority, said);
  touch(scene);
  if (terms.priority !== null && isShed(terms.priority, requestClass, slots.load, admitted.requestId)) {
    slots.refused += 1;
    reportSoon(exchange, destination.service, book);
    return shed(scene, requestClass);
  }
  const since = ports.now();
  const entry = acquire(slots, heard(scene), rankOf(requestClass), since);
  const flight = entry === "refused" ? entry : "flight" in entry ? entry.flight : await waited(scene, entry, since);
  reportSoon(exchange, destination.service, book);
  return flight === "refused" ? full(scene, terms, ports.now() - since) : slotOf(scene, flight);
}

async function waited(scene: Scene, first: { readonly waiter: Parameters<typeof abandon>[1] }, since: number) {
  const { exchange, destination, book, slots } = scene;
  const { requestMs } = destination.timeouts;
  const untilMs = requestMs === 0 ? Number.POSITIVE_INFINITY : exchange.startedAtMs + requestMs;
  const { waiter } = first;
  let passedMs = 0;
  for (;;) {
    touch(scene);
    // Where it is known that there is nothing to be had, the next report is early enough.
    if (!slots.slotsShort) book.urgent = true;
    passedMs += await awaitNews(exchange, destination.service, book);
    const now = exchange.ports.now();
    const entry = retry(slots, heard(scene), waiter, now);
    if (entry === "refused") return entry;
    if ("flight" in entry) return entry.flight;
    if (Math.max(now, since + passedMs) < untilMs) continue;
    abandon(slots, waiter);
    return "refused";
  }
}

function heard({ exchange, book }: Scene): Heard {
  return { seq: book.seq, answeredSeq: book.answeredSeq, unheard: isUnheard(book, exchange.ports.now()) };
}

function touch({ book, page }: Scene): void {
  page.touched = true;
  book.touched = true;
}

function slotOf(scene: Scene, flight: InFlight): Slot {
  const release = keep(scene, flight);
  return {
    answered: (tookMs) => noteAnswer(scene.slots, tookMs),
    another() {
      const beside = acquireBeside(scene.slots, heard(scene), scene.exchange.ports.now());
      return beside === null ? null : keep(scene, beside);
    },
    release,
  };
}

/** Shows that the request is still on its way until it is released, and renews what long ones hold. */
function keep(scene: Scene, flight: InFlight): () => void {
  const { exchange, destination, book, slots } = scene;
  const { promise, resolve } = Promise.withResolvers<void>();
  // The runtime may drop what a caller who has left was waiting for; not what is to be done behind the answer.
  exchange.ctx.waitUntil(promise);
  const beat = setInterval(() => {
    flight.seenAt = exchange.ports.now();
    touch(scene);
    reportSoon(exchange, destination.service, book);
  }, BEAT_MS);
  return () => {
    clearInterval(beat);
    resolve();
    touch(scene);
    if (release(slots, flight)) book.urgent = true;
    if (slots.inFlight.size === 0) book.idle = true;
    reportSoon(exchange, destination.service, book);
  };
}

function full({ destination, circuit, slots }: Scene, terms: ConcurrencyTerms, waitedMs: number): Refusal {
  const { service } = destination;
  const cap = slots.limit < terms.max ? `${slots.limit} (of at most ${terms.max})` : String(terms.max);
  const queue = terms.queue === 0 ? "" : waitedMs > 0 ? `, and it waited ${waitedMs} ms` : ", and its queue is full";
  return refusal(
    service,
    circuit,
    `The service ${service} has all the ${cap} requests that it may have at once${queue}`,
  );
}

function shed({ destination, circuit, slots }: Scene, requestClass: RequestClass): Refusal {
  const { service } = destination;
  const detail = `${slots.load} % of the requests that the service ${service} may have at once are on their way, and this one is ${requestClass}`;
  return refusal(service, circuit, detail);
}

function refusal(service: string, { policy }: Circuit, detail: string): Refusal {
  return { problem: "overloaded", detail, extensions: { service, policy }, headers: { "retry-after": "1" } };
}
