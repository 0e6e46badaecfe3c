// How many retries a service is worth, so that they never are the load that keeps it down: each request earns a
// fraction of one, in the isolate that it passes through, and an allowance per second that needs no requests is lent
// out one by one by the coordinator of the service, to the whole fleet together.
//
// What the service sees is therefore at most `1 + percent / 100` times its requests and `minPerSecond` more each
// second, whatever the number of isolates: a retry of the allowance is taken off when it is lent, and one that is not
// used is lost.
import type { RetryBudget } from "../../model/snapshot/call-policy.ts";
import type { RetryGrant, RetryReport } from "../../model/message/retry.ts";
import { CRUMB, mostOf } from "./allowance.ts";

/** Plain data; `takeRetry` and `earnRetry` change it. */
export interface IsolateRetries {
  /** Earned in this generation and in the one before; unspent, they are forgotten after that. */
  earned: number;
  earnedBefore: number;
  generationAtMs: number;
  lent: number;
  lentUntilMs: number;
  /** The coordinator has nothing to lend until then. */
  shortUntilMs: number;
  /** Would have been spent since the last report. */
  wanted: number;
  /** What is left of the isolate's own share, for the time that the coordinator does not answer. */
  own: number;
  ownAtMs: number;
  isolates: number;
}

/** `ask` = the coordinator may have one. */
export type RetryVerdict = "granted" | "none" | "ask";

/** For how long what a request earned can be spent: between one and two of these. */
const GENERATION_MS = 10_000;
/** How many isolates one that nobody has answered yet believes to be one of. */
const FLEET_UNTOLD = 8;

export function newIsolateRetries(nowMs: number): IsolateRetries {
  return {
    earned: 0,
    earnedBefore: 0,
    generationAtMs: nowMs,
    lent: 0,
    lentUntilMs: 0,
    shortUntilMs: 0,
    wanted: 0,
    own: Number.POSITIVE_INFINITY,
    ownAtMs: nowMs,
    isolates: FLEET_UNTOLD,
  };
}

/** To be called once per request, whatever number of tries it takes. */
export function earnRetry(state: IsolateRetries, { percent }: RetryBudget, nowMs: number): void {
  turn(state, nowMs);
  state.earned += percent / 100;
}

/**
 * Spends one retry, if there is one.
 *
 * @param isSilent the coordinator does not answer: each isolate goes by an equal share of the allowance
 */
export function takeRetry(state: IsolateRetries, terms: RetryBudget, isSilent: boolean, nowMs: number): RetryVerdict {
  turn(state, nowMs);
  const earned = state.earnedBefore + state.earned;
  if (earned >= 1 - CRUMB) {
    const fromBefore = Math.min(1, state.earnedBefore);
    state.earnedBefore -= fromBefore;
    state.earned = Math.max(0, state.earned - (1 - fromBefore));
    return "granted";
  }
  if (terms.minPerSecond === 0) {
    return "none";
  }
  if (state.lent >= 1 && nowMs < state.lentUntilMs) {
    state.lent -= 1;
    return "granted";
  }
  if (isSilent) {
    return takeOwn(state, terms.minPerSecond / state.isolates, nowMs) ? "granted" : "none";
  }
  state.wanted += 1;
  return nowMs < state.shortUntilMs ? "none" : "ask";
}

/** null = nothing is wanted. */
export function reportRetries(state: IsolateRetries, terms: RetryBudget): RetryReport | null {
  const { wanted } = state;
  state.wanted = 0;
  return wanted === 0 ? null : { terms, wanted };
}

/** @param sentAtMs when the report left */
export function applyRetries(state: IsolateRetries, grant: RetryGrant, sentAtMs: number): void {
  const left = sentAtMs < state.lentUntilMs ? state.lent : 0;
  state.lent = left + grant.tokens;
  state.lentUntilMs = sentAtMs + grant.ttlMs;
  state.shortUntilMs = sentAtMs + grant.shortMs;
  state.isolates = Math.max(1, grant.isolates);
}

function takeOwn(state: IsolateRetries, perSecond: number, nowMs: number): boolean {
  const sinceMs = Math.max(0, nowMs - state.ownAtMs);
  state.own = Math.min(mostOf(perSecond), state.own + (perSecond * sinceMs) / 1000);
  state.ownAtMs = Math.max(state.ownAtMs, nowMs);
  if (state.own < 1 - CRUMB) {
    return false;
  }
  state.own = Math.max(0, state.own - 1);
  return true;
}

function turn(state: IsolateRetries, nowMs: number): void {
  const passed = nowMs - state.generationAtMs;
  if (passed < GENERATION_MS) {
    return;
  }
  state.earnedBefore = passed < 2 * GENERATION_MS ? state.earned : 0;
  state.earned = 0;
  state.generationAtMs = nowMs;
}
