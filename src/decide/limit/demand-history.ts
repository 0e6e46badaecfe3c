// What was asked of each bucket of a policy in the last hour, by the second: what a preview of other numbers is made
// from. Bounded: a minute keeps its busiest keys and one sum for the rest of each limit. Decides nothing.
import type { DemandChunk, DemandRow } from "../../model/message/limit-use.ts";
import { bucketId } from "./bucket.ts";
import { OVERFLOW_KEY } from "./overflow-key.ts";
import type { SeenRow } from "../../model/message/limit.ts";

export const HISTORY_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Keys of a minute that are kept apart; twice as many are, until there are more. */
const KEYS_KEPT = 200;

/** One bucket in one minute. */
export interface DemandHistory {
  /** By start of the minute, in the order in which they were begun; rows by limit and key. */
  readonly minutes: Map<number, Map<string, DemandRow>>;
  /** Minutes that changed since they were last written down. */
  readonly changed: Set<number>;
}

export function newHistory(): DemandHistory {
  return { minutes: new Map(), changed: new Set() };
}

/** Takes up a minute that was written down. */
export function restoreChunk({ minutes }: DemandHistory, { from, rows }: DemandChunk): void {
  minutes.set(from, new Map(rows.map((row) => [bucketId(row.limit, row.key), row])));
}

export function recordSeen(history: DemandHistory, seen: readonly SeenRow[], now: number): void {
  for (const { limit, key, agoMs, asked, refused } of seen) {
    const at = now - agoMs;
    const from = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    if (!(at <= now && from > now - HISTORY_MS - MINUTE_MS)) {
      continue;
    }
    const rows = minuteOf(history, from, now);
    history.changed.add(from);
    count(add(rows, limit, key, refused), Math.floor((at - from) / 1000), asked);
    if (rows.size > 2 * KEYS_KEPT) {
      keepBusiest(rows);
    }
  }
}

/** How many requests of each bucket were refused in the last hour, wherever that was decided; by bucket id. */
export function refusedLately({ minutes }: DemandHistory, now: number): ReadonlyMap<string, number> {
  const refused = new Map<string, number>();
  for (const [from, rows] of minutes) {
    if (from <= now - HISTORY_MS - MINUTE_MS) {
      continue;
    }
    for (const [id, row] of rows) {
      refused.set(id, (refused.get(id) ?? 0) + row.refused);
    }
  }
  return refused;
}

/** The minutes of the last hour, oldest first. `limit` null = of every limit. */
export function chunksOf({ minutes }: DemandHistory, limit: string | null, now: number): DemandChunk[] {
  return [...minutes]
    .filter(([from]) => from > now - HISTORY_MS - MINUTE_MS)
    .sort(([a], [b]) => a - b)
    .map(([from, rows]) => ({ from, rows: [...rows.values()].filter((row) => limit === null || row.limit === limit) }));
}

function minuteOf({ minutes, changed }: DemandHistory, from: number, now: number): Map<string, DemandRow> {
  const found = minutes.get(from);
  if (found) {
    return found;
  }
  for (const old of minutes.keys()) {
    if (old > now - HISTORY_MS - MINUTE_MS) {
      continue;
    }
    minutes.delete(old);
    changed.delete(old);
  }
  const rows = new Map<string, DemandRow>();
  minutes.set(from, rows);
  return rows;
}

function add(rows: Map<string, DemandRow>, limit: string, key: string, refused: number): DemandRow {
  const id = bucketId(limit, key);
  const row = rows.get(id) ?? { limit, key, asked: new Uint32Array(60), refused: 0 };
  row.refused += refused;
  rows.set(id, row);
  return row;
}

/** The others become part of their limit's sum: what is asked is kept, who asked it is not. */
function keepBusiest(rows: Map<string, DemandRow>): void {
  const others = [...rows].filter(([, { key }]) => key !== OVERFLOW_KEY);
  const byAsked = others.map(([id, row]) => ({ id, row, asked: totalOf(row) })).sort((a, b) => b.asked - a.asked);
  for (const { id, row } of byAsked.slice(KEYS_KEPT)) {
    rows.delete(id);
    const sum = add(rows, row.limit, OVERFLOW_KEY, row.refused);
    for (const [second, asked] of row.asked.entries()) {
      count(sum, second, asked);
    }
  }
}

function count({ asked }: DemandRow, second: number, more: number): void {
  asked[second] = (asked[second] ?? 0) + more;
}

export function totalOf({ asked }: DemandRow): number {
  return asked.reduce((sum, each) => sum + each, 0);
}
