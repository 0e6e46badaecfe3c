import { expect, it } from "vitest";
import { answerCapacity, newCapacityCoordinator, slotsOf } from "../../../src/decide/breaker/capacity.ts";
import { retryRows, slotRows } from "../../../src/decide/breaker/capacity-rows.ts";
import { recallSlots } from "../../../src/decide/concurrency/coordinator.ts";

const slots = {
  have: 0,
  demand: 4,
  inFlight: 3,
  places: 0,
  waiting: 2,
  answered: 0,
  answeredMs: 0,
  terms: { max: 10, queue: 5, adaptive: null, priority: null },
};
const retries = { terms: { percent: 20, minPerSecond: 4 }, wanted: 3 };
const policy = {
  policy: "shop/cap",
  breaker: null,
  outlier: null,
  probeMs: 1000,
  slots,
  retries,
  endpoints: [],
  outcomes: [],
  settled: [],
  probeWant: [],
};

it("sums what isolates hold, use and wait for", () => {
  const coordinator = newCapacityCoordinator();
  const [one] = answerCapacity(coordinator, { isolate: "a", seq: 1, policies: [policy] }, 1000, 0).slots ?? [];
  const [other] = answerCapacity(coordinator, { isolate: "b", seq: 1, policies: [policy] }, 1000, 0).slots ?? [];
  const lent = (one?.slots ?? 0) + (other?.slots ?? 0);
  expect(slotRows(coordinator, 0)).toEqual([
    { policy: "shop/cap", max: 10, limit: 10, inUse: 6, lent, queue: 5, waiting: 4, isolates: 2 },
  ]);
});

it("lets go of isolates that have not reported, and of policies without any", () => {
  const coordinator = newCapacityCoordinator();
  answerCapacity(coordinator, { isolate: "a", seq: 1, policies: [policy] }, 1000, 0);
  expect(slotRows(coordinator, 5000)).toHaveLength(1);
  expect(slotRows(coordinator, 10_000)).toEqual([]);
});

it("says nothing of a cap that only an earlier life of the object knew", () => {
  const coordinator = newCapacityCoordinator();
  recallSlots(slotsOf(coordinator, "shop/cap"), { slots: 5, places: 0, until: 9000 });
  expect(slotRows(coordinator, 0)).toEqual([]);
  answerCapacity(coordinator, { isolate: "a", seq: 1, policies: [policy] }, 1000, 0);
  expect(slotRows(coordinator, 0)).toMatchObject([{ max: 10, isolates: 1 }]);
});

it("tells retries that are left, which come back with time, for a minute after the last were asked for", () => {
  const coordinator = newCapacityCoordinator();
  answerCapacity(coordinator, { isolate: "a", seq: 1, policies: [policy] }, 1000, 0);
  expect(retryRows(coordinator, 0)).toEqual([{ policy: "shop/cap", perSecond: 4, left: 1 }]);
  expect(retryRows(coordinator, 500)).toEqual([{ policy: "shop/cap", perSecond: 4, left: 3 }]);
  expect(retryRows(coordinator, 60_000)).toEqual([{ policy: "shop/cap", perSecond: 4, left: 4 }]);
  expect(retryRows(coordinator, 60_001)).toEqual([]);
});
