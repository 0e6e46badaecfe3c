import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  EDGE_MS,
  isDamped,
  isExpected,
  judgeProbe,
  newHealth,
  type Health,
} from "../../../src/decide/health/health.ts";
import type { HealthTerms } from "../../../src/model/snapshot/health-terms.ts";

const terms: HealthTerms = {
  path: "/healthz",
  intervalMs: 10_000,
  timeoutMs: 2000,
  healthyThreshold: 2,
  unhealthyThreshold: 3,
  statuses: [[200, 299]],
};
const random = (): number => 0.5;
/** One letter for each probe (`+` passes, `-` fails), one for each state after it: Unknown, Healthy, uNhealthy. */
function states(probes: string, health: Health = newHealth(0)): string {
  return [...probes]
    .map((probe) => {
      judgeProbe(health, terms, probe === "+" ? null : "It answered 500.", health.nextAt, random);
      return { unknown: "U", healthy: "H", unhealthy: "N" }[health.state];
    })
    .join("");
}

describe("an endpoint's health", () => {
  it.each([
    ["one passing probe is enough at first", "+", "H"],
    ["three failing ones in a row are needed", "--+--+---", "UUHHHHHHN"],
    ["two passing ones in a row bring it back", "---+-++", "UUNNNNH"],
    ["nothing is concluded of a first failure", "--", "UU"],
  ])("%s: %s → %s", (_, probes, expected) => {
    expect(states(probes)).toBe(expected);
  });

  it("remembers why and since when", () => {
    const health = newHealth(0);
    states("+---", health);
    // Interval with half of its jitter, then two seconds.
    expect(health).toMatchObject({ state: "unhealthy", since: 13_000, cause: "It answered 500.", checkedAt: 13_000 });
    states("++", health);
    expect(health).toMatchObject({ state: "healthy", cause: null });
  });

  it("is looked at every second while it is about to turn, and else once an interval and up to a fifth", () => {
    const waits = (probes: string, at: number): number[] => {
      const health = newHealth(0);
      return [...probes].map((probe) => {
        const now = health.nextAt;
        judgeProbe(health, terms, probe === "+" ? null : "no", now, () => at);
        return health.nextAt - now;
      });
    };
    expect(waits("+-+---+", 0)).toEqual([10_000, EDGE_MS, 10_000, EDGE_MS, EDGE_MS, 10_000, EDGE_MS]);
    expect(waits("+", 0.999)).toEqual([11_998]);
    const quick = { ...terms, intervalMs: 200 };
    const health = newHealth(0);
    judgeProbe(health, quick, "no", 0, random);
    expect(health.nextAt).toBe(200);
  });

  it("is what a naive reading of the thresholds says, for every sequence of probes", () => {
    const needed = { pass: 2, fail: 3 };
    const naive = (probes: readonly boolean[]): string => {
      let state = "unknown";
      for (let at = 0; at < probes.length; at++) {
        const last = (count: number, is: boolean): boolean =>
          at + 1 >= count && probes.slice(at + 1 - count, at + 1).every((one) => one === is);
        if (state === "unknown" && probes[at] === true) {
          state = "healthy";
        } else if (state !== "unhealthy" && last(needed.fail, false)) {
          state = "unhealthy";
        } else if (state === "unhealthy" && last(needed.pass, true)) {
          state = "healthy";
        }
      }
      return state;
    };
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 40 }), (probes) => {
        const health = newHealth(0);
        for (const passes of probes) {
          judgeProbe(health, terms, passes ? null : "no", health.nextAt, random);
        }
        expect(health.state).toBe(naive(probes));
      }),
      { numRuns: 500, seed: 4 },
    );
  });
});

describe("an endpoint that flaps", () => {
  /** Falls and rises so many times, five probes each. */
  const flap = (health: Health, times: number, from: number, everyMs = 2000): number => {
    let now = from;
    for (let round = 0; round < times; round++) {
      for (const probed of ["no", "no", "no", null, null]) {
        judgeProbe(health, terms, probed, now, random);
        now += everyMs;
      }
    }
    return now;
  };
  const up = (): Health => {
    const health = newHealth(0);
    judgeProbe(health, terms, null, 0, random);
    return health;
  };

  it("is damped at the third fall in a short time, until its penalty has faded", () => {
    const twice = up();
    expect(isDamped(twice, flap(twice, 2, 0))).toBe(false);
    const health = up();
    const now = flap(health, 3, 0);
    expect([health.state, isDamped(health, now)]).toEqual(["healthy", true]);
    expect(isDamped(health, now + 90_000)).toBe(true);
    expect(isDamped(health, now + 120_000)).toBe(false);
  });

  it("is damped for five minutes after its last fall at most, however often it fell", () => {
    const health = up();
    const now = flap(health, 200, 0, 100);
    expect(isDamped(health, now + 290_000)).toBe(true);
    expect(isDamped(health, now + 300_000)).toBe(false);
  });

  it("is not damped for falls that are far apart", () => {
    const health = up();
    for (let round = 0; round < 10; round++) {
      expect(isDamped(health, flap(health, 1, round * 120_000))).toBe(false);
    }
  });
});

it.each([
  [200, true],
  [299, true],
  [300, false],
  [404, true],
  [403, false],
])("status %i is expected: %s", (status, expected) => {
  const ranges = [
    [200, 299],
    [404, 404],
  ] as const;
  expect(isExpected(status, { ...terms, statuses: ranges })).toBe(expected);
});
