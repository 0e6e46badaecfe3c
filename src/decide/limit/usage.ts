// What is used of each bucket right now, the one nearest to exhaustion first: for operators, not for requests.
import type { LimitUse } from "../../model/message/limit-use.ts";
import { bucketPartsOf } from "./bucket.ts";
import type { LimitCoordinator } from "./coordinator.ts";
import { refusedLately } from "./demand-history.ts";
import { available, capacityOf, untilFull } from "./ledger.ts";

export function limitUsage(state: LimitCoordinator, now: number, most: number): readonly LimitUse[] {
  const uses: LimitUse[] = [];
  // Isolates refuse by what they remember, and tell of it with their record.
  const lately = refusedLately(state.demand, now);
  for (const [id, { limit, key, terms, ledger, leases, refused: told }] of state.buckets) {
    const refused = Math.max(told, lately.get(id) ?? 0);
    const capacity = capacityOf(terms);
    const used = capacity - Math.floor(available(ledger, terms, now));
    let leased = 0;
    for (const lease of leases.values()) {
      if (lease.diesAt > now) {
        leased += lease.outstanding;
      }
    }
    uses.push({ limit, key, capacity, used, leased, refused, resetMs: Math.ceil(untilFull(ledger, terms, now)) });
  }
  // Written down before the object was lost, and not asked for since: what is used of them is used all the same.
  for (const [id, { terms, ...ledger }] of state.written) {
    if (terms === undefined || state.buckets.has(id)) {
      continue;
    }
    const [limit = "", key = ""] = bucketPartsOf(id);
    const capacity = capacityOf(terms);
    const used = capacity - Math.floor(available(ledger, terms, now));
    const resetMs = Math.ceil(untilFull(ledger, terms, now));
    if (used > 0) {
      uses.push({ limit, key, capacity, used, leased: 0, refused: lately.get(id) ?? 0, resetMs });
    }
  }
  return uses.sort((a, b) => b.used / b.capacity - a.used / a.capacity || b.refused - a.refused).slice(0, most);
}
