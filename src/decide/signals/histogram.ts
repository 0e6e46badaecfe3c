// How long requests take, as counts in buckets whose bounds grow by a quarter at most: two histograms are added bucket
// by bucket, and no percentile is off by more than one bucket. The bounds repeat themselves in every decade, so that
// those that dashboards draw (5, 10, 25, 50, 75, 100, 250 ms, …) are among them and are exact.

/** Of each decade, in tenths: a bucket holds what is at most its bound, and more than the one before. */
const DECADE = [12, 14, 16, 18, 20, 22, 25, 30, 35, 40, 45, 50, 60, 70, 75, 80, 90, 100] as const;
const DECADES = 4;

/** Upper bounds in milliseconds; what took longer is in one bucket more. The clock knows whole milliseconds. */
export const BOUNDS_MS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].concat(
  Array.from({ length: DECADES }, (_, decade) => DECADE.map((tenths) => tenths * 10 ** decade)).flat(),
  [120_000, 150_000, 200_000, 300_000, 450_000, 600_000],
);
export const BUCKETS = BOUNDS_MS.length + 1;

/** Bucket of each whole number of milliseconds up to 1000; of longer times by their decade. */
const SMALL = new Uint8Array(1001);
// Each isolate does this when it starts: bound by bound, not number by number.
for (const [bucket, bound] of BOUNDS_MS.entries()) {
  SMALL.fill(bucket, (BOUNDS_MS[bucket - 1] ?? -1) + 1, bound + 1);
}
const PER_DECADE = DECADE.length;

export function bucketOf(ms: number): number {
  if (ms <= 1000) {
    return SMALL[ms > 0 ? Math.ceil(ms) : 0] ?? 0;
  }
  if (ms <= 10_000) {
    return (SMALL[Math.ceil(ms / 10)] ?? 0) + PER_DECADE;
  }
  if (ms <= 100_000) {
    return (SMALL[Math.ceil(ms / 100)] ?? 0) + 2 * PER_DECADE;
  }
  return search(ms);
}

function search(ms: number): number {
  const found = BOUNDS_MS.findIndex((bound) => ms <= bound);
  return found === -1 ? BOUNDS_MS.length : found;
}

/** Counts as pairs of bucket and count, without the empty ones. */
export function sparse(counts: Uint32Array | Float64Array): number[] {
  const pairs: number[] = [];
  for (const [bucket, count] of counts.entries()) {
    if (count > 0) {
      pairs.push(bucket, count);
    }
  }
  return pairs;
}

/** Adds pairs to counts; a bucket that this release does not know counts as the last. */
export function addSparse(counts: Float64Array, pairs: readonly number[]): void {
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const bucket = Math.min(pairs[at] ?? 0, BUCKETS - 1);
    counts[bucket] = (counts[bucket] ?? 0) + (pairs[at + 1] ?? 0);
  }
}

export function histogramTotal(counts: Float64Array): number {
  return counts.reduce((sum, one) => sum + one, 0);
}

/**
 * The time that so large a share (0 to 1) of the requests did not exceed, milliseconds: the bound of the bucket that it
 * falls into; null = there were none.
 */
export function quantileMs(counts: Float64Array, share: number): number | null {
  const rank = Math.max(1, Math.ceil(histogramTotal(counts) * share));
  let seen = 0;
  for (const [bucket, count] of counts.entries()) {
    seen += count;
    if (seen >= rank) {
      return BOUNDS_MS[bucket] ?? BOUNDS_MS.at(-1) ?? null;
    }
  }
  return null;
}

/** How many took at most so long, where `ms` is one of the bounds. */
export function countUpTo(counts: Float64Array, ms: number): number {
  const last = bucketOf(ms);
  let sum = 0;
  for (let bucket = 0; bucket <= last; bucket++) {
    sum += counts[bucket] ?? 0;
  }
  return sum;
}
