// What operators are told of a limit's use.
import { expect, it } from "vitest";
import { newLimitCoordinator } from "../../../src/decide/limit/coordinator.ts";
import { recordSeen } from "../../../src/decide/limit/demand-history.ts";
import { askStrictly } from "../../../src/decide/limit/strict.ts";
import { limitUsage } from "../../../src/decide/limit/usage.ts";
import { bucketId } from "../../../src/decide/limit/bucket.ts";
import type { LimitTerms } from "../../../src/model/snapshot/limit-terms.ts";

const NOW = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
const terms: LimitTerms = { algorithm: "gcra", requests: 2, windowMs: HOUR_MS, burst: 2 };
const ask = { isolate: "one", buckets: [{ limit: "few", key: "a", terms }] };
const seen = [{ limit: "few", key: "a", agoMs: 2000, asked: 8, refused: 6 }];

it("counts what isolates refused by themselves, which they tell with their record", () => {
  const state = newLimitCoordinator(NOW, null);
  for (let nth = 0; nth < 3; nth++) {
    askStrictly(state, ask, NOW);
  }
  // Only the first refusal asked the coordinator; an isolate knows the answer to the others.
  expect(limitUsage(state, NOW, 10)).toMatchObject([{ limit: "few", key: "a", used: 2, refused: 1 }]);
  recordSeen(state.demand, seen, NOW);
  expect(limitUsage(state, NOW, 10)).toMatchObject([{ limit: "few", key: "a", used: 2, refused: 6 }]);
});

it("still knows of them when it has lost its memory, for an hour", () => {
  const state = newLimitCoordinator(NOW, null);
  askStrictly(state, ask, NOW);
  const { ledger } = state.buckets.get(bucketId("few", "a"))!;
  const restored = newLimitCoordinator(NOW, new Map([[bucketId("few", "a"), { ...ledger, terms, exact: true }]]));
  recordSeen(restored.demand, seen, NOW);
  expect(limitUsage(restored, NOW, 10)).toMatchObject([{ limit: "few", key: "a", used: 1, refused: 6 }]);
  expect(limitUsage(restored, NOW + HOUR_MS / 4, 10)).toMatchObject([{ refused: 6 }]);
});
