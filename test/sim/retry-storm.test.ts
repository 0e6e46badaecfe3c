import { describe, expect, it } from "vitest";
import { storms, weather } from "./retry-storm.ts";

const run = (name: string, seed: number): ReturnType<typeof weather> => {
  const storm = storms[name];
  if (storm === undefined) throw new Error(`no storm ${name}`);
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

  it("would be seen by this if keys and consent did not count", () => {
    const storm = storms["faulty POSTs without a key"];
    expect(storm).toBeDefined();
    const keyed = weather({ ...storm!, requests: 10_000, withKey: 1, seed: 1 });
    expect(keyed.arrivals).toBeGreaterThan(11_000);
  });
});
