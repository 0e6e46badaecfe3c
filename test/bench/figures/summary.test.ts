// The arithmetic behind the benchmark's figures: ratios within a round, medians over rounds.
import { describe, expect, it } from "vitest";
import type { Round } from "../../../bench/load/load.ts";
import type { Measured } from "../../../bench/measure.ts";
import { median, medianOf, summarise, table } from "../../../bench/figures/summary.ts";

const round = (over: Partial<Round> = {}): Round => ({ requests: 1000, seconds: 1, cpuMicros: 100_000, ...over });

const measured = (name: string, rounds: readonly Round[], over: Partial<Measured> = {}): Measured => ({
  name,
  rounds,
  reference: rounds.map(() => round()),
  p50Ms: 1,
  p99Ms: 2,
  objectCalls: 0,
  d1Queries: 0,
  ...over,
});

describe("median", () => {
  it("is the middle one, or between the two middle ones", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it("sorts numbers as numbers", () => {
    expect(median([9, 10, 100])).toBe(10);
  });

  it("is not a number for nothing", () => {
    expect(median([])).toBeNaN();
  });
});

describe("summarise", () => {
  it("compares with the reference of the same round, not with its average", () => {
    // The machine was twice as slow in the second round, for both alike: the ratio does not move.
    const rounds = [round({ cpuMicros: 120_000 }), round({ cpuMicros: 240_000, seconds: 2 })];
    const reference = [round(), round({ cpuMicros: 200_000, seconds: 2 })];
    const rows = summarise({
      saturated: [measured("bare", reference, { reference }), measured("route", rounds, { reference })],
    });
    expect(rows[1]).toMatchObject({ name: "route", cpuRatio: 1.2, rpsRatio: 1, cpuMicros: 180 });
  });

  it("is not moved by one odd round", () => {
    const rounds = [110_000, 900_000, 110_000].map((cpuMicros) => round({ cpuMicros }));
    expect(summarise({ saturated: [measured("route", rounds)] })[0]?.cpuRatio).toBe(1.1);
  });

  it("tells what was spent inside the lock, and nothing of a proxy that has none", () => {
    const half = [round({ cpuMicros: 50_000 })];
    const locked = [150_000, 0].map((cpuMicros) => measured("any", [round({ cpuMicros })], { reference: half }));
    const saturated = ["route", "nginx"].map((name) => measured(name, [round()]));
    expect(summarise({ saturated, locked }).map(({ inLockRatio }) => inLockRatio)).toEqual([3, null]);
  });

  it("tells each kind of load, and takes latency and calls from the steady rate", () => {
    const one = (cpuMicros: number, over: Partial<Measured> = {}): Measured[] => [
      measured("route", [round({ cpuMicros })], over),
    ];
    const [row] = summarise({
      saturated: one(150_000, { objectCalls: 500 }),
      one: one(110_000),
      four: one(120_000),
      paced: one(130_000, { objectCalls: 4, d1Queries: 1, p50Ms: 0.5, p99Ms: 3 }),
    });
    expect(row).toEqual({
      name: "route",
      cpuMicros: 150,
      cpuRatio: 1.5,
      cpuRatio1: 1.1,
      cpuRatio4: 1.2,
      cpuRatioPaced: 1.3,
      inLockRatio: null,
      rpsRatio: 1,
      p50Ms: 0.5,
      p99Ms: 3,
      objectCallsPer1000: 4,
      d1QueriesPer1000: 1,
    });
  });

  it("counts calls for each thousand requests over all rounds, and says null of what was not measured", () => {
    const rounds = [round({ requests: 500 }), round({ requests: 1500 })];
    const [row] = summarise({ saturated: [measured("bare", rounds, { objectCalls: 1, d1Queries: 4 })] });
    expect(row).toMatchObject({ objectCallsPer1000: 0.5, d1QueriesPer1000: 2, cpuRatio1: null, cpuRatioPaced: null });
  });

  it("refuses a variant whose reference ran other rounds", () => {
    const uneven = [measured("route", [], { reference: [round()] })];
    expect(() => summarise({ saturated: uneven })).toThrow(new RangeError("route ran 0 rounds, and its reference 1"));
  });
});

describe("medianOf", () => {
  const start = (cpuMicros: number) => summarise({ saturated: [measured("route", [round({ cpuMicros })])] });

  it("is the median of the starts, figure by figure", () => {
    const [row] = medianOf([start(130_000), start(200_000), start(110_000)]);
    expect(row).toMatchObject({ name: "route", cpuMicros: 130, cpuRatio: 1.3, cpuRatio4: null });
  });

  it("is one start as it is", () => {
    expect(medianOf([start(130_000)])).toEqual(start(130_000));
  });
});

describe("table", () => {
  it("has one line for each variant, columns under their heads, and a dash for what was not measured", () => {
    const [head, row] = table(summarise({ saturated: [measured("bare", [round()])] })).split("\n");
    expect(head).toBe(
      "variant  CPU µs  CPU ×  1 conn ×  4 conn ×  paced ×  in lock ×  rps ×  p50 ms  p99 ms  objects/1000  D1/1000",
    );
    expect(row).toBe(
      "bare        100      1         -         -        -          -      1       1       2             0        0",
    );
  });
});
