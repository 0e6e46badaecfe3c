// Which bucket gives way when there are too many: the one nearest to full, which forgets the least. Keys may be made up
// by callers, so they cost their own limit's place and nobody else's, and a bucket that is used up outlives all of
// them.
import type { LimitTerms } from "../../model/snapshot/limit-terms.ts";
import { untilFull, type Ledger } from "./ledger.ts";

/** Of one limit. */
export const MAX_BUCKETS = 10_000;
/** Of all limits of a policy: then the limit with the most gives way. */
export const MAX_OF_POLICY = 50_000;
/** Share that goes at once: looking for the nearest to full costs a look at each. */
const AT_ONCE = 0.1;

interface Kept {
  readonly limit: string;
  readonly terms: LimitTerms;
  readonly ledger: Ledger;
}

export interface BucketRoom<One extends Kept> {
  /** By limit id and key, see `bucketId`. */
  readonly buckets: Map<string, One>;
  /** How many each limit has. */
  readonly counts: Map<string, number>;
  /** Those that gave way: what was written down of them is to be deleted. */
  evicted: string[];
}

export function newRoom<One extends Kept>(): BucketRoom<One> {
  return { buckets: new Map(), counts: new Map(), evicted: [] };
}

export function addBucket<One extends Kept>(room: BucketRoom<One>, id: string, bucket: One, now: number): void {
  const { limit } = bucket;
  if ((room.counts.get(limit) ?? 0) >= MAX_BUCKETS) {
    makeRoom(room, limit, now);
  } else if (room.buckets.size >= MAX_OF_POLICY) {
    makeRoom(room, largest(room), now);
  }
  room.buckets.set(id, bucket);
  room.counts.set(limit, (room.counts.get(limit) ?? 0) + 1);
}

export function dropBucket<One extends Kept>(room: BucketRoom<One>, id: string, { limit }: Kept): void {
  if (!room.buckets.delete(id)) {
    return;
  }
  const left = (room.counts.get(limit) ?? 0) - 1;
  if (left > 0) {
    room.counts.set(limit, left);
  } else {
    room.counts.delete(limit);
  }
}

function makeRoom<One extends Kept>(room: BucketRoom<One>, limit: string, now: number): void {
  const own = [...room.buckets].filter(([, bucket]) => bucket.limit === limit);
  const byFullness = own
    .map(([id, bucket]) => ({ id, bucket, dueInMs: untilFull(bucket.ledger, bucket.terms, now) }))
    .sort((a, b) => a.dueInMs - b.dueInMs);
  for (const { id, bucket } of byFullness.slice(0, Math.ceil(own.length * AT_ONCE))) {
    dropBucket(room, id, bucket);
    room.evicted.push(id);
  }
}

function largest({ counts }: Pick<BucketRoom<Kept>, "counts">): string {
  let [most, limit] = [0, ""];
  for (const [name, count] of counts) {
    if (count > most) {
      [most, limit] = [count, name];
    }
  }
  return limit;
}
