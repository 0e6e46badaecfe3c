// What a cap on concurrency promises, held against a simulated fleet that runs the shipped code. The figures are
// printed.
import { describe, expect, it, vi } from "vitest";
import { sized } from "../support/long.ts";
import { runCapacity } from "./capacity-fleet.ts";
import type { CapacityOptions, CapacityRun } from "./capacity-run.ts";

vi.setConfig({ testTimeout: 600_000 });

const SEEDS = sized(1, 3);
const BASE = { seed: 1, perSecond: 500, untilMs: 15_000, serviceMs: 100 };

function told(options: Partial<CapacityOptions> & { readonly isolates: number }): CapacityRun {
  const run = runCapacity({ ...BASE, ...options });
  const { admitted, refused, most, mean, longestWaitMs, syncsBySecond } = run;
  const share = (100 * refused) / (admitted + refused);
  const syncs = Math.max(...syncsBySecond.slice(5));
  process.stdout.write(
    `${JSON.stringify(options)}: refused ${share.toFixed(2)} %, at once most ${most}, mean ${mean.toFixed(1)}, longest wait ${longestWaitMs.toFixed(0)} ms, ${syncs} reports in the worst second\n`,
  );
  return run;
}
const refusedPercent = ({ admitted, refused }: CapacityRun): number => (100 * refused) / (admitted + refused);

describe("a cap of 100 requests at once", () => {
  it.each([1, 2, 8])("is never exceeded by %i isolates at twice the demand, and is used", (isolates) => {
    const run = told({ isolates, perSecond: 2000 });
    expect(run.most).toBeLessThanOrEqual(100);
    expect(run.mean).toBeGreaterThan(90);
    expect(run.leaked).toBe(0);
  });

  it("is what a single isolate of eight may reach while the others are idle", () => {
    const run = told({ isolates: 8, perSecond: 2000, busy: (now) => (now < 7000 ? 8 : 1) });
    expect(run.most).toBeLessThanOrEqual(100);
    expect(run.mean).toBeGreaterThan(90);
  });

  it.each([
    { isolates: 1, perSecond: 500, percent: 0 },
    { isolates: 8, perSecond: 500, percent: 0.2 },
    { isolates: 8, perSecond: 800, percent: 2 },
    { isolates: 100, perSecond: 500, percent: 2 },
  ])(
    "refuses at most $percent % at $perSecond/s and $isolates isolates, where there is room",
    ({ percent, ...fleet }) => {
      const run = told(fleet);
      expect(refusedPercent(run)).toBeLessThanOrEqual(percent);
      expect(run.most).toBeLessThanOrEqual(100);
      expect(Math.max(...run.syncsBySecond.slice(5))).toBeLessThanOrEqual(250);
    },
  );

  it.each([
    ["reports that are lost and doubled", { isolates: 8, lossPercent: 20, doublePercent: 20 }],
    ["isolates that die", { isolates: 10, deathsPerSecond: 2 }],
    ["a coordinator that forgets", { isolates: 8, restartEveryMs: 4000 }],
    ["all of it", { isolates: 10, lossPercent: 10, doublePercent: 10, deathsPerSecond: 1, restartEveryMs: 5000 }],
  ])("holds through %s", (_, faults) => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const run = told({ seed, perSecond: 1500, ...faults });
      expect(run.most).toBeLessThanOrEqual(100);
      expect(run.admitted).toBeGreaterThan(2000);
    }
  });

  it("is divided into shares while the coordinator cannot be reached, a quarter over at most", () => {
    const dark = (now: number): boolean => now > 4000 && now < 12_000;
    const run = told({ isolates: 8, perSecond: 2000, dark });
    expect(run.most).toBeLessThanOrEqual(125);
    expect(run.mean).toBeGreaterThan(80);
  });
});

describe("a queue", () => {
  it("keeps a small cap busier than refusing does", () => {
    const small = { isolates: 4, perSecond: 50, serviceMs: 100 };
    const without = told({ ...small, terms: { max: 4 } });
    const withQueue = told({ ...small, terms: { max: 4, queue: 10 } });
    expect(withQueue.admitted).toBeGreaterThan(1.1 * without.admitted);
    expect([without.most, withQueue.most]).toEqual([4, 4]);
  });
});
