// The coordinator's side of a cap on concurrency: slots and places of one policy for one service. How much is lent to
// whom is slot-pool.ts; how far the cap itself gives way to latency is adaptive-limit.ts.
import type { SlotGrant, SlotReport } from "../../model/message/concurrency.ts";
import { learn, newAdaptiveLimit, type AdaptiveLimit } from "./adaptive-limit.ts";
import { inUse, lend, lentOut, newPool, type Pool } from "./slot-pool.ts";

export interface SlotCoordinator {
  readonly slots: Pool;
  readonly places: Pool;
  adaptive: AdaptiveLimit | null;
  /** As the last report had it; null = no report since the object began. */
  cap: { readonly max: number; readonly limit: number; readonly queue: number } | null;
  /** Until when isolates should report often: somebody got less than it could use. */
  contendedUntil: number;
}

/** What is written down of it: the most that may be lent out, and until when. */
export interface WrittenSlots {
  readonly slots: number;
  readonly places: number;
  readonly until: number;
}

/** A dead isolate's slots are gone for so long, at least; an idle one's next request asks first after it. */
const LEASE_MS = 6000;
/** Clocks may run at slightly different speeds. */
const LATER = 1.05;
const CONTENDED_MS = 2000;
const ROW_MS = 2000;

export function newSlotCoordinator(): SlotCoordinator {
  return { slots: newPool(), places: newPool(), adaptive: null, cap: null, contendedUntil: 0 };
}

/** @param nextSyncMs when the isolate was told to report again */
export function answerSlots(
  coordinator: SlotCoordinator,
  { isolate, policy, report }: { readonly isolate: string; readonly policy: string; readonly report: SlotReport },
  nextSyncMs: number,
  now: number,
): SlotGrant {
  const { terms, have, demand, inFlight, places, waiting, answered, answeredMs } = report;
  const ttlMs = Math.max(LEASE_MS, 3 * nextSyncMs);
  const diesAt = now + ttlMs * LATER;
  coordinator.adaptive = terms.adaptive === null ? null : (coordinator.adaptive ?? newAdaptiveLimit(terms.max, now));
  const limit =
    coordinator.adaptive === null || terms.adaptive === null
      ? terms.max
      : learn(
          coordinator.adaptive,
          terms.adaptive,
          terms.max,
          { answered, answeredMs, inUse: inUse(coordinator.slots) },
          now,
        );
  coordinator.cap = { max: terms.max, limit, queue: terms.queue };
  const claim = { isolate, have, demand, used: inFlight, diesAt };
  const slot = lend(coordinator.slots, limit, claim, now < coordinator.contendedUntil ? "small" : "large", now);
  const queued = { isolate, have: places, demand: waiting, used: waiting, diesAt };
  const place = lend(coordinator.places, terms.queue, queued, "none", now);
  if (slot.isLess) {
    coordinator.contendedUntil = now + CONTENDED_MS;
  }
  return {
    policy,
    slots: slot.lent,
    slotsShort: slot.isLess && slot.isFull,
    scarce: now < coordinator.contendedUntil,
    places: place.lent,
    placesShort: place.isLess,
    ttlMs,
    limit,
    load: Math.round((100 * inUse(coordinator.slots)) / limit),
    isolates: coordinator.slots.holders.size,
  };
}

/** What must be written down before the answer leaves; null = what was written says enough. */
export function slotsToWrite(
  { slots, places }: SlotCoordinator,
  known: WrittenSlots | null,
  now: number,
): WrittenSlots | null {
  let until = 0;
  for (const { diesAt } of slots.holders.values()) {
    until = Math.max(until, diesAt);
  }
  const [lent, queued] = [lentOut(slots, now), lentOut(places, now)];
  const isEnough = known !== null && lent <= known.slots && queued <= known.places && until <= known.until;
  const isReturned = known !== null && lent + queued === 0 && known.slots + known.places > 0;
  if (isEnough && !isReturned) {
    return null;
  }
  // For a little longer than is so, that not every report is a row.
  return { slots: lent, places: queued, until: until + ROW_MS };
}

/** What an object that lost its memory goes by: nothing of what may still be held is lent a second time. */
export function recallSlots(coordinator: SlotCoordinator, { slots, places, until }: WrittenSlots): void {
  coordinator.slots.forgotten = { count: slots, until };
  coordinator.places.forgotten = { count: places, until };
}
