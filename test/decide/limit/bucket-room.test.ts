import { assert, constantFrom, integer, property, tuple, array } from "fast-check";
import { expect, it } from "vitest";
import { MAX_BUCKETS, MAX_OF_POLICY } from "../../../src/decide/limit/bucket-room.ts";
import { bucketFor, bucketId } from "../../../src/decide/limit/bucket.ts";
import { newLimitCoordinator, type LimitCoordinator } from "../../../src/decide/limit/coordinator.ts";
import { available, debit } from "../../../src/decide/limit/ledger.ts";
import type { LimitTerms } from "../../../src/model/snapshot/limit-terms.ts";

const terms: LimitTerms = { algorithm: "gcra", requests: 5, windowMs: 3_600_000, burst: 5 };
const NOW = 1_000_000;

function use(state: LimitCoordinator, limit: string, key: string, times: number, now = NOW): void {
  const bucket = bucketFor(state, { limit, key, terms }, now, true);
  bucket.ledger = debit(bucket.ledger, terms, times, now);
}
const left = (state: LimitCoordinator, limit: string, key: string, now = NOW): number =>
  Math.floor(available(bucketFor(state, { limit, key, terms }, now, true).ledger, terms, now));

it("made-up keys shut nobody out, and whoever has used up its share stays refused", () => {
  const state = newLimitCoordinator(NOW, null);
  use(state, "one", "greedy", 5);
  for (let nth = 0; nth < 3 * MAX_BUCKETS; nth++) {
    use(state, "one", `made-up-${nth}`, 1);
  }
  expect(left(state, "one", "innocent")).toBe(5);
  expect(left(state, "one", "greedy")).toBe(0);
  expect(state.buckets.size).toBeLessThanOrEqual(MAX_BUCKETS);
});

it("made-up keys of one limit push out no bucket of another", () => {
  const state = newLimitCoordinator(NOW, null);
  for (let nth = 0; nth < 100; nth++) {
    use(state, "other", `caller-${nth}`, 1);
  }
  for (let nth = 0; nth < 2 * MAX_BUCKETS; nth++) {
    use(state, "one", `made-up-${nth}`, 2);
  }
  for (let nth = 0; nth < 100; nth++) {
    expect(left(state, "other", `caller-${nth}`)).toBe(4);
  }
});

it("limits without number cost the one that has the most", () => {
  const state = newLimitCoordinator(NOW, null);
  use(state, "small", "a", 1);
  for (let limit = 0; limit < 8; limit++) {
    for (let nth = 0; nth < 9000; nth++) {
      use(state, `limit-${limit}`, `made-up-${nth}`, 1);
    }
  }
  expect(state.buckets.size).toBeLessThanOrEqual(MAX_OF_POLICY);
  expect(left(state, "small", "a")).toBe(4);
});

it("counts what there is, and names each that gave way once", () => {
  const limit = constantFrom("a", "b");
  assert(
    property(
      array(tuple(limit, integer({ min: 0, max: 30_000 }), integer({ min: 1, max: 5 })), { maxLength: 50 }),
      (uses) => {
        const state = newLimitCoordinator(NOW, null);
        for (const [name, nth, times] of uses) {
          use(state, name, `k${nth}`, times);
        }
        for (const name of ["a", "b"]) {
          const own = [...state.buckets.values()].filter((bucket) => bucket.limit === name).length;
          expect(state.counts.get(name) ?? 0).toBe(own);
        }
        expect(new Set(state.evicted).size).toBe(state.evicted.length);
        for (const id of state.evicted) {
          expect(state.buckets.has(id)).toBe(false);
        }
      },
    ),
    { numRuns: 30 },
  );
  const state = newLimitCoordinator(NOW, null);
  for (let nth = 0; nth <= MAX_BUCKETS; nth++) {
    use(state, "one", `k${nth}`, 1);
  }
  expect(state.evicted).toHaveLength(MAX_BUCKETS / 10);
  expect(state.counts.get("one")).toBe(state.buckets.size);
  expect(state.buckets.has(bucketId("one", `k${MAX_BUCKETS}`))).toBe(true);
});
