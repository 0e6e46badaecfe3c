import { describe, expect, it } from "vitest";
import { hear, look } from "../../../src/decide/rollout/controller.ts";
import { guardsOf } from "../../../src/decide/rollout/judge.ts";
import { follow } from "../../../src/decide/rollout/controller.ts";
import { rolloutShare, type RolloutState } from "../../../src/decide/rollout/state.ts";
import * as fc from "fast-check";
import { batch, begun, INTERVAL, obeyed, START, STEPS, terms, watched } from "../../support/rollout/rollouts.ts";

const last = (state: RolloutState): string => state.turns.at(-1)?.reason ?? "";

describe("a Rollout", () => {
  it("begins with the weight of its first step", () => {
    expect(rolloutShare(begun())).toMatchObject({ seq: START, run: "run-1", weight: 1, isWatched: true });
  });

  it("goes on step by step while nothing speaks against it, and is promoted", () => {
    const second = watched(begun(), 5);
    expect(second).toMatchObject({ phase: "progressing", step: 1, weight: 10 });
    expect(last(second)).toBe(
      "odds 1 of 300: 0 of 500 requests to v2 failed, 0 of 5000 to v1; watched for 150 s of 150 s",
    );
    const done = watched(second, 10);
    expect(done).toMatchObject({ phase: "promoted", step: 2, weight: 100 });
    expect(rolloutShare(done).isWatched).toBe(false);
  });

  it("holds a step for its time, and never for fewer than five looks", () => {
    const state = watched(begun(terms({}, [{ weight: 1, holdMs: 1000 }, STEPS[2]])), 4, { canary: 500 });
    expect(state.step).toBe(0);
    expect(watched(state, 1).phase).toBe("promoted");
  });

  it("holds a step until the canary had its requests", () => {
    const state = watched(begun(), 9, { canary: 50 });
    expect(state.step).toBe(0);
    expect(guardsOf(state, state.lookedAt, true).find(({ name }) => name === "requests")).toEqual({
      name: "requests",
      verdict: "waits",
      says: "450 of 500 requests to v2",
    });
    expect(watched(state, 1, { canary: 50 }).step).toBe(1);
  });

  it("does not promote a canary that had no request, even if none is asked for", () => {
    expect(watched(begun(terms({ minRequests: 0 })), 20, { canary: 0 }).step).toBe(0);
  });

  it("waits for somebody where a step has no hold", () => {
    const state = watched(begun(terms({}, [{ weight: 5, holdMs: null }, STEPS[2]])), 50);
    expect(state.step).toBe(0);
    expect(obeyed(state, "promote").phase).toBe("promoted");
  });

  it("holds a canary that fails more than it may", () => {
    const seen = { canary: 100, canaryFailed: 2, stable: 9900, stableFailed: 90 };
    const state = watched(begun(terms({ minRequests: 100 })), 6, seen);
    expect(state).toMatchObject({ phase: "progressing", step: 0 });
    const waits = guardsOf(state, state.lookedAt, true).filter(({ verdict }) => verdict === "waits");
    expect(waits.map(({ name }) => name)).toContain("max-errors");
  });
});

describe("a canary that is worse", () => {
  it("is out with the report that says so, and by whom it is told in words", () => {
    const state = hear(begun(), [batch(begun(), { canary: 6, canaryFailed: 4, stable: 594 })], START + 900);
    expect(state).toMatchObject({ phase: "rolled-back", weight: 0 });
    expect(last(state)).toContain("4 of 6 requests to v2 failed, 0 of 594 to v1");
    expect(rolloutShare(state)).toMatchObject({ weight: 0, isWatched: false });
  });

  it("is out when its failures come late, under the weight of a step that is over", () => {
    const second = watched(begun(), 5);
    const late = batch(second, { canary: 6, canaryFailed: 5, stable: 594 }, { weight: 1 });
    const state = hear(second, [late], second.lookedAt + 10);
    expect(state.phase).toBe("rolled-back");
    expect(state.canary.requests).toBe(0);
  });

  it("is out when it is slower than it may be", () => {
    const warm = hear(begun(terms({ minRequests: 100_000 })), [batch(begun(), {})], START + 1);
    const state = watched(warm, 30, { canary: 20, stable: 1000, ms: 40 });
    expect(state.phase).toBe("rolled-back");
    expect(last(state)).toMatch(/p99 of v2 is \d+ ms, of v1 40 ms/);
  });

  it("is left alone while it is slower than the stable version, and no slower than it may be", () => {
    const warm = hear(begun(terms({ maxP99Ratio: 10, minRequests: 100_000 })), [batch(begun(), {})], START + 1);
    expect(watched(warm, 30, { canary: 20, stable: 1000, ms: 30 }).phase).toBe("progressing");
  });

  it("is out when ten of its calls failed one after another", () => {
    const quiet = begun(terms({ maxErrorPercent: 100 }, [{ weight: 100, holdMs: 1_000_000 }]));
    const seen = { canary: 10, canaryFailed: 10, stable: 0 };
    expect(hear(quiet, [batch(quiet, seen, { streak: 9 })], START + 1).phase).toBe("progressing");
    expect(hear(quiet, [batch(quiet, seen, { streak: 10 })], START + 1).phase).toBe("rolled-back");
  });

  it("is out when its breaker opened", () => {
    const state = hear(begun(), [batch(begun(), {}, { refused: 1 })], START + 1);
    expect(state.phase).toBe("rolled-back");
    expect(last(state)).toBe("the breaker of v2 kept back 1 call");
  });

  it("only pauses where its author says so, and says so once", () => {
    const paused = begun(terms({ onFailure: "pause" }));
    const state = hear(paused, [batch(paused, { canary: 6, canaryFailed: 4 })], START + 1);
    expect(state).toMatchObject({ phase: "paused", weight: 1 });
    expect(hear(state, [batch(state, { canary: 6, canaryFailed: 4 })], START + 2).turns).toHaveLength(2);
  });

  it("is not blamed for what fails with both versions alike, and is not promoted meanwhile", () => {
    const state = watched(begun(), 20, { canary: 10, canaryFailed: 3, stable: 990, stableFailed: 297 });
    expect(state).toMatchObject({ phase: "progressing", step: 0 });
    const guard = guardsOf(state, state.lookedAt, true).find(({ name }) => name === "stable");
    expect(guard?.says).toBe("v1 itself fails: 891 of 2970 requests, 1 % may");
  });

  it("is out all the same when it fails far more than a stable version that fails", () => {
    const state = watched(begun(), 20, { canary: 10, canaryFailed: 9, stable: 990, stableFailed: 30 });
    expect(state.phase).toBe("rolled-back");
  });

  it("cannot be taken out by one caller where callers are dealt", () => {
    const sticky = follow(null, { ...terms(), sticky: [{ from: "ip" }] }, "run-1", START);
    const one = batch(sticky, { canary: 200, canaryFailed: 150 }, { failedCallers: [1, 1, 1] });
    const state = hear(hear(sticky, [one], START + 1), [one], START + 2);
    expect(state.phase).toBe("progressing");
    const several = { ...one, failedCallers: [2, 3, 4] };
    expect(hear(state, [several], START + 3).phase).toBe("rolled-back");
  });
});

describe("without news", () => {
  it("a step is held, and time does not count", () => {
    let state = watched(begun(), 2);
    for (let nth = 0; nth < 20; nth++) {
      state = look(state, state.lookedAt + INTERVAL, true);
    }
    expect(state).toMatchObject({ phase: "progressing", step: 0 });
    expect(state.watchedMs).toBe(4 * INTERVAL);
  });

  it("the canary is out where its author says so", () => {
    let state = watched(begun(terms({ onNoData: "rollback" })), 2);
    for (let nth = 0; nth < 4; nth++) {
      state = look(state, state.lookedAt + INTERVAL, true);
    }
    expect(state.phase).toBe("rolled-back");
    expect(last(state)).toBe("nothing was heard for 90 s");
  });

  it("a controller that was away holds: neither its absence nor its start is patience or silence", () => {
    const ready = watched(begun(terms({ onNoData: "rollback" })), 4, { canary: 500 });
    const back = look(ready, ready.lookedAt + 3_600_000, false);
    expect(back).toMatchObject({ phase: "progressing", step: 0, watchedMs: 4 * INTERVAL });
    expect(look(back, back.lookedAt + INTERVAL, false).step).toBe(0);
    expect(watched(back, 2).step).toBe(1);
  });
});

describe("counts", () => {
  it("of another try are dropped", () => {
    const state = begun();
    expect(hear(state, [batch(state, { canaryFailed: 50 }, { run: "run-0" })], START + 1)).toBe(state);
  });

  it("come to the same in any order, and whether together or one by one", () => {
    const seen = fc.record({
      canary: fc.integer({ min: 2, max: 30 }),
      canaryFailed: fc.integer({ min: 0, max: 1 }),
      stable: fc.integer({ min: 10, max: 300 }),
      stableFailed: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(seen, { minLength: 1, maxLength: 6 }), (all) => {
        const lenient = begun(terms({ falseAlarm: 1e-12 }));
        const batches = all.map((one) => batch(lenient, one));
        const together = hear(lenient, batches, START + 1);
        const reversed = hear(lenient, batches.toReversed(), START + 1);
        const single = batches.reduce((so, one) => hear(so, [one], START + 1), lenient);
        for (const other of [reversed, single]) {
          expect(other.canary).toEqual(together.canary);
          other.evidence.worse.forEach((log, bet) => expect(log).toBeCloseTo(together.evidence.worse[bet] ?? NaN, 9));
        }
      }),
    );
  });
});
