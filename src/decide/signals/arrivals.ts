// Which batches of which isolate have arrived: each counts once, in whatever order and however often it comes, and what
// an isolate gave up is missing only if it never came.
import type { LostBatch, SignalBatch } from "../../model/message/signals.ts";

/** Of one isolate. */
export interface Arrival {
  /** Numbers that have arrived, the last ones. */
  seen: readonly number[];
  /** Numbers that were given up and have not arrived, with their requests. */
  lost: readonly LostBatch[];
  at: number;
}

export interface Arrivals {
  readonly isolates: Map<string, Arrival>;
  lost: number;
  duplicates: number;
}

const MOST_ISOLATES = 5000;
/** An isolate holds far fewer batches than that; one that is older has been answered. */
const REMEMBERED = 32;

export const newArrivals = (): Arrivals => ({ isolates: new Map(), lost: 0, duplicates: 0 });

/** @returns the batches that are to be counted */
export function takeBatches<Batch extends Pick<SignalBatch, "seq">>(
  arrivals: Arrivals,
  isolate: string,
  { batches, lost }: { readonly batches: readonly Batch[]; readonly lost: readonly LostBatch[] },
  now: number,
): Batch[] {
  const before = arrivals.isolates.get(isolate) ?? { seen: [], lost: [], at: now };
  const seen = [...before.seen];
  const isKnown = (seq: number): boolean => seen.includes(seq) || seq <= (seen.at(-1) ?? 0) - REMEMBERED;
  const news: Batch[] = [];
  for (const batch of batches) {
    if (isKnown(batch.seq)) {
      arrivals.duplicates += 1;
      continue;
    }
    news.push(batch);
    seen.push(batch.seq);
    seen.sort((a, b) => a - b);
  }
  const known = new Set(before.lost.map(({ seq }) => seq));
  const missing = [...before.lost, ...lost.filter(({ seq }) => !known.has(seq))];
  const still = missing.filter(({ seq }) => !isKnown(seq)).slice(-REMEMBERED);
  const requests = (list: readonly LostBatch[]): number => list.reduce((sum, one) => sum + one.requests, 0);
  // What falls out of the list by its length stays lost.
  const found = missing.filter(({ seq }) => seen.includes(seq));
  arrivals.lost += requests(missing) - requests(before.lost) - requests(found);
  arrivals.isolates.delete(isolate);
  arrivals.isolates.set(isolate, { seen: seen.slice(-REMEMBERED), lost: still, at: now });
  const [oldest] = arrivals.isolates.keys();
  if (arrivals.isolates.size > MOST_ISOLATES && oldest !== undefined) {
    arrivals.isolates.delete(oldest);
  }
  return news;
}

/** Forgets isolates that are gone: what they still held was given up long ago. */
export function forgetSilent({ isolates }: Arrivals, before: number): void {
  for (const [isolate, { at }] of isolates) {
    if (at >= before) {
      break;
    }
    isolates.delete(isolate);
  }
}

/** How many isolates have reported since. */
export function heardSince({ isolates }: Arrivals, since: number): number {
  let count = 0;
  for (const { at } of isolates.values()) {
    count += at >= since ? 1 : 0;
  }
  return count;
}
