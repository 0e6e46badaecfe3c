// The isolate's side of a cap on concurrency: how many requests it may have on their way, who waits, and what it tells the
// coordinator. A request that finds no slot waits until an answer that knows of it says whether there are more; only then
// is it refused, or goes on waiting on a place of the queue. Once an answer has said that there is nothing, further
// requests are refused at once. Plain data; requests share no promise, each looks again by itself.
import type { SlotGrant, SlotReport } from "../../model/message/concurrency.ts";
import type { ConcurrencyTerms } from "../../model/snapshot/concurrency-terms.ts";

export interface IsolateSlots {
  terms: ConcurrencyTerms;
  quota: number;
  places: number;
  slotsShort: boolean;
  placesShort: boolean;
  scarce: boolean;
  /** When the loan ends. */
  diesAt: number;
  limit: number;
  load: number;
  /** That share the cap, as far as is known. */
  isolates: number;
  readonly inFlight: Set<InFlight>;
  /** In the order of their turn. */
  readonly waiters: Waiter[];
  /** Most on their way and waiting since the last report. */
  peak: number;
  refused: number;
  answered: number;
  answeredMs: number;
  sweptAt: number;
}

export interface InFlight {
  seenAt: number;
}

export interface Waiter {
  readonly rank: number;
  /** Number of the last report that left before it came. */
  readonly since: number;
  seenAt: number;
}

/** What the book of reports knows: see `breaker-book.ts`. */
export interface Heard {
  /** Number of the last report that left, and of the last that was answered. */
  readonly seq: number;
  readonly answeredSeq: number;
  /** The coordinator does not answer. */
  readonly unheard: boolean;
}

export type Acquired = { readonly flight: InFlight } | { readonly waiter: Waiter } | "refused";

/** How many isolates one that nobody has answered yet believes to be one of. */
const FLEET_UNTOLD = 8;
/** Who is on its way shows itself every second; a request whose context is gone never ends here. */
export const BEAT_MS = 1000;
const LOST_FLIGHT_MS = 4 * BEAT_MS;
/** So many answers without a slot, and there is none to be had in time, whoever has them. */
const MOST_ANSWERS = 3;
const UNTOLD_MS = 6000;
const SWEEP_MS = 500;
const LOST_WAITER_MS = 2000;

export function newIsolateSlots(terms: ConcurrencyTerms): IsolateSlots {
  return {
    terms,
    quota: 0,
    places: 0,
    slotsShort: false,
    placesShort: false,
    scarce: false,
    diesAt: Number.NEGATIVE_INFINITY,
    limit: terms.max,
    load: 0,
    isolates: FLEET_UNTOLD,
    inFlight: new Set(),
    waiters: [],
    peak: 0,
    refused: 0,
    answered: 0,
    answeredMs: 0,
    sweptAt: 0,
  };
}

/** A request comes. `rank`: the lower goes first. */
export function acquire(book: IsolateSlots, heard: Heard, rank: number, now: number): Acquired {
  if (book.inFlight.size >= slotsOf(book, heard, now) || book.waiters.length > 0) dropLost(book, now);
  const waiter = { rank, since: heard.seq, seenAt: now };
  const behind = book.waiters.findIndex((one) => one.rank > rank);
  const turn = behind === -1 ? book.waiters.length : behind;
  if (turn < slotsOf(book, heard, now) - book.inFlight.size) return { flight: takeOff(book, now) };
  if (isFull(book, heard, turn, now) || turn >= mostAsking(book.terms)) {
    book.refused += 1;
    return "refused";
  }
  book.waiters.splice(turn, 0, waiter);
  note(book);
  return { waiter };
}

/** One that waits looks again. */
export function retry(book: IsolateSlots, heard: Heard, waiter: Waiter, now: number): Acquired {
  waiter.seenAt = now;
  dropLost(book, now);
  const turn = book.waiters.indexOf(waiter);
  if (turn < slotsOf(book, heard, now) - book.inFlight.size) {
    abandon(book, waiter);
    return { flight: takeOff(book, now) };
  }
  const answers = heard.answeredSeq - waiter.since;
  const isFutile = answers >= MOST_ANSWERS && turn >= book.places;
  if (!isFutile && (!(heard.unheard || answers > 0) || !isFull(book, heard, turn, now))) return { waiter };
  abandon(book, waiter);
  book.refused += 1;
  return "refused";
}

/** Gives up waiting. */
export function abandon(book: IsolateSlots, waiter: Waiter): void {
  const turn = book.waiters.indexOf(waiter);
  if (turn !== -1) book.waiters.splice(turn, 1);
}

/** Another one of a request that is on its way already, if there is one at hand. */
export function acquireBeside(book: IsolateSlots, heard: Heard, now: number): InFlight | null {
  const room = slotsOf(book, heard, now) - book.inFlight.size - book.waiters.length;
  return room > 0 ? takeOff(book, now) : null;
}

/** @returns whether the coordinator should hear of it: others want what is free here */
export function release(book: IsolateSlots, flight: InFlight): boolean {
  return book.inFlight.delete(flight) && book.scarce && book.waiters.length === 0;
}

/** @param tookMs until response headers */
export function noteAnswer(book: IsolateSlots, tookMs: number): void {
  book.answered += 1;
  book.answeredMs += tookMs;
}

export function reportSlots(book: IsolateSlots, now: number): SlotReport {
  dropLost(book, now);
  const { terms, inFlight: flights, waiters, refused, answered, answeredMs } = book;
  const busy = flights.size + waiters.length;
  // What is not used goes back at once, where others want it or nobody here does.
  if ((busy === 0 || book.scarce) && book.quota > busy) {
    book.quota = busy;
    // There is something to be had again, and the answer will say how much of it.
    book.slotsShort = false;
  }
  book.places = Math.min(book.places, waiters.length);
  const told = {
    terms,
    have: Math.max(book.quota, flights.size),
    demand: (book.scarce ? busy : Math.max(book.peak, busy)) + refused,
    inFlight: flights.size,
    places: book.places,
    waiting: waiters.length,
    answered,
    answeredMs: Math.round(answeredMs),
  };
  book.peak = busy;
  book.refused = 0;
  book.answered = 0;
  book.answeredMs = 0;
  return told;
}

/** @param sentAt when the report left */
export function applySlots(book: IsolateSlots, grant: SlotGrant, sentAt: number): void {
  book.quota = grant.slots;
  book.slotsShort = grant.slotsShort;
  book.scarce = grant.scarce;
  book.places = grant.places;
  book.placesShort = grant.placesShort;
  book.diesAt = sentAt + grant.ttlMs;
  book.limit = grant.limit;
  book.load = grant.load;
  book.isolates = Math.max(1, grant.isolates);
}

/** The coordinator is of a release that lends no slots: as if it did not answer. */
export function missSlots(book: IsolateSlots, sentAt: number): void {
  const { max, queue } = book.terms;
  const { isolates } = book;
  book.quota = Math.ceil(max / isolates);
  book.places = Math.ceil(queue / isolates);
  book.slotsShort = true;
  book.placesShort = true;
  book.diesAt = sentAt + UNTOLD_MS;
}

/** While the coordinator does not answer, each isolate goes by an equal share. */
function slotsOf({ quota, diesAt, terms, isolates }: IsolateSlots, { unheard }: Heard, now: number): number {
  if (now < diesAt) return quota;
  return unheard ? Math.ceil(terms.max / isolates) : 0;
}

/** More than could ever be on their way or in the queue need not wait for an answer. */
function mostAsking({ max, queue }: ConcurrencyTerms): number {
  return max + queue;
}

/** Is there no place for one that would have this turn, as far as is known? */
function isFull(book: IsolateSlots, { unheard }: Heard, turn: number, now: number): boolean {
  const { terms, isolates, places, slotsShort, placesShort, diesAt } = book;
  if (now >= diesAt) return unheard && turn >= Math.ceil(terms.queue / isolates);
  return slotsShort && turn >= places && (terms.queue === 0 || placesShort);
}

function takeOff(book: IsolateSlots, now: number): InFlight {
  const flight = { seenAt: now };
  book.inFlight.add(flight);
  note(book);
  return flight;
}

function note(book: IsolateSlots): void {
  book.peak = Math.max(book.peak, book.inFlight.size + book.waiters.length);
}

function dropLost(book: IsolateSlots, now: number): void {
  if (now - book.sweptAt < SWEEP_MS) return;
  book.sweptAt = now;
  for (const flight of book.inFlight) if (flight.seenAt < now - LOST_FLIGHT_MS) book.inFlight.delete(flight);
  for (const waiter of book.waiters.filter(({ seenAt }) => seenAt < now - LOST_WAITER_MS)) abandon(book, waiter);
}
