import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { earnRetry, newBudget, takeRetry } from "../../src/decide/retry-budget.ts";

const budget = { percent: 20, minPerSecond: 10 };

const taken = (state: ReturnType<typeof newBudget>, nowMs: number, terms = budget): number => {
  let count = 0;
  while (takeRetry(state, terms, nowMs)) count++;
  return count;
};

describe("the retry budget", () => {
  it("starts with a second's worth of its allowance, and gets that much each second", () => {
    const state = newBudget(budget, 0);
    expect(taken(state, 0)).toBe(10);
    expect(taken(state, 500)).toBe(5);
    expect(taken(state, 60_000)).toBe(10);
  });

  it("earns one retry by five requests at 20 %", () => {
    const terms = { percent: 20, minPerSecond: 0 };
    const state = newBudget(terms, 0);
    for (let request = 0; request < 4; request++) earnRetry(state, terms, 0);
    expect(takeRetry(state, terms, 0)).toBe(false);
    earnRetry(state, terms, 0);
    expect(takeRetry(state, terms, 0)).toBe(true);
    expect(takeRetry(state, terms, 0)).toBe(false);
  });

  it("forgets what was earned and not spent for 20 s", () => {
    const terms = { percent: 100, minPerSecond: 0 };
    const state = newBudget(terms, 0);
    earnRetry(state, terms, 9_000);
    earnRetry(state, terms, 12_000);
    expect(taken(structuredClone(state), 19_000, terms)).toBe(2);
    expect(taken(structuredClone(state), 23_000, terms)).toBe(1);
    expect(taken(structuredClone(state), 40_000, terms)).toBe(0);
  });

  it("adds up an allowance of less than one a second", () => {
    const terms = { percent: 0, minPerSecond: 0.5 };
    const state = newBudget(terms, 0);
    expect(taken(state, 0, terms)).toBe(0);
    expect(taken(state, 1000, terms)).toBe(1);
    expect(taken(state, 2000, terms)).toBe(0);
    expect(taken(state, 3000, terms)).toBe(1);
  });

  it("gives nothing at 0 % and 0 a second", () => {
    const none = { percent: 0, minPerSecond: 0 };
    const state = newBudget(none, 0);
    earnRetry(state, none, 0);
    expect(taken(state, 100_000, none)).toBe(0);
  });

  it("gives nothing for a clock that goes back", () => {
    const state = newBudget(budget, 10_000);
    expect(taken(state, 10_000)).toBe(10);
    expect(taken(state, 0)).toBe(0);
    expect(taken(state, 10_000)).toBe(0);
  });

  it("amplifies any traffic by at most 1.2 and 10 a second, all requests failing and all retries wanted", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ waitMs: fc.integer({ min: 0, max: 3000 }), requests: fc.integer({ min: 0, max: 300 }) }), {
          minLength: 1,
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 5 }),
        (bursts, attempts) => {
          const state = newBudget(budget, 0);
          let nowMs = 0;
          let requests = 0;
          let sent = 0;
          for (const burst of bursts) {
            nowMs += burst.waitMs;
            for (let one = 0; one < burst.requests; one++) {
              requests++;
              sent++;
              earnRetry(state, budget, nowMs);
              for (let retry = 0; retry < attempts && takeRetry(state, budget, nowMs); retry++) sent++;
            }
          }
          // The second's worth that a new isolate starts with comes once.
          expect(sent).toBeLessThanOrEqual(1.2 * requests + 10 * (nowMs / 1000 + 1) + 1e-6);
        },
      ),
      { numRuns: 300, seed: 4 },
    );
  });
});
