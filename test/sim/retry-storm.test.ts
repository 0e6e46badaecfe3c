import { describe, expect, it } from "vitest";
import { runCapacity } from "./capacity-fleet.ts";
import { storms, weather } from "./retry-storm.ts";

const run = (name: string, seed: number): ReturnType<typeof weather> => {
  const storm = storms[name];
  if (storm === undefined) {
    throw new Error(`no storm ${name}`);
  }
  return weather({ ...storm, seed });
};

describe("a million requests to a service that fails", () => {
  it.each([1, 2])("make no POST without a key arrive twice (seed %i)", (seed) => {
    expect(run("faulty POSTs without a key", seed)).toMatchObject({ arrivals: 1_000_000, duplicates: 0 });
  });

  it.each([1, 2])("are amplified by at most 1.2 and 10 a second in a total outage (seed %i)", (seed) => {
    const { arrivals, bound } = run("total outage, GET", seed);
    expect(arrivals).toBeLessThanOrEqual(bound);
    // And the budget is there to be used: retries are not simply switched off.
    expect(arrivals).toBeGreaterThan(1_150_000);
  });

  it.each([
    { isolates: 1, lossPercent: 0, deathsPerSecond: 0 },
    { isolates: 20, lossPercent: 0, deathsPerSecond: 0 },
    { isolates: 100, lossPercent: 0, deathsPerSecond: 0 },
    { isolates: 20, lossPercent: 10, deathsPerSecond: 4 },
  ])("are amplified by no more than that through $isolates isolates together", (fleet) => {
    const seconds = 20;
    const storm = { budget: { percent: 20, minPerSecond: 10 }, attempts: 5 };
    const terms = { max: 100_000 };
    const calm = { seed: 3, perSecond: 200, untilMs: seconds * 1000, serviceMs: 5, terms, storm, doublePercent: 5 };
    const { admitted, retries, syncsBySecond } = runCapacity({ ...calm, ...fleet });
    const bound = 0.2 * admitted + 10 * (seconds + 1);
    const syncs = Math.max(...syncsBySecond.slice(5));
    process.stdout.write(
      `${JSON.stringify(fleet)}: ${admitted} requests, all failing: ${retries} retries (${(1 + retries / admitted).toFixed(3)}x), at most ${bound.toFixed(0)}; ${syncs} reports in the worst second\n`,
    );
    expect(retries).toBeLessThanOrEqual(bound);
    // Without what the fleet is lent there would be only the fifth.
    expect(retries).toBeGreaterThan(0.2 * admitted + 2 * seconds);
  });

  it("would be seen by this if keys and consent did not count", () => {
    const storm = storms["faulty POSTs without a key"];
    expect(storm).toBeDefined();
    const keyed = weather({ ...storm!, requests: 10_000, withKey: 1, seed: 1 });
    expect(keyed.arrivals).toBeGreaterThan(11_000);
  });
});
