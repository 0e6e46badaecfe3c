// What a coordinator may have lent out of its slots, written down before the answer leaves: an object that is moved or
// killed lends nothing a second time. A row for each policy that caps concurrency, written again every few seconds.
import { slotsOf, type CapacityCoordinator } from "../../src/decide/breaker/capacity.ts";
import { recallSlots, slotsToWrite, type WrittenSlots } from "../../src/decide/concurrency/coordinator.ts";

const SLOTS = "slots:";

export class WrittenSlotRows {
  readonly #kv: SyncKvStorage;
  readonly #written = new Map<string, WrittenSlots>();

  constructor(kv: SyncKvStorage) {
    this.#kv = kv;
  }

  restore(coordinator: CapacityCoordinator, now: number): void {
    for (const [name, row] of this.#kv.list<WrittenSlots>({ prefix: SLOTS })) {
      const policy = name.slice(SLOTS.length);
      if (row.until <= now) {
        this.#kv.delete(name);
        continue;
      }
      recallSlots(slotsOf(coordinator, policy), row);
      this.#written.set(policy, row);
    }
  }

  write(coordinator: CapacityCoordinator, now: number): void {
    for (const [policy, slots] of coordinator.slots) {
      const row = slotsToWrite(slots, this.#written.get(policy) ?? null, now);
      if (row === null) {
        continue;
      }
      this.#written.set(policy, row);
      this.#kv.put(SLOTS + policy, row);
    }
  }
}
