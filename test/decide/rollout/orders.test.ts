import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { follow, hear, isBarredVersion, look, lookInMs } from "../../../src/decide/rollout/controller.ts";
import { obeyOrder } from "../../../src/decide/rollout/orders.ts";
import { rolloutShare } from "../../../src/decide/rollout/state.ts";
import { batch, begun, obeyed, order, START, STEPS, terms, watched } from "../../support/rollout/rollouts.ts";

describe("a changed document", () => {
  it("with other steps is the same Rollout", () => {
    const changed = follow(watched(begun(), 5), terms({}, [STEPS[0], { weight: 20, holdMs: 1000 }]), "x", START);
    expect(changed).toMatchObject({ run: "run-1", step: 1, weight: 20, phase: "progressing" });
  });

  it("that says the same changes nothing", () => {
    const state = begun();
    expect(follow(state, terms(), "x", START + 1)).toBe(state);
  });

  it("does not bring back a canary that was rolled back, for a day even if the document was gone", () => {
    const out = hear(begun(), [batch(begun(), {}, { refused: 1 })], START + 1);
    expect(follow(out, terms({}, [{ weight: 50, holdMs: 1000 }]), "x", START + 2)).toMatchObject({
      phase: "rolled-back",
      weight: 0,
    });
    expect(isBarredVersion(out, START + 86_400_000)).toBe(true);
    expect(isBarredVersion(out, START + 86_400_002)).toBe(false);
  });

  it("with another canary begins anew", () => {
    const out = hear(begun(), [batch(begun(), {}, { refused: 1 })], START + 1);
    const next = follow(out, { ...terms(), canary: "v3" }, "run-9", START + 2);
    expect(next).toMatchObject({ run: "run-9", phase: "progressing", weight: 1 });
    expect(next.seq).toBeGreaterThan(out.seq);
  });
});

describe("an operator", () => {
  it("promotes the next step or all of them", () => {
    expect(obeyed(begun(), "promote")).toMatchObject({ step: 1, weight: 10, phase: "progressing" });
    expect(obeyed(begun(), "promote", { full: true })).toMatchObject({ step: 2, weight: 100, phase: "promoted" });
  });

  it("pauses: nothing is promoted, and what fails is taken out all the same", () => {
    const paused = obeyed(begun(), "pause");
    expect(watched(paused, 20)).toMatchObject({ phase: "paused", step: 0, weight: 1 });
    expect(hear(paused, [batch(paused, {}, { refused: 1 })], START + 9).phase).toBe("rolled-back");
  });

  it("resumes: the step is watched from its beginning", () => {
    const resumed = obeyed(watched(obeyed(begun(), "pause"), 20), "resume");
    expect(resumed).toMatchObject({ phase: "progressing", watchedMs: 0 });
  });

  it("aborts whatever is in force, once", () => {
    const out = obeyed(obeyed(begun(), "promote", { full: true }), "abort");
    expect(out).toMatchObject({ phase: "aborted", weight: 0 });
    expect(obeyOrder(out, order("abort"), "x", START)).toEqual({
      refused: "not-now",
      says: "It is aborted: the canary gets nothing",
    });
  });

  it("retries from the first step, with callers dealt anew and nothing held against the canary", () => {
    const again = obeyed(obeyed(begun(), "abort"), "retry");
    expect(again).toMatchObject({ run: "run-2", step: 0, weight: 1, phase: "progressing", streak: 0 });
    expect(again.turns.map(({ actor }) => actor)).toEqual([null, "mia", "mia"]);
  });

  it("is told who moved it when it is not what they looked at", () => {
    const looked = begun();
    expect(obeyOrder(obeyed(looked, "pause"), order("promote", { expected: looked.seq }), "x", START)).toEqual({
      refused: "moved",
      says: "It has moved since: paused at 1 %, by mia: because",
    });
  });
});

it("keeps its promises whatever happens in whatever order", () => {
  const happening = fc.oneof(
    fc.record({
      kind: fc.constant("hear" as const),
      canary: fc.integer({ min: 0, max: 300 }),
      canaryFailed: fc.integer({ min: 0, max: 3 }),
      stable: fc.integer({ min: 0, max: 3000 }),
      stableFailed: fc.integer({ min: 0, max: 30 }),
    }),
    fc.record({ kind: fc.constant("look" as const), afterMs: fc.integer({ min: 1, max: 90_000 }), warm: fc.boolean() }),
    fc.record({
      kind: fc.constant("order" as const),
      verb: fc.constantFrom("promote", "pause", "resume", "abort", "retry"),
    }),
  );
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (all) => {
      let [state, now] = [begun(), START];
      for (const one of all) {
        const before = state;
        if (one.kind === "hear") {
          const { canary, canaryFailed, stable, stableFailed } = one;
          const seen = {
            canary,
            canaryFailed: Math.min(canary, canaryFailed),
            stable,
            stableFailed: Math.min(stable, stableFailed),
          };
          state = hear(state, [batch(state, seen)], now);
          // What is heard takes out, and promotes nothing.
          expect(state.weight).toBeLessThanOrEqual(before.weight);
        } else if (one.kind === "look") {
          now += one.afterMs;
          state = look(state, now, one.warm);
          if (!one.warm || before.phase !== "progressing") {
            expect(state.weight).toBeLessThanOrEqual(before.weight);
          }
          expect(lookInMs(state) === null).toBe(!rolloutShare(state).isWatched);
        } else {
          const done = obeyOrder(state, order(one.verb), `run-${now}`, (now += 1));
          state = "state" in done ? done.state : state;
        }
        const isOut = state.phase === "rolled-back" || state.phase === "aborted";
        expect(rolloutShare(state).isOut ?? false).toBe(isOut);
        expect(state.weight).toBe(isOut ? 0 : STEPS[state.step]?.weight);
        expect(state.seq).toBeGreaterThanOrEqual(before.seq);
        if (state.weight !== before.weight || state.phase !== before.phase) {
          expect(state.seq).toBeGreaterThan(before.seq);
          expect(state.turns.at(-1)).toMatchObject({ phase: state.phase, weight: state.weight });
        }
      }
    }),
  );
});
