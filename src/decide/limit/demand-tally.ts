// How an isolate counts what is asked of limits, by bucket and second, until its next question tells the coordinator. A
// batch is told again until an answer comes, under the same number, so that it is counted once whatever gets lost.
import { OVERFLOW_KEY } from "./overflow-key.ts";
import type { Seen, SeenRow } from "../../model/message/limit.ts";

/** Counts wait at most so long for a question that is asked anyway; then one is asked for them. */
const TELL_AFTER_MS = 10_000;
/** Rows of one question; the smallest of what is beyond are told together, by limit. */
const MAX_ROWS = 500;
/** Seconds that one bucket keeps apart while nobody answers. */
const MAX_SECONDS = 60;

export interface Counted {
  /** Start of the second, milliseconds since the epoch. */
  readonly at: number;
  asked: number;
  refused: number;
}

/** A bucket that is counted for. */
interface Countable {
  readonly limit: string;
  readonly key: string;
  seen: Counted[];
}

export interface DemandTally {
  /** Since when something waits to be told; null = nothing does. */
  waitsSince: number | null;
  told: { readonly batch: number; readonly rows: readonly (Omit<SeenRow, "agoMs"> & { readonly at: number })[] } | null;
}

export function newTally(): DemandTally {
  return { waitsSince: null, told: null };
}

export function countAsked(tally: DemandTally, bucket: Countable, now: number): void {
  counted(tally, bucket, now).asked += 1;
}

export function countRefused(tally: DemandTally, bucket: Countable, now: number): void {
  counted(tally, bucket, now).refused += 1;
}

function counted(tally: DemandTally, { seen }: Countable, now: number): Counted {
  const at = Math.floor(now / 1000) * 1000;
  const last = seen.at(-1);
  if (last !== undefined && (last.at >= at || seen.length >= MAX_SECONDS)) {
    return last;
  }
  const fresh = { at, asked: 0, refused: 0 };
  seen.push(fresh);
  tally.waitsSince ??= now;
  return fresh;
}

export function tellingIsDue({ waitsSince }: DemandTally, now: number): boolean {
  return waitsSince !== null && now - waitsSince >= TELL_AFTER_MS;
}

/** What a question tells: the batch that no answer came for, else a new one; null = nothing. */
export function takeBatch(tally: DemandTally, buckets: Iterable<Countable>, seq: number, now: number): Seen | null {
  if (tally.told === null && tally.waitsSince !== null) {
    const rows = [];
    for (const bucket of buckets) {
      if (bucket.seen.length === 0) {
        continue;
      }
      const { limit, key } = bucket;
      for (const { at, asked, refused } of bucket.seen) {
        rows.push({ limit, key, at, asked, refused });
      }
      bucket.seen = [];
    }
    tally.waitsSince = null;
    tally.told = { batch: seq, rows: rows.length > MAX_ROWS ? shortened(rows) : rows };
  }
  if (tally.told === null) {
    return null;
  }
  const { batch, rows } = tally.told;
  const told = rows.map(({ limit, key, at, asked, refused }): SeenRow => {
    const agoMs = Math.max(0, now - at);
    return { limit, key, agoMs, asked, refused };
  });
  return { batch, rows: told };
}

/** An answer came: what was told is counted. */
export function batchTold(tally: DemandTally): void {
  tally.told = null;
}

type Row = NonNullable<DemandTally["told"]>["rows"][number];

function shortened(rows: readonly Row[]): Row[] {
  const byAsked = rows.toSorted((a, b) => b.asked - a.asked);
  const rest = Map.groupBy(byAsked.slice(MAX_ROWS), ({ limit, at }) => JSON.stringify([limit, at]));
  const together = [...rest.values()].flatMap((same): Row[] => {
    const [first] = same;
    if (first === undefined) {
      return [];
    }
    const sum = (of: (row: Row) => number): number => same.reduce((all, row) => all + of(row), 0);
    return [{ ...first, key: OVERFLOW_KEY, asked: sum((row) => row.asked), refused: sum((row) => row.refused) }];
  });
  return [...byAsked.slice(0, MAX_ROWS), ...together];
}
