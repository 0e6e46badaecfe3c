// What an isolate remembers about limits between requests. Values only, all of them bounded: what is forgotten is asked
// again (leased, strict) or starts anew (local).
import { newIsolateLimits, type IsolateLimits } from "../../decide/limit/isolate.ts";
import type { Ledger } from "../../decide/limit/ledger.ts";

const MOST_POLICIES = 1000;
const MOST_KEYS = 5000;

export interface LimitMemory {
  /** By `<namespace>/<policy>`. */
  readonly books: Map<string, IsolateLimits>;
  /** Ledgers of local limits, by policy, limit and key. */
  readonly ledgers: Map<string, Ledger>;
  /** Strict limits that have no room, by policy, limit and key: until when, milliseconds since the epoch. */
  readonly full: Map<string, { readonly until: number; readonly resetAt: number }>;
  /** Policies whose coordinator failed when a strict limit asked it: until when it is left alone. */
  readonly down: Map<string, number>;
  /** Requests held by a queue, by policy and limit: when each will have given up. A cancelled one never says so. */
  readonly held: Map<string, number[]>;
  /** Random, made by the first request; modules have no random numbers when they are evaluated. */
  isolate: string | null;
}

export function newLimitMemory(): LimitMemory {
  return {
    books: new Map(),
    ledgers: new Map(),
    full: new Map(),
    down: new Map(),
    held: new Map(),
    isolate: null,
  };
}

export function isolateOf(memory: LimitMemory, newId: () => string): string {
  return (memory.isolate ??= newId());
}

export function limitsOf(memory: LimitMemory, policy: string, newId: () => string): IsolateLimits {
  const found = memory.books.get(policy);
  if (found) return found;
  const book = newIsolateLimits(isolateOf(memory, newId));
  keep(memory.books, policy, book, MOST_POLICIES);
  return book;
}

/** Puts the entry last; of too many the first one, longest untouched, goes. */
export function keep<Value>(map: Map<string, Value>, id: string, value: Value, most = MOST_KEYS): void {
  map.delete(id);
  if (map.size >= most) {
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }
  map.set(id, value);
}
