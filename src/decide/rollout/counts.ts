// What isolates counted, put into what is known of the step, and laid upon the bets. A report that comes late was dealt
// by another weight: it counts as evidence by that one, and is no request of the step.
import type { RolloutBatch, VersionCounts } from "../../model/message/rollout.ts";
import { addSparse, bucketOf, histogramTotal, quantileMs } from "../signals/histogram.ts";
import { weigh, type Evidence } from "./e-process.ts";
import { isCanaryAt } from "./split.ts";
import { isWatched, type Bets, type RolloutState, type VersionSum } from "./state.ts";

/** Of the stable version, until it is known what slow is. */
const FROZEN_AT = 500;
/** Beyond, a failing caller is not told apart any more and counts no more: the step has long been decided. */
const MOST_CALLERS = 1000;
/** Nothing may fail is a bound as well. */
const LEAST_BOUND = 0.0001;

/** Counts of another try of the Rollout, and those that nobody watches any more, change nothing. */
export function takeCounts(state: RolloutState, batch: RolloutBatch, now: number): RolloutState {
  if (batch.run !== state.run || !isWatched(state)) {
    return state;
  }
  const heard = { ...state, heardAt: now, ...betting(state, batch) };
  if (batch.weight !== state.weight) {
    return heard;
  }
  const { sinceLook: seen } = state;
  const stable = added(state.stable, batch.stable);
  return {
    ...heard,
    stable,
    canary: added(state.canary, batch.canary),
    slowMs: state.slowMs ?? (histogramTotal(stable.buckets) < FROZEN_AT ? null : quantileMs(stable.buckets, 0.99)),
    streak: Math.max(state.streak, batch.streak),
    refused: state.refused + batch.refused,
    sinceLook: {
      stable: seen.stable + batch.stable.requests,
      stableFailed: seen.stableFailed + batch.stable.failed,
      canary: seen.canary + batch.canary.requests,
      canaryFailed: seen.canaryFailed + batch.canary.failed,
    },
  };
}

function betting(
  { terms, evidence, failedCallers, slowMs }: RolloutState,
  { weight, stable, canary, failedCallers: callers }: RolloutBatch,
): { evidence: Bets<Evidence>; failedCallers: readonly number[] } {
  const dealt = weight / 100;
  const { maxErrorPercent } = terms.analysis;
  const isByCaller = terms.sticky !== undefined;
  // Where callers are dealt, a caller is what is counted: all calls of one are on one side, whatever they come to.
  const known = new Set(failedCallers);
  const news = isByCaller ? [...new Set(callers)].filter((one) => !known.has(one)) : [];
  const counted = news.slice(0, Math.max(0, MOST_CALLERS - known.size));
  const ofCanary = counted.filter((place) => isCanaryAt(place, weight)).length;
  const failures = isByCaller
    ? { canary: ofCanary, stable: counted.length - ofCanary }
    : { canary: canary.failed, stable: stable.failed };
  const slow = slowMs === null ? null : { canary: slowOf(canary, slowMs), stable: slowOf(stable, slowMs) };
  // Some call more than others: no caller's appetite makes its version slow.
  const all = canary.requests + stable.requests;
  const share = isByCaller && all > 0 ? Math.max(dealt, canary.requests / all) : dealt;
  const bound = Math.max(LEAST_BOUND, maxErrorPercent / 100);
  return {
    evidence: {
      worse: weigh(evidence.worse, dealt, failures.canary, failures.stable),
      tooMany: weigh(evidence.tooMany, bound, canary.failed, canary.requests - canary.failed),
      slower: slow === null ? evidence.slower : weigh(evidence.slower, share, slow.canary, slow.stable),
    },
    failedCallers: counted.length === 0 ? failedCallers : [...failedCallers, ...counted],
  };
}

function slowOf({ buckets }: VersionCounts, slowMs: number): number {
  const bound = bucketOf(slowMs);
  let slow = 0;
  for (let at = 0; at + 1 < buckets.length; at += 2) {
    slow += (buckets[at] ?? 0) > bound ? (buckets[at + 1] ?? 0) : 0;
  }
  return slow;
}

function added(sum: VersionSum, { requests, failed, buckets }: VersionCounts): VersionSum {
  const all = sum.buckets.slice();
  addSparse(all, buckets);
  return { requests: sum.requests + requests, failed: sum.failed + failed, buckets: all };
}
