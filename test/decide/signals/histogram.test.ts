import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addSparse,
  BOUNDS_MS,
  BUCKETS,
  bucketOf,
  countUpTo,
  quantileMs,
  sparse,
  histogramTotal,
} from "../../../src/decide/signals/histogram.ts";

/** Bounds of the metrics' convention, milliseconds. */
const DRAWN = [5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000];
const anyMs = fc.oneof(fc.integer({ min: 0, max: 1200 }), fc.integer({ min: 0, max: 2_000_000 }));
const countsOf = (times: readonly number[]): Float64Array => {
  const counts = new Float64Array(BUCKETS);
  for (const ms of times) {
    addSparse(counts, [bucketOf(ms), 1]);
  }
  return counts;
};

describe("bucketOf", () => {
  it("is the first bucket whose bound the time does not exceed", () => {
    fc.assert(
      fc.property(fc.oneof(anyMs, fc.double({ min: 0, max: 700_000, noNaN: true })), (ms) => {
        const bucket = bucketOf(ms);
        expect(ms).toBeLessThanOrEqual(BOUNDS_MS[bucket] ?? Infinity);
        expect(ms).toBeGreaterThan(BOUNDS_MS[bucket - 1] ?? -1);
      }),
      { numRuns: 2000 },
    );
    for (const [bucket, bound] of BOUNDS_MS.entries()) {
      expect([bucketOf(bound), bucketOf(bound + 0.5)]).toEqual([bucket, bucket + 1]);
    }
  });

  it("has every bound that dashboards draw, and no bucket above 10 ms is wider than a quarter, up to 100 s", () => {
    expect(DRAWN.filter((ms) => !BOUNDS_MS.includes(ms))).toEqual([]);
    for (const [nth, bound] of BOUNDS_MS.entries()) {
      const before = BOUNDS_MS[nth - 1] ?? 0;
      if (before >= 10 && bound <= 100_000) {
        expect(bound / before).toBeLessThanOrEqual(1.25);
      }
    }
  });
});

describe("histograms", () => {
  it("are the same, however their parts were added", () => {
    fc.assert(
      fc.property(fc.array(anyMs), fc.array(anyMs), (one, other) => {
        const merged = countsOf(one);
        addSparse(merged, sparse(countsOf(other)));
        expect(merged).toEqual(countsOf([...other, ...one]));
        expect(histogramTotal(merged)).toBe(one.length + other.length);
      }),
    );
  });

  it("tell a percentile by the bound of the bucket that it is in", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 600_000 }), { minLength: 1 }),
        fc.constantFrom(0.5, 0.9, 0.99, 1),
        (times, share) => {
          const exact = times.toSorted((a, b) => a - b)[Math.ceil(times.length * share) - 1] ?? 0;
          expect(quantileMs(countsOf(times), share)).toBe(BOUNDS_MS[bucketOf(exact)]);
        },
      ),
    );
    expect(quantileMs(new Float64Array(BUCKETS), 0.5)).toBeNull();
  });

  it("tell exactly how many took at most a bound", () => {
    fc.assert(
      fc.property(fc.array(anyMs), fc.constantFrom(...DRAWN), (times, bound) => {
        expect(countUpTo(countsOf(times), bound)).toBe(times.filter((ms) => ms <= bound).length);
      }),
    );
  });

  it("take a bucket of a later release for the last one", () => {
    const counts = new Float64Array(BUCKETS);
    addSparse(counts, [BUCKETS + 7, 3]);
    expect(counts[BUCKETS - 1]).toBe(3);
  });
});
