import { describe, expect, it } from "vitest";
import {
  countHost,
  followEndpoints,
  mayEject,
  newOutliers,
  pardon,
  successRateThreshold,
  sweepOutliers,
  type Outliers,
} from "../../../src/decide/breaker/outlier.ts";
import type { OutlierTerms } from "../../../src/model/snapshot/circuit.ts";

const terms: OutlierTerms = {
  consecutiveFailures: 5,
  intervalMs: 10_000,
  baseEjectionMs: 30_000,
  maxEjectionMs: 100_000,
  maxEjectionPercent: 50,
};
const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `e${index}`);
function pool(count: number): Outliers {
  const outliers = newOutliers(0);
  followEndpoints(outliers, ids(count), 0);
  return outliers;
}
const fail = (outliers: Outliers, id: string, failed: number, now: number, ok = 0): void =>
  countHost(outliers, terms, id, { ok, failed, run: failed }, now);
const ejected = ({ hosts }: Outliers): string[] =>
  [...hosts].filter(([, { ejectedUntil }]) => ejectedUntil !== null).map(([id]) => id);

describe("the success rate below which an endpoint is an outlier", () => {
  it.each([
    ["Envoy's example: mean 90, deviation 20", [50, 100, 100, 100, 100], 52],
    ["all alike", [90, 90, 90, 90, 90], 90],
    ["fewer than five endpoints", [0, 100, 100, 100], null],
  ])("%s", (_, rates, expected) => {
    expect(successRateThreshold(rates)).toBe(expected);
  });
});

describe("how many may be ejected", () => {
  it.each([
    [0, 10, 10, true],
    [1, 10, 10, false],
    [1, 10, 20, true],
    [0, 3, 10, true],
    [1, 3, 34, false],
    [1, 3, 100, true],
    [2, 3, 100, false],
    [0, 1, 100, false],
    [0, 2, 50, true],
    [1, 2, 100, false],
    [0, 10, 0, false],
  ])("%i of %i are, at most %i %%: another one %s", (out, total, percent, expected) => {
    expect(mayEject(out, total, percent)).toBe(expected);
  });
});

describe("the share of failures that ejects by itself", () => {
  const strict = { ...terms, failurePercent: 85 };
  /** Endpoints with so many calls each; of the last one so many failed, spread so that no run is long. */
  function after(hosts: number, calls: number, failed: number, by: OutlierTerms = strict): string[] {
    const outliers = pool(hosts);
    for (const id of ids(hosts)) {
      const bad = id === `e${hosts - 1}` ? failed : 0;
      countHost(outliers, { ...by, consecutiveFailures: 1e9 }, id, { ok: calls - bad, failed: bad, run: 0 }, 1);
    }
    sweepOutliers(outliers, by, 10_000);
    return ejected(outliers);
  }

  // Success rates are compared from a hundred calls on, so fewer keep that out of the way.
  it.each([
    ["51 of 60, 85 %, is enough", 5, 60, 51, ["e4"]],
    ["less is not", 5, 60, 50, []],
    ["fifty calls are needed of each", 5, 49, 49, []],
    ["exactly fifty will do", 5, 50, 50, ["e4"]],
    ["five such endpoints are needed", 4, 60, 60, []],
  ])("%s", (_, hosts, calls, failed, expected) => {
    expect(after(hosts, calls, failed)).toEqual(expected);
  });

  it("is off unless a policy says one", () => {
    expect(after(5, 60, 60, terms)).toEqual([]);
  });

  it("looks at one interval only", () => {
    const outliers = pool(5);
    for (const id of ids(5)) {
      countHost(outliers, strict, id, { ok: 60, failed: 0, run: 0 }, 1);
    }
    sweepOutliers(outliers, strict, 10_000);
    for (const id of ids(5)) {
      countHost(outliers, strict, id, { ok: 1, failed: 9, run: 0 }, 10_001);
    }
    sweepOutliers(outliers, strict, 20_000);
    expect(ejected(outliers)).toEqual([]);
  });
});

describe("failures in a row", () => {
  it("eject at the fifth, and not before", () => {
    const outliers = pool(4);
    fail(outliers, "e0", 4, 0);
    expect(ejected(outliers)).toEqual([]);
    fail(outliers, "e0", 1, 1);
    expect(ejected(outliers)).toEqual(["e0"]);
  });

  it("are begun again by a success that another isolate reports", () => {
    const outliers = pool(4);
    fail(outliers, "e0", 4, 0);
    countHost(outliers, terms, "e0", { ok: 1, failed: 0, run: 0 }, 1);
    fail(outliers, "e0", 4, 2);
    expect(ejected(outliers)).toEqual([]);
  });

  it("never eject the last endpoint, nor more than the share that is allowed", () => {
    const outliers = pool(4);
    for (const id of ids(4)) {
      fail(outliers, id, 9, 0);
    }
    expect(ejected(outliers)).toEqual(["e0", "e1"]);
    const single = pool(1);
    fail(single, "e0", 100, 0);
    expect(ejected(single)).toEqual([]);
  });
});

describe("an ejection", () => {
  it("lasts the base time, then twice and three times it, up to the maximum", () => {
    const outliers = pool(4);
    const lasted: number[] = [];
    let now = 0;
    for (let round = 0; round < 5; round += 1) {
      fail(outliers, "e0", 5, now);
      const until = outliers.hosts.get("e0")?.ejectedUntil ?? 0;
      lasted.push(until - now);
      now = until;
      outliers.sweptAt = now;
      sweepOutliers(outliers, terms, now);
      expect(ejected(outliers)).toEqual([]);
    }
    expect(lasted).toEqual([30_000, 60_000, 90_000, 100_000, 100_000]);
  });

  it("grows by Envoy's defaults to 300 s, and counts no further than one base beyond it", () => {
    const envoy = { ...terms, maxEjectionMs: 300_000 };
    const outliers = pool(4);
    const seconds: number[] = [];
    let now = 0;
    for (let round = 0; round < 14; round += 1) {
      countHost(outliers, envoy, "e0", { ok: 0, failed: 5, run: 5 }, now);
      const until = outliers.hosts.get("e0")?.ejectedUntil ?? 0;
      seconds.push((until - now) / 1000);
      now = until;
      outliers.sweptAt = now;
      sweepOutliers(outliers, envoy, now);
    }
    expect(seconds).toEqual([30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300, 300, 300]);
    expect(outliers.hosts.get("e0")?.backoff).toBe(11);
  });

  it("ends early when a health check passes, and counts all the same", () => {
    const outliers = pool(4);
    fail(outliers, "e0", 5, 0);
    pardon(outliers, "e1", 1000);
    pardon(outliers, "e0", 1000);
    expect(ejected(outliers)).toEqual([]);
    fail(outliers, "e0", 4, 2000);
    expect(ejected(outliers)).toEqual([]);
    fail(outliers, "e0", 1, 2000);
    expect(outliers.hosts.get("e0")?.ejectedUntil).toBe(62_000);
  });

  it("counts less again after each healthy interval", () => {
    const outliers = pool(4);
    fail(outliers, "e0", 5, 0);
    sweepOutliers(outliers, terms, 30_000);
    fail(outliers, "e0", 5, 30_001);
    expect(outliers.hosts.get("e0")?.backoff).toBe(2);
    for (const now of [90_001, 100_001, 110_001, 120_001, 130_001]) {
      sweepOutliers(outliers, terms, now);
    }
    expect(outliers.hosts.get("e0")?.backoff).toBe(0);
  });

  it("happens in a sweep to the one whose success rate stands out, given a hundred calls each", () => {
    const outliers = pool(6);
    for (const id of ids(5)) {
      countHost(outliers, terms, id, { ok: 100, failed: 0, run: 0 }, 5000);
    }
    for (let burst = 0; burst < 25; burst += 1) {
      countHost(outliers, terms, "e5", { ok: 2, failed: 2, run: 2 }, 5000);
    }
    sweepOutliers(outliers, terms, 9999);
    expect(ejected(outliers)).toEqual([]);
    sweepOutliers(outliers, terms, 10_000);
    expect(ejected(outliers)).toEqual(["e5"]);
  });
});

it("an endpoint that no isolate names for a minute is forgotten", () => {
  const outliers = pool(3);
  followEndpoints(outliers, ["e0"], 50_000);
  followEndpoints(outliers, ["e0"], 60_001);
  expect([...outliers.hosts.keys()]).toEqual(["e0"]);
});
