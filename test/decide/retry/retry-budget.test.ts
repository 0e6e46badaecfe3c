import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerRetries, newAllowance, type Allowance } from "../../../src/decide/retry/coordinator.ts";
import {
  applyRetries,
  earnRetry,
  newIsolateRetries,
  reportRetries,
  takeRetry,
  type IsolateRetries,
} from "../../../src/decide/retry/isolate.ts";

const budget = { percent: 20, minPerSecond: 10 };

/** Retries until there are no more, without asking anybody. */
const taken = (state: IsolateRetries, nowMs: number, terms = budget, unheard = false): number => {
  let count = 0;
  while (takeRetry(state, terms, unheard, nowMs) === "granted") {
    count++;
  }
  return count;
};

/** Tells the coordinator what is wanted, and takes over the answer. */
function sync(state: IsolateRetries, allowance: Allowance, isolate: string, nowMs: number, terms = budget): number {
  const report = reportRetries(state, terms);
  if (report === null) {
    return 0;
  }
  const grant = answerRetries(allowance, { isolate, policy: "p", report }, 100, nowMs);
  applyRetries(state, grant, nowMs);
  return grant.tokens;
}

describe("what requests earn", () => {
  it("is one retry by five requests at 20 %", () => {
    const terms = { percent: 20, minPerSecond: 0 };
    const state = newIsolateRetries(0);
    for (let request = 0; request < 4; request++) {
      earnRetry(state, terms, 0);
    }
    expect(takeRetry(state, terms, false, 0)).toBe("none");
    earnRetry(state, terms, 0);
    expect(takeRetry(state, terms, false, 0)).toBe("granted");
    expect(takeRetry(state, terms, false, 0)).toBe("none");
  });

  it("is forgotten when it is not spent for 20 s", () => {
    const terms = { percent: 100, minPerSecond: 0 };
    const state = newIsolateRetries(0);
    earnRetry(state, terms, 9_000);
    earnRetry(state, terms, 12_000);
    expect(taken(structuredClone(state), 19_000, terms)).toBe(2);
    expect(taken(structuredClone(state), 23_000, terms)).toBe(1);
    expect(taken(structuredClone(state), 40_000, terms)).toBe(0);
  });

  it("is nothing at 0 % and 0 a second", () => {
    const none = { percent: 0, minPerSecond: 0 };
    const state = newIsolateRetries(0);
    earnRetry(state, none, 0);
    expect([taken(state, 100_000, none), taken(state, 100_000, none, true)]).toEqual([0, 0]);
  });
});

describe("the allowance per second", () => {
  it("is asked for, lent by the coordinator, and lost when it is not used within two seconds", () => {
    const [state, allowance] = [newIsolateRetries(0), newAllowance(budget, 0)];
    expect(takeRetry(state, budget, false, 0)).toBe("ask");
    expect(sync(state, allowance, "a", 0)).toBe(3);
    expect(takeRetry(state, budget, false, 1999)).toBe("granted");
    expect(takeRetry(state, budget, false, 2000)).toBe("ask");
  });

  it("is shared by the isolates that want it: the second's worth is lent once, then ten a second", () => {
    const allowance = newAllowance(budget, 0);
    const fleet = Array.from({ length: 50 }, () => newIsolateRetries(0));
    let lent = 0;
    for (let nowMs = 0; nowMs <= 10_000; nowMs += 100) {
      for (const [index, state] of fleet.entries()) {
        takeRetry(state, budget, false, nowMs);
        lent += sync(state, allowance, `i${index}`, nowMs);
      }
    }
    expect(lent).toBe(10 + 10 * 10);
  });

  it("that is spent is not asked for again until there may be more", () => {
    const allowance = newAllowance({ percent: 0, minPerSecond: 1 }, 0);
    const [terms, state] = [{ percent: 0, minPerSecond: 1 }, newIsolateRetries(0)];
    for (const verdict of ["ask", "ask"]) {
      expect(takeRetry(state, terms, false, 0)).toBe(verdict);
    }
    expect(sync(state, allowance, "a", 0, terms)).toBe(1);
    expect(["granted", "none"]).toEqual([0, 1].map(() => takeRetry(state, terms, false, 500)));
    expect(takeRetry(state, terms, false, 999)).toBe("none");
    expect(takeRetry(state, terms, false, 1000)).toBe("ask");
  });

  it("of less than one a second adds up", () => {
    const terms = { percent: 0, minPerSecond: 0.5 };
    const [state, allowance] = [newIsolateRetries(0), newAllowance(terms, 0)];
    const got = [0, 1000, 2000, 4000].map((nowMs) => {
      takeRetry(state, terms, false, nowMs);
      return sync(state, allowance, "a", nowMs, terms);
    });
    expect(got).toEqual([1, 0, 1, 1]);
  });

  it("is an equal share for each isolate while the coordinator does not answer", () => {
    const untold = newIsolateRetries(0);
    expect(taken(untold, 0, budget, true)).toBe(1);
    expect(taken(untold, 800, budget, true)).toBe(1);
    expect(taken(untold, 0, budget, true)).toBe(0);
    const told = newIsolateRetries(0);
    applyRetries(told, { policy: "p", tokens: 0, ttlMs: 0, shortMs: 0, isolates: 2 }, 0);
    expect(taken(told, 0, budget, true)).toBe(5);
  });
});

it("amplifies any traffic through any number of isolates by at most 1.2 and 10 a second", () => {
  const burst = fc.record({
    waitMs: fc.integer({ min: 0, max: 3000 }),
    requests: fc.integer({ min: 0, max: 300 }),
    isolate: fc.nat(5),
    isLost: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(burst, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      (bursts, attempts) => {
        const allowance = newAllowance(budget, 0);
        const fleet = Array.from({ length: 6 }, () => newIsolateRetries(0));
        let [nowMs, requests, sent] = [0, 0, 0];
        for (const { waitMs, requests: many, isolate, isLost } of bursts) {
          nowMs += waitMs;
          const state = fleet[isolate];
          if (!state) {
            continue;
          }
          for (let one = 0; one < many; one++) {
            requests++;
            sent++;
            earnRetry(state, budget, nowMs);
            for (let retry = 0; retry < attempts; retry++) {
              let verdict = takeRetry(state, budget, false, nowMs);
              if (verdict === "ask" && !isLost) {
                sync(state, allowance, String(isolate), nowMs);
                verdict = takeRetry(state, budget, false, nowMs);
              }
              if (verdict !== "granted") {
                break;
              }
              sent++;
            }
          }
        }
        // The second's worth that a service starts with comes once.
        expect(sent).toBeLessThanOrEqual(1.2 * requests + 10 * (nowMs / 1000 + 1) + 1e-6);
      },
    ),
    { numRuns: 300, seed: 4 },
  );
});
