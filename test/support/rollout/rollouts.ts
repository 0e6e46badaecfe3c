// Rollouts as tests make them: a document with three steps, what isolates count, and intervals in which the same is
// heard.
import { follow, hear, look } from "../../../src/decide/rollout/controller.ts";
import { obeyOrder } from "../../../src/decide/rollout/orders.ts";
import type { RolloutState } from "../../../src/decide/rollout/state.ts";
import type { RolloutBatch, RolloutOrder } from "../../../src/model/message/rollout.ts";
import type { RolloutTerms } from "../../../src/model/snapshot/rollout.ts";

export const START = Date.UTC(2026, 0, 1);
export const INTERVAL = 30_000;
export const STEPS = [
  { weight: 1, holdMs: 120_000 },
  { weight: 10, holdMs: 300_000 },
  { weight: 100, holdMs: null },
] as const;

type Changes = Partial<RolloutTerms["analysis"]>;

export function terms(changes: Changes = {}, steps: RolloutTerms["steps"] = STEPS): RolloutTerms {
  const analysis = {
    maxErrorPercent: 1,
    maxP99Ratio: 1.5,
    minRequests: 500,
    intervalMs: INTERVAL,
    falseAlarm: 0.01,
    onFailure: "rollback",
    onNoData: "hold",
    ...changes,
  } as const;
  return { rollout: "shop/orders", stable: "v1", canary: "v2", steps, analysis };
}

export const begun = (of = terms()): RolloutState => follow(null, of, "run-1", START);

interface Seen {
  readonly canary?: number;
  readonly canaryFailed?: number;
  readonly stable?: number;
  readonly stableFailed?: number;
  readonly ms?: number;
}

const bucket = (requests: number, nth = 20): number[] => (requests === 0 ? [] : [nth, requests]);

export function batch(state: RolloutState, seen: Seen = {}, more: Partial<RolloutBatch> = {}): RolloutBatch {
  const { canary = 100, canaryFailed = 0, stable = 1000, stableFailed = 0, ms = 20 } = seen;
  return {
    seq: 1,
    run: state.run,
    weight: state.weight,
    stable: { requests: stable, failed: stableFailed, buckets: bucket(stable - stableFailed) },
    canary: { requests: canary, failed: canaryFailed, buckets: bucket(canary - canaryFailed, ms) },
    streak: 0,
    refused: 0,
    ...more,
  };
}

/** So many intervals, in each of which the same is heard. */
export function watched(state: RolloutState, looks: number, seen: Seen = {}): RolloutState {
  let now = state.lookedAt;
  let next = state;
  for (let nth = 0; nth < looks; nth++) {
    now += INTERVAL;
    next = look(hear(next, [batch(next, seen)], now - 1), now, true);
  }
  return next;
}

export const order = (verb: RolloutOrder["verb"], more: Partial<RolloutOrder> = {}): RolloutOrder => ({
  verb,
  full: false,
  reason: "because",
  actor: "mia",
  expected: null,
  ...more,
});

export function obeyed(
  state: RolloutState,
  verb: RolloutOrder["verb"],
  more: Partial<RolloutOrder> = {},
): RolloutState {
  const done = obeyOrder(state, order(verb, more), "run-2", state.lookedAt + 1);
  if ("refused" in done) {
    throw new Error(done.says);
  }
  return done.state;
}
