// What an isolate remembers about limits between requests. What is forgotten is asked again (leased, strict) or starts
// anew (local).
import type { IsolateLimits } from "../decide/limit/isolate.ts";
import type { Ledger } from "../decide/limit/ledger.ts";
import { BoundedMap } from "../decide/text/bounded-map.ts";

const MOST_POLICIES = 1000;
const MOST_KEYS = 5000;

export interface LimitMemory {
  /** By `<namespace>/<policy>`. */
  readonly policies: BoundedMap<string, IsolateLimits>;
  /**
   * Ledgers of local limits, by policy, limit and terms, then by key: made-up keys push out those of their own limit.
   */
  readonly ledgers: BoundedMap<string, BoundedMap<string, Ledger>>;
  /** Strict limits that have no room, by policy, limit and key: until when, milliseconds since the epoch. */
  readonly full: BoundedMap<string, { readonly until: number; readonly resetAt: number }>;
  /** Policies whose coordinator failed when a strict limit asked it: until when it is left alone. */
  readonly down: BoundedMap<string, number>;
  /** Requests held by a queue, by policy and limit: when each will have given up. A cancelled one never says so. */
  readonly held: BoundedMap<string, readonly number[]>;
}

/** Of one limit. */
export function newLocalLedgers(): BoundedMap<string, Ledger> {
  return new BoundedMap(MOST_KEYS);
}

export function newLimitMemory(): LimitMemory {
  return {
    policies: new BoundedMap(MOST_POLICIES),
    ledgers: new BoundedMap(MOST_POLICIES),
    full: new BoundedMap(MOST_KEYS),
    down: new BoundedMap(MOST_POLICIES),
    held: new BoundedMap(MOST_KEYS),
  };
}
