// What is used of each bucket right now, the one nearest to exhaustion first: for operators, not for requests.
import type { Coordinator } from "./grant.ts";
import { available, untilFull } from "./ledger.ts";

export interface LimitUse {
  readonly limit: string;
  readonly key: string;
  /** Tokens that may be used at once when nothing is used. */
  readonly capacity: number;
  /** Used or held by isolates. */
  readonly used: number;
  /** Held by isolates and not known to be spent. */
  readonly leased: number;
  readonly resetMs: number;
}

export function limitUsage(state: Coordinator, now: number, most: number): readonly LimitUse[] {
  const uses: LimitUse[] = [];
  for (const { limit, key, terms, ledger, outstanding } of state.buckets.values()) {
    const capacity = terms.algorithm === "gcra" ? terms.burst : terms.requests;
    const used = capacity - Math.floor(available(ledger, terms, now));
    uses.push({ limit, key, capacity, used, leased: outstanding, resetMs: Math.ceil(untilFull(ledger, terms, now)) });
  }
  return uses.sort((a, b) => b.used / b.capacity - a.used / a.capacity).slice(0, most);
}
