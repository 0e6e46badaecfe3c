import { describe, expect, it } from "vitest";
import {
  oddsText,
  ordersOf,
  orderWords,
  phaseHealth,
  stepWords,
} from "../../../src/dashboard/rollout/rollout-words.ts";
import type { RolloutStatus } from "../../../src/model/api/rollouts.ts";

const version = (name: string) => ({ version: name, requests: 0, failed: 0, p99Ms: null });

const rollout = (more: Partial<RolloutStatus> = {}): RolloutStatus => ({
  namespace: "shop",
  name: "orders",
  service: "orders",
  stable: version("v1"),
  canary: version("v2"),
  known: true,
  phase: "progressing",
  version: 1,
  weight: 10,
  step: 2,
  steps: [
    { weight: 1, holdMs: 60_000 },
    { weight: 10, holdMs: 300_000 },
    { weight: 50, holdMs: null },
    { weight: 100, holdMs: null },
  ],
  stepSince: null,
  watchedMs: 45_000,
  heardAt: null,
  odds: 1,
  alarm: 300,
  guards: [],
  looks: [],
  turns: [],
  ...more,
});
const offered = (more: Partial<RolloutStatus>): string[] =>
  ordersOf(rollout(more)).map(({ verb, full, isMain, isDanger }) => {
    const look = isDanger ? " (danger)" : isMain ? " (main)" : "";
    return `${orderWords(verb, full)}${look}`;
  });

describe("what is offered", () => {
  it("is what fits the state", () => {
    expect(offered({})).toEqual([
      "Promote to the next step (main)",
      "Promote to the last step",
      "Pause",
      "Abort (danger)",
    ]);
    expect(offered({ step: 3 })).toEqual(["Promote to the next step (main)", "Pause", "Abort (danger)"]);
    expect(offered({ phase: "paused", step: 3 })).toEqual([
      "Promote to the next step",
      "Resume (main)",
      "Abort (danger)",
    ]);
    expect(offered({ phase: "promoted" })).toEqual(["Abort (danger)"]);
    expect(offered({ phase: "aborted" })).toEqual(["Retry (main)"]);
    expect(offered({ phase: "rolled-back" })).toEqual(["Retry (main)"]);
    expect(offered({ phase: null })).toEqual([]);
  });

  it("is to abort first, where something fails", () => {
    expect(offered({ guards: [{ name: "errors", verdict: "fails", says: "" }] })[0]).toBe("Abort (danger)");
  });
});

it("says of each step whether it is done, now or to come", () => {
  const words = (more: Partial<RolloutStatus>): string[] =>
    rollout().steps.map((_, index) => stepWords(rollout(more), index));
  expect(words({})).toEqual(["1 % done", "10 % now, 0:45 of 5:00 watched", "50 %", "100 %"]);
  expect(words({ step: 3 })[2]).toBe("50 % now, until somebody promotes");
  expect(words({ phase: "promoted", step: 4 })).toEqual(["1 % done", "10 % done", "50 % done", "100 % done"]);
  expect(words({ phase: "rolled-back" })).toEqual(["1 % done", "10 %", "50 %", "100 %"]);
});

it("has a word for a state that is not known, and short odds", () => {
  expect([phaseHealth(null), phaseHealth("rolled-back")]).toEqual(["unknown", "failing"]);
  expect([oddsText(1.04), oddsText(12.34), oddsText(312.7)]).toEqual(["1", "12.3", "313"]);
});
