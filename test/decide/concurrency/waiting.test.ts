// Who waits for a slot of an isolate.
import { describe, expect, it } from "vitest";
import { acquire, applySlots, newIsolateSlots, retry, type Waiter } from "../../../src/decide/concurrency/isolate.ts";
import { newSync } from "../../../src/decide/fleet/sync.ts";

const terms = { max: 1, queue: 2, priority: null, adaptive: null };

describe("one that was taken for lost while it waited", () => {
  it("waits on at the end, and is not let in beyond the cap", () => {
    const slots = newIsolateSlots(terms);
    const sync = newSync({ nextSyncMs: 1000 });
    const grant = {
      slots: 1,
      slotsShort: true,
      scarce: true,
      places: 2,
      placesShort: true,
      limit: 1,
      load: 100,
      policy: "p",
    };
    applySlots(slots, { ...grant, isolates: 1, ttlMs: 60_000 }, 0);
    const waits = (now: number): Waiter => {
      const entry = acquire(slots, sync, 0, now);
      if (entry === "refused" || !("waiter" in entry)) {
        throw new Error("it does not wait");
      }
      return entry.waiter;
    };
    const first = acquire(slots, sync, 0, 0);
    expect(first).toHaveProperty("slot");
    const quiet = waits(0);
    const later = waits(2500);
    for (const slot of slots.inFlight) {
      slot.seenAt = 2600;
    }
    expect(retry(slots, sync, later, 2600)).toEqual({ waiter: later });
    expect(slots.waiters).toEqual([later]);
    expect(retry(slots, sync, quiet, 2700)).toEqual({ waiter: quiet });
    expect(slots.waiters).toEqual([later, quiet]);
    expect(slots.inFlight.size).toBe(1);
  });
});
