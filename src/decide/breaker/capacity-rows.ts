// What an operator sees of a service's capacity: slots in use and lent, requests that wait, retries that are left.
// Policies that nobody has reported under of late are passed over: they may be gone.
import type { SlotRow } from "../../model/message/concurrency.ts";
import type { RetryRow } from "../../model/message/retry.ts";
import type { CapacityCoordinator } from "./capacity.ts";
import { leftOf } from "../retry/coordinator.ts";
import { inUse, lentOut } from "../concurrency/slot-pool.ts";

const LATELY_MS = 60_000;

export function slotRows({ slots }: CapacityCoordinator, now: number): SlotRow[] {
  return [...slots].flatMap(([policy, { slots: pool, places, cap }]) => {
    // These let go of isolates whose time is over; so they come first.
    const [lent, queued] = [lentOut(pool, now), lentOut(places, now)];
    const isolates = pool.holders.size;
    if (cap === null || (isolates === 0 && lent + queued === 0)) {
      return [];
    }
    const { max, limit, queue } = cap;
    return [{ policy, max, limit, inUse: inUse(pool), lent, queue, waiting: inUse(places), isolates }];
  });
}

export function retryRows({ retries }: CapacityCoordinator, now: number): RetryRow[] {
  return [...retries].flatMap(([policy, allowance]) => {
    const { perSecond, atMs } = allowance;
    return now - atMs > LATELY_MS ? [] : [{ policy, perSecond, left: Math.floor(leftOf(allowance, perSecond, now)) }];
  });
}
