// The arithmetic behind the benchmark's figures: ratios within a round, medians over rounds.
import { describe, expect, it } from "vitest";
import { median, summarise, table, type Measured } from "../../bench/summary.ts";

type Round = Measured["rounds"][number];

const round = (over: Partial<Round> = {}): Round => ({ requests: 1000, seconds: 1, cpuMicros: 100_000, ...over });

const measured = (name: string, rounds: readonly Round[], over: Partial<Measured> = {}): Measured => ({
  name,
  rounds,
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
    const rows = summarise([
      measured("bare", [round(), round({ cpuMicros: 200_000, seconds: 2 })]),
      measured("route", [round({ cpuMicros: 120_000 }), round({ cpuMicros: 240_000, seconds: 2 })]),
    ]);
    expect(rows[1]).toMatchObject({ name: "route", cpuRatio: 1.2, rpsRatio: 1, cpuMicros: 180 });
  });

  it("is not moved by one odd round", () => {
    const rows = summarise([
      measured("bare", [round(), round(), round()]),
      measured(
        "route",
        [110_000, 900_000, 110_000].map((cpuMicros) => round({ cpuMicros })),
      ),
    ]);
    expect(rows[1]?.cpuRatio).toBe(1.1);
  });

  it("counts calls for each thousand requests over all rounds", () => {
    const rounds = [round({ requests: 500 }), round({ requests: 1500 })];
    const [row] = summarise([measured("bare", rounds, { objectCalls: 1, d1Queries: 4 })]);
    expect(row).toMatchObject({ objectCallsPer1000: 0.5, d1QueriesPer1000: 2 });
  });

  it("gives the reference a ratio of one", () => {
    expect(summarise([measured("bare", [round()])])[0]).toMatchObject({ cpuRatio: 1, rpsRatio: 1 });
  });

  it("refuses variants with different rounds", () => {
    const uneven = [measured("bare", [round()]), measured("route", [])];
    expect(() => summarise(uneven)).toThrow(new RangeError("route ran 0 rounds"));
  });
});

describe("table", () => {
  it("has one line for each variant, columns under their heads", () => {
    const [head, row] = table(summarise([measured("bare", [round()])])).split("\n");
    expect(head).toBe("variant  CPU µs  CPU ×  rps ×  p50 ms  p99 ms  objects/1000  D1/1000");
    expect(row).toBe("bare        100      1      1       1       2             0        0");
  });
});
