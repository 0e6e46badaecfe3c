// What the breaker promises, held against a simulated fleet that runs the shipped code. `SEEDS=2000` looks at more
// seeds; the figures are printed.
import { describe, expect, it, vi } from "vitest";
import { sized } from "../support/long.ts";
import { failedUntilRefused, runFleet } from "./breaker-fleet.ts";

vi.setConfig({ testTimeout: 600_000 });

const SEEDS = Number(process.env.SEEDS ?? sized(10, 40));
const OUTAGE_MS = 12_000;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

describe("a total outage at 1000 requests a second and 100 isolates", () => {
  it("costs at most 250 failed requests before the whole fleet refuses, at the 99th percentile of the seeds", () => {
    const failed = Array.from({ length: SEEDS }, (_, index) => {
      const failing = (now: number): number => (now >= OUTAGE_MS ? 1 : 0);
      const run = runFleet({ seed: index + 1, isolates: 100, perSecond: 1000, untilMs: OUTAGE_MS + 3500, failing });
      return failedUntilRefused(run, OUTAGE_MS) ?? Number.POSITIVE_INFINITY;
    }).toSorted((a, b) => a - b);
    const at = (share: number): number => failed[Math.ceil(share * failed.length) - 1] ?? Number.NaN;
    say(`seeds 1–${SEEDS}: failed until refused: median ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)}`);
    expect(at(0.99)).toBeLessThanOrEqual(250);
  });
});

describe("a service of which a tenth of the calls fails", () => {
  it("stays open to callers: the fleet's breaker does not trip", () => {
    for (const seed of [1, 2, 3]) {
      const run = runFleet({ seed, isolates: 100, perSecond: 1000, untilMs: 20_000, failing: () => 0.1 });
      const share = run.refusedAt.length / (run.calls.length + run.refusedAt.length);
      say(`seed ${seed}: refused ${(100 * share).toFixed(3)} %, reports a second ${(run.syncs / 20).toFixed(0)}`);
      expect(share).toBeLessThan(0.002);
    }
  });
});

describe("a service of which a third of the calls fails all the time", () => {
  it.each([
    { isolates: 100, perSecond: 1000 },
    { isolates: 1000, perSecond: 3000 },
    { isolates: 1000, perSecond: 10_000 },
  ])("makes $isolates isolates send at most 200 reports a second together", (fleet) => {
    const run = runFleet({ seed: 1, untilMs: 30_000, failing: () => 0.3, ...fleet });
    // Isolates that never reported before do so at once; their herd has dispersed by then.
    const settled = run.syncsBySecond.slice(5);
    const mean = settled.reduce((sum, count) => sum + count, 0) / settled.length;
    say(`${JSON.stringify(fleet)}: reports a second ${mean.toFixed(0)}, in the worst second ${Math.max(...settled)}`);
    expect(mean).toBeLessThanOrEqual(200);
    expect(Math.max(...settled)).toBeLessThanOrEqual(300);
  });
});

describe("after an outage of half a minute", () => {
  const failing = (now: number): number => (now >= OUTAGE_MS && now < 40_000 ? 1 : 0);

  it.each([
    { isolates: 1, lossPercent: 0, deathsPerSecond: 0 },
    { isolates: 20, lossPercent: 0, deathsPerSecond: 0 },
    { isolates: 20, lossPercent: 20, deathsPerSecond: 4 },
    { isolates: 100, lossPercent: 20, deathsPerSecond: 20 },
  ])("$isolates isolates let everything through again, $lossPercent % of the reports lost", (fleet) => {
    const recovered: number[] = [];
    for (let seed = 1; seed <= Math.max(3, SEEDS / 10); seed += 1) {
      const run = runFleet({ seed, perSecond: 200, untilMs: 180_000, failing, ...fleet });
      const last = run.refusedAt.findLast((at) => at < 180_000) ?? 0;
      recovered.push(last - 40_000);
      // An open time lasts at most 90 s; after it come the probes and the ramp.
      expect(last, `seed ${seed}`).toBeLessThan(40_000 + 90_000 + 20_000);
    }
    say(`${JSON.stringify(fleet)}: last refusal ${(Math.max(...recovered) / 1000).toFixed(1)} s after the outage`);
  });
});

it("half-open never sticks, though a third of the reports and every isolate within five seconds is lost", () => {
  for (let seed = 1; seed <= Math.max(5, SEEDS / 8); seed += 1) {
    const failing = (now: number): number => (now >= OUTAGE_MS && now < 20_000 ? 1 : 0);
    const stormy = { isolates: 10, perSecond: 100, lossPercent: 20, deathsPerSecond: 2 };
    const run = runFleet({ seed, untilMs: 240_000, failing, callMs: 200, ...stormy });
    const late = run.calls.filter(({ at }) => at > 200_000).length;
    const lateRefused = run.refusedAt.filter((at) => at > 200_000).length;
    expect(late / (late + lateRefused), `seed ${seed}`).toBeGreaterThan(0.95);
  }
});

it.each([30, 6, 2])("a service that gets %i requests a minute from one isolate recovers as well", (perMinute) => {
  for (let seed = 1; seed <= Math.max(5, SEEDS / 8); seed += 1) {
    const failing = (now: number): number => (now < 60_000 ? 1 : 0);
    const rare = { isolates: 1, perSecond: perMinute / 60, failing, untilMs: 3_600_000 };
    const run = runFleet({ seed, ...rare });
    const [late, refused] = [run.calls.map(({ at }) => at), run.refusedAt].map((times) =>
      times.filter((at) => at > 1_800_000),
    );
    expect(late?.length, `seed ${seed}`).toBeGreaterThan(0);
    expect(refused, `seed ${seed}`).toEqual([]);
  }
});
