// A Rollout as its controller tells it to operators: where it stands, what speaks for and against the step, and what
// was decided before. Plain data.
import type { RolloutView, VersionView } from "../../model/message/rollout.ts";
import { alarmAt, guardsOf, p99 } from "./judge.ts";
import { wonBy, type RolloutState, type VersionSum } from "./state.ts";

export function viewOf(state: RolloutState, now: number, isWarm: boolean): RolloutView {
  const { terms, phase, step, weight, seq, stepAt, watchedMs, heardAt, looks, turns } = state;
  return {
    terms,
    phase,
    step,
    weight,
    seq,
    stepAt,
    watchedMs,
    heardAt,
    stable: versionView(terms.stable, state.stable),
    canary: versionView(terms.canary, state.canary),
    odds: Math.max(wonBy(state, "worse"), wonBy(state, "tooMany"), wonBy(state, "slower")),
    alarm: alarmAt(state),
    guards: phase === "progressing" || phase === "paused" ? guardsOf(state, now, isWarm) : [],
    looks,
    turns,
  };
}

function versionView(version: string, sum: VersionSum): VersionView {
  const { requests, failed } = sum;
  return { version, requests, failed, p99Ms: p99(sum) };
}
