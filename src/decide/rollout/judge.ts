// What speaks for and against the step that is in force, one guard at a time and in words: what fails takes the canary
// out, what waits holds the step. A stable version that fails as well is nobody's fault here: the canary is not blamed
// for it, and not promoted either.
import type { RolloutGuard } from "../../model/message/rollout.ts";
import { quantileMs } from "../signals/histogram.ts";
import { counted } from "../../model/word/plural.ts";
import { winnings, type Evidence } from "./e-process.ts";
import { isCanaryAt } from "./split.ts";
import { wonBy, type Bets, type RolloutState, type VersionSum } from "./state.ts";

/** The chance of a false alarm is shared by so many bets. */
const BETS = 3;
/** Odds at which a step does not end yet. */
const DOUBT = 10;
/** A canary may fail so much more than the stable version when a step ends, in percent of requests. */
const WORSE_PERCENT = 0.5;
const STREAK = 10;
const SEVERAL = 3;
const LIKELY = 30;
/** Without so many a p99 is that of a single request. */
const FEWEST_TIMED = 100;
/** So few failures of the stable version are none. */
const FEWEST_FAILURES = 5;
/** Looks that a step needs, and that silence lasts until it is one. */
const LEAST_LOOKS = 5;
const SILENT_LOOKS = 3;

/** What a bet has to stand at before it takes a canary out. */
export const alarmAt = ({ terms }: RolloutState): number => BETS / terms.analysis.falseAlarm;

/** @param isWarm the controller has heard of isolates since it was started */
export function guardsOf(state: RolloutState, now: number, isWarm: boolean): readonly RolloutGuard[] {
  const sick = sickStable(state);
  return [
    errors(state),
    maxErrors(state, sick),
    latency(state),
    streak(state, sick),
    breaker(state, sick),
    sick === null
      ? { name: "stable", verdict: "passes", says: `${state.terms.stable} itself is well` }
      : { name: "stable", verdict: "waits", says: sick },
    data(state, now, isWarm),
    enough(state),
    time(state),
  ];
}

function errors(state: RolloutState): RolloutGuard {
  const says = `${bet(state, "worse")}: ${failures(state)}`;
  const more = percent(state.canary) - percent(state.stable);
  const isWorse = state.stable.requests > 0 && more > WORSE_PERCENT;
  return judged("errors", state, "worse", { says, holds: isWorse, mayFail: true });
}

function maxErrors(state: RolloutState, sick: string | null): RolloutGuard {
  const { maxErrorPercent } = state.terms.analysis;
  const says = `${bet(state, "tooMany")}: ${round(percent(state.canary))} % of ${state.terms.canary} fail, ${maxErrorPercent} % may`;
  const holds = percent(state.canary) > maxErrorPercent;
  return judged("max-errors", state, "tooMany", { says, holds, mayFail: sick === null && isOfMany(state) });
}

/**
 * Where callers are dealt, one whose calls always fail makes no version fail: several have to, and more of them the
 * canary's than its share.
 */
function isOfMany({ terms, failedCallers, weight, evidence }: RolloutState): boolean {
  if (terms.sticky === undefined) {
    return true;
  }
  const own = failedCallers.filter((place) => isCanaryAt(place, weight)).length;
  return own >= SEVERAL && winnings(evidence.worse) >= LIKELY;
}

function latency(state: RolloutState): RolloutGuard {
  const { canary, stable, slowMs, terms } = state;
  const [own, usual] = [p99(canary), p99(stable) ?? slowMs];
  if (own === null || usual === null) {
    const says = `too few calls of ${own === null ? terms.canary : terms.stable} for a p99`;
    return { name: "latency", verdict: "passes", says };
  }
  const { maxP99Ratio } = terms.analysis;
  const isSlow = own > maxP99Ratio * usual;
  const says = `${bet(state, "slower")}: p99 of ${terms.canary} is ${own} ms, of ${terms.stable} ${usual} ms, ${maxP99Ratio} times that may be`;
  // A canary may be slower, to a degree: evidence that it is does not count as long as it is not too slow.
  return isSlow
    ? judged("latency", state, "slower", { says, holds: true, mayFail: true })
    : { name: "latency", verdict: "passes", says };
}

function judged(
  name: RolloutGuard["name"],
  state: RolloutState,
  which: keyof Bets<Evidence>,
  { says, holds, mayFail }: { readonly says: string; readonly holds: boolean; readonly mayFail: boolean },
): RolloutGuard {
  if (mayFail && wonBy(state, which) >= alarmAt(state)) {
    return { name, verdict: "fails", says };
  }
  return { name, verdict: holds || winnings(state.evidence[which]) >= DOUBT ? "waits" : "passes", says };
}

function streak({ terms, streak: longest }: RolloutState, sick: string | null): RolloutGuard {
  const says = `${counted(longest, "call")} of ${terms.canary} failed one after another`;
  return { name: "streak", verdict: longest >= STREAK && sick === null ? "fails" : "passes", says };
}

function breaker({ terms, refused }: RolloutState, sick: string | null): RolloutGuard {
  const says = `the breaker of ${terms.canary} kept back ${counted(refused, "call")}`;
  return { name: "breaker", verdict: refused > 0 && sick === null ? "fails" : "passes", says };
}

/** In words; null = it is well. By what was seen in the last looks. */
function sickStable({ terms, looks, sinceLook }: RolloutState): string | null {
  const recent = [...looks.slice(-SILENT_LOOKS), sinceLook];
  const requests = recent.reduce((sum, one) => sum + one.stable, 0);
  const failed = recent.reduce((sum, one) => sum + one.stableFailed, 0);
  const { maxErrorPercent } = terms.analysis;
  if (failed < FEWEST_FAILURES || (100 * failed) / requests <= maxErrorPercent) {
    return null;
  }
  return `${terms.stable} itself fails: ${failed} of ${counted(requests, "request")}, ${maxErrorPercent} % may`;
}

function data({ terms, heardAt, stepAt, awakeSince }: RolloutState, now: number, isWarm: boolean): RolloutGuard {
  const { intervalMs, onNoData } = terms.analysis;
  const silentMs = now - Math.max(heardAt ?? 0, stepAt, awakeSince);
  if (silentMs > SILENT_LOOKS * intervalMs) {
    const says = `nothing was heard for ${seconds(silentMs)}`;
    return { name: "data", verdict: onNoData === "rollback" ? "fails" : "waits", says };
  }
  return isWarm
    ? { name: "data", verdict: "passes", says: "isolates report" }
    : { name: "data", verdict: "waits", says: "the controller was started anew, and has not heard of calls since" };
}

function enough({ terms, canary, weight }: RolloutState): RolloutGuard {
  // A step that sends nobody to the canary has nothing to wait for.
  const wanted = weight === 0 ? 0 : Math.max(1, terms.analysis.minRequests);
  const says = `${canary.requests} of ${counted(wanted, "request")} to ${terms.canary}`;
  return { name: "requests", verdict: canary.requests >= wanted ? "passes" : "waits", says };
}

function time({ terms, step, watchedMs }: RolloutState): RolloutGuard {
  const holdMs = terms.steps[step]?.holdMs ?? null;
  if (holdMs === null) {
    return { name: "time", verdict: "waits", says: "the step has no hold: it lasts until somebody promotes" };
  }
  const wanted = Math.max(holdMs, LEAST_LOOKS * terms.analysis.intervalMs);
  const says = `watched for ${seconds(watchedMs)} of ${seconds(wanted)}`;
  return { name: "time", verdict: watchedMs >= wanted ? "passes" : "waits", says };
}

function bet(state: RolloutState, which: keyof Bets<Evidence>): string {
  return `odds ${round(wonBy(state, which))} of ${round(alarmAt(state))}`;
}

function failures({ terms, canary, stable }: RolloutState): string {
  return `${canary.failed} of ${counted(canary.requests, "request")} to ${terms.canary} failed, ${stable.failed} of ${stable.requests} to ${terms.stable}`;
}

const percent = ({ requests, failed }: VersionSum): number => (requests === 0 ? 0 : (100 * failed) / requests);

export function p99({ requests, failed, buckets }: VersionSum): number | null {
  return requests - failed < FEWEST_TIMED ? null : quantileMs(buckets, 0.99);
}

const round = (value: number): number => (value >= 100 ? Math.round(value) : Math.round(value * 100) / 100);
const seconds = (ms: number): string => `${round(ms / 1000)} s`;
