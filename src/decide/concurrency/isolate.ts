// The isolate's side of a cap on concurrency: how many requests it may have on their way, who waits, and what it tells
// the coordinator. A request that finds no slot waits until an answer that knows of it says whether there are more;
// only then is it refused, or goes on waiting on a place of the queue. Once an answer has said that there is nothing,
// further requests are refused at once. Plain data; requests share no promise, each looks again by itself.
import { isSilent, type Sync } from "../fleet/sync.ts";
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
  /** When somebody last found no slot. */
  pressedAt: number;
}

export interface InFlight {
  seenAt: number;
  /** Whose request it is; null = nobody knows. */
  caller: string | null;
  /** Since when its body waits for its caller; null = it does not. */
  slowSince: number | null;
}

export interface Waiter {
  readonly rank: number;
  /** Number of the last report that left before it came. */
  readonly since: number;
  seenAt: number;
}

export type Acquired = { readonly slot: InFlight } | { readonly waiter: Waiter } | "refused";

/** How many isolates one that nobody has answered yet believes to be one of. */
const FLEET_UNTOLD = 8;
/** Who is on its way shows itself every second; a request whose context is gone never ends here. */
export const BEAT_MS = 1000;
const LOST_SLOT_MS = 4 * BEAT_MS;
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
    pressedAt: Number.NEGATIVE_INFINITY,
  };
}

/** A request comes. `rank`: the lower goes first. */
export function acquire(slots: IsolateSlots, sync: Sync<unknown>, rank: number, now: number): Acquired {
  if (slots.inFlight.size >= slotsOf(slots, sync, now) || slots.waiters.length > 0) {
    dropLost(slots, now);
  }
  const waiter = { rank, since: sync.seq, seenAt: now };
  const behind = slots.waiters.findIndex((one) => one.rank > rank);
  const turn = behind === -1 ? slots.waiters.length : behind;
  if (turn < slotsOf(slots, sync, now) - slots.inFlight.size) {
    return { slot: takeSlot(slots, now) };
  }
  slots.pressedAt = now;
  if (isFull(slots, sync, turn, now) || turn >= mostAsking(slots.terms)) {
    slots.refused += 1;
    return "refused";
  }
  slots.waiters.splice(turn, 0, waiter);
  note(slots);
  return { waiter };
}

/** One that waits looks again. */
export function retry(slots: IsolateSlots, sync: Sync<unknown>, waiter: Waiter, now: number): Acquired {
  waiter.seenAt = now;
  dropLost(slots, now);
  if (!slots.waiters.includes(waiter)) {
    // It was taken for lost, and has lost its turn: whoever has none would be let in beyond the cap.
    slots.waiters.push(waiter);
  }
  const turn = slots.waiters.indexOf(waiter);
  if (turn < slotsOf(slots, sync, now) - slots.inFlight.size) {
    abandon(slots, waiter);
    return { slot: takeSlot(slots, now) };
  }
  const answers = sync.answeredSeq - waiter.since;
  const isFutile = answers >= MOST_ANSWERS && turn >= slots.places;
  if (!isFutile && (!(isSilent(sync, now) || answers > 0) || !isFull(slots, sync, turn, now))) {
    return { waiter };
  }
  abandon(slots, waiter);
  slots.refused += 1;
  return "refused";
}

/** Gives up waiting. */
export function abandon(slots: IsolateSlots, waiter: Waiter): void {
  const turn = slots.waiters.indexOf(waiter);
  if (turn !== -1) {
    slots.waiters.splice(turn, 1);
  }
}

/** Another one of a request that is on its way already, if there is one at hand. */
export function acquireBeside(slots: IsolateSlots, sync: Sync<unknown>, now: number): InFlight | null {
  const free = slotsOf(slots, sync, now) - slots.inFlight.size - slots.waiters.length;
  return free > 0 ? takeSlot(slots, now) : null;
}

/** @returns whether the coordinator should hear of it: others want what is free here */
export function release(slots: IsolateSlots, slot: InFlight): boolean {
  return slots.inFlight.delete(slot) && slots.scarce && slots.waiters.length === 0;
}

/** @param tookMs until response headers */
export function noteAnswer(slots: IsolateSlots, tookMs: number): void {
  slots.answered += 1;
  slots.answeredMs += tookMs;
}

export function reportSlots(slots: IsolateSlots, now: number): SlotReport {
  dropLost(slots, now);
  const { terms, inFlight, waiters, refused, answered, answeredMs } = slots;
  const busy = inFlight.size + waiters.length;
  // What is not used goes back at once, where others want it or nobody here does.
  if ((busy === 0 || slots.scarce) && slots.quota > busy) {
    slots.quota = busy;
    // There is something to be had again, and the answer will say how much of it.
    slots.slotsShort = false;
  }
  slots.places = Math.min(slots.places, waiters.length);
  const told = {
    terms,
    have: Math.max(slots.quota, inFlight.size),
    demand: (slots.scarce ? busy : Math.max(slots.peak, busy)) + refused,
    inFlight: inFlight.size,
    places: slots.places,
    waiting: waiters.length,
    answered,
    answeredMs: Math.round(answeredMs),
  };
  slots.peak = busy;
  slots.refused = 0;
  slots.answered = 0;
  slots.answeredMs = 0;
  return told;
}

/** @param sentAt when the report left */
export function applySlots(slots: IsolateSlots, grant: SlotGrant, sentAt: number): void {
  slots.quota = grant.slots;
  slots.slotsShort = grant.slotsShort;
  slots.scarce = grant.scarce;
  slots.places = grant.places;
  slots.placesShort = grant.placesShort;
  slots.diesAt = sentAt + grant.ttlMs;
  slots.limit = grant.limit;
  slots.load = grant.load;
  slots.isolates = Math.max(1, grant.isolates);
}

/** The coordinator is of a release that lends no slots: as if it did not answer. */
export function missSlots(slots: IsolateSlots, sentAt: number): void {
  const { max, queue } = slots.terms;
  const { isolates } = slots;
  slots.quota = Math.ceil(max / isolates);
  slots.places = Math.ceil(queue / isolates);
  slots.slotsShort = true;
  slots.placesShort = true;
  slots.diesAt = sentAt + UNTOLD_MS;
}

/** While the coordinator does not answer, each isolate goes by an equal share. */
function slotsOf({ quota, diesAt, terms, isolates }: IsolateSlots, sync: Sync<unknown>, now: number): number {
  if (now < diesAt) {
    return quota;
  }
  return isSilent(sync, now) ? Math.ceil(terms.max / isolates) : 0;
}

/** More than could ever be on their way or in the queue need not wait for an answer. */
function mostAsking({ max, queue }: ConcurrencyTerms): number {
  return max + queue;
}

/** Is there no place for one that would have this turn, as far as is known? */
function isFull(slots: IsolateSlots, sync: Sync<unknown>, turn: number, now: number): boolean {
  const { terms, isolates, places, slotsShort, placesShort, diesAt } = slots;
  if (now >= diesAt) {
    return isSilent(sync, now) && turn >= Math.ceil(terms.queue / isolates);
  }
  return slotsShort && turn >= places && (terms.queue === 0 || placesShort);
}

function takeSlot(slots: IsolateSlots, now: number): InFlight {
  const slot = { seenAt: now, caller: null, slowSince: null };
  slots.inFlight.add(slot);
  note(slots);
  return slot;
}

function note(slots: IsolateSlots): void {
  slots.peak = Math.max(slots.peak, slots.inFlight.size + slots.waiters.length);
}

function dropLost(slots: IsolateSlots, now: number): void {
  if (now - slots.sweptAt < SWEEP_MS) {
    return;
  }
  slots.sweptAt = now;
  for (const slot of slots.inFlight) {
    if (slot.seenAt < now - LOST_SLOT_MS) {
      slots.inFlight.delete(slot);
    }
  }
  for (const waiter of slots.waiters.filter(({ seenAt }) => seenAt < now - LOST_WAITER_MS)) {
    abandon(slots, waiter);
  }
}
