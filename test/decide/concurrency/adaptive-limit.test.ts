// The cap that follows latency, in front of a service that works on so many requests at a time and lets the others
// queue.
import { describe, expect, it } from "vitest";
import { learn, newAdaptiveLimit, type AdaptiveLimit } from "../../../src/decide/concurrency/adaptive-limit.ts";

const terms = { min: 10, tolerance: 50 };
const MAX = 400;

/** Latency and answers a second of a service with so many workers, each of which takes so long (Little's law). */
function service(workers: number, workMs: number, inUse: number): { latencyMs: number; perSecond: number } {
  const latencyMs = workMs * Math.max(1, inUse / workers);
  return { latencyMs, perSecond: (1000 * inUse) / latencyMs };
}

interface Second {
  readonly limit: number;
  readonly latencyMs: number;
  readonly perSecond: number;
}

/** Each second the fleet has as many requests on their way as the cap and the demand allow. */
function run(
  state: AdaptiveLimit,
  seconds: number,
  demand: number,
  workers: number,
  { workMs = 50, from = 0 } = {},
): Second[] {
  let limit = Math.floor(state.limit);
  return Array.from({ length: seconds }, (_, second) => {
    const inUse = Math.min(limit, demand);
    const { latencyMs, perSecond } = service(workers, workMs, inUse);
    const answered = Math.round(perSecond);
    limit = learn(state, terms, MAX, { answered, answeredMs: answered * latencyMs, inUse }, from + (second + 1) * 1000);
    return { limit, latencyMs, perSecond };
  });
}

describe("a cap that follows latency", () => {
  it("stays at the most while the service is at ease", () => {
    expect(run(newAdaptiveLimit(MAX, 0), 30, 50, 100).every(({ limit }) => limit === MAX)).toBe(true);
  });

  it("falls until requests hardly queue any more, and the service still has all it can do", () => {
    const state = newAdaptiveLimit(MAX, 0);
    run(state, 10, 50, 100);
    const overload = run(state, 40, 1000, 100, { from: 10_000 }).slice(10);
    for (const { latencyMs, perSecond } of overload) {
      expect(latencyMs).toBeLessThan(50 * 2);
      expect(perSecond).toBe(2000);
    }
    // Without it: four times as long, for nothing.
    expect(service(100, 50, MAX)).toEqual({ latencyMs: 200, perSecond: 2000 });
  });

  it("rises again when the service has become faster", () => {
    const state = newAdaptiveLimit(MAX, 0);
    run(state, 10, 20, 50);
    expect(run(state, 20, 1000, 50, { from: 10_000 }).at(-1)?.limit).toBeLessThan(100);
    expect(run(state, 30, 1000, 200, { from: 30_000 }).at(-1)?.limit).toBeGreaterThan(250);
  });

  it("measures for three seconds at the least cap when a service is never at ease, and does not drift upwards", () => {
    const state = newAdaptiveLimit(MAX, 0);
    run(state, 10, 50, 100);
    const long = run(state, 600, 1000, 100, { from: 10_000 });
    expect(long.filter(({ limit }) => limit === 10).length).toBeGreaterThan(10);
    expect(Math.max(...long.slice(20).map(({ latencyMs }) => latencyMs))).toBeLessThan(100);
    const mean = long.reduce((sum, { perSecond }) => sum + perSecond, 0) / long.length;
    expect(mean).toBeGreaterThan(0.93 * 2000);
  });

  it("never leaves its bounds, whatever it is told", () => {
    const state = newAdaptiveLimit(MAX, 0);
    for (let second = 1; second < 300; second++) {
      const answeredMs = second % 7 === 0 ? 1 : second % 5 === 0 ? 1e9 : 2000;
      const limit = learn(state, terms, MAX, { answered: 20, answeredMs, inUse: second * 3 }, second * 1000);
      expect(limit).toBeGreaterThanOrEqual(terms.min);
      expect(limit).toBeLessThanOrEqual(MAX);
    }
    expect(learn(state, terms, 5, { answered: 0, answeredMs: 0, inUse: 0 }, 300_000)).toBe(5);
  });

  it("concludes nothing from a handful of answers", () => {
    const state = newAdaptiveLimit(MAX, 0);
    for (let second = 1; second < 4; second++) {
      expect(learn(state, terms, MAX, { answered: 3, answeredMs: 90_000, inUse: 3 }, second * 1000)).toBe(MAX);
    }
  });
});
