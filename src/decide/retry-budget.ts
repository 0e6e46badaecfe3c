// How many retries a service is worth, so that they never are the load that keeps it down: each request earns a fraction of
// one, and a small allowance per second needs no requests. Held per isolate and service; not shared by the fleet.
import type { RetryBudget } from "../model/call-policy.ts";

/** Plain data; `takeRetry` and `earnRetry` change it. */
export interface BudgetState {
  /** Earned in this generation and in the one before; unspent, they are forgotten after that. */
  earned: number;
  earnedBefore: number;
  generationAtMs: number;
  /** What is left of the allowance, at most a second's worth. */
  allowance: number;
  allowanceAtMs: number;
}

/** For how long what a request earned can be spent: between one and two of these. */
const GENERATION_MS = 10_000;
/** Sums of fractions must not lose a retry to rounding. */
const CRUMB = 1e-9;

/** A new isolate has a second's worth of its allowance. */
export function newBudget({ minPerSecond }: RetryBudget, nowMs: number): BudgetState {
  return {
    earned: 0,
    earnedBefore: 0,
    generationAtMs: nowMs,
    allowance: minPerSecond,
    allowanceAtMs: nowMs,
  };
}

/** To be called once per request, whatever number of tries it takes. */
export function earnRetry(state: BudgetState, { percent }: RetryBudget, nowMs: number): void {
  turn(state, nowMs);
  state.earned += percent / 100;
}

/** Spends one retry, if there is one. */
export function takeRetry(state: BudgetState, { minPerSecond }: RetryBudget, nowMs: number): boolean {
  turn(state, nowMs);
  const sinceMs = Math.max(0, nowMs - state.allowanceAtMs);
  // What comes in less than one a second still has to add up to one.
  const most = minPerSecond === 0 ? 0 : Math.max(1, minPerSecond);
  state.allowance = Math.min(most, state.allowance + (minPerSecond * sinceMs) / 1000);
  state.allowanceAtMs = Math.max(state.allowanceAtMs, nowMs);
  const earned = state.earnedBefore + state.earned;
  if (earned >= 1 - CRUMB) {
    const fromBefore = Math.min(1, state.earnedBefore);
    state.earnedBefore -= fromBefore;
    state.earned = Math.max(0, state.earned - (1 - fromBefore));
    return true;
  }
  if (state.allowance < 1 - CRUMB) return false;
  state.allowance = Math.max(0, state.allowance - 1);
  return true;
}

function turn(state: BudgetState, nowMs: number): void {
  const passed = nowMs - state.generationAtMs;
  if (passed < GENERATION_MS) return;
  state.earnedBefore = passed < 2 * GENERATION_MS ? state.earned : 0;
  state.earned = 0;
  state.generationAtMs = nowMs;
}
