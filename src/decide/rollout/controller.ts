// The controller of a Rollout: what is heard of isolates, the passing of time and what its document says → the next
// state, and when to look again. Nothing is promoted on time alone, and nothing needs to be known to take a canary out.
import type { RolloutBatch, RolloutGuard } from "../../model/message/rollout.ts";
import type { RolloutTerms } from "../../model/snapshot/rollout.ts";
import { takeCounts } from "./counts.ts";
import { guardsOf } from "./judge.ts";
import {
  enterStep,
  isWatched,
  newRollout,
  NOTHING_SEEN,
  takenOut,
  termsDigest,
  turned,
  wonBy,
  type RolloutState,
} from "./state.ts";

/** A version that was rolled back is not tried again within this time, unless somebody says so. */
const BARRED_MS = 24 * 3_600_000;
const MOST_LOOKS = 60;
/** A look that is so late says that the controller itself was away. */
const AWAY_LOOKS = 2;
const AWAY_MS = 2000;
const SHORTEST_LOOK_MS = 100;

/**
 * What the document says now. Another canary or another stable version is another Rollout; other steps are the same one
 * with other steps, and a canary that is out stays out.
 *
 * @param run a random name, where one begins
 */
export function follow(before: RolloutState | null, terms: RolloutTerms, run: string, now: number): RolloutState {
  if (before !== null && before.terms.canary === terms.canary && before.terms.stable === terms.stable) {
    return sameVersions(before, terms, now);
  }
  const reason = `${terms.canary} is tried`;
  return enterStep(newRollout(terms, run, before, now), 0, { reason, actor: null }, now);
}

function sameVersions(before: RolloutState, terms: RolloutTerms, now: number): RolloutState {
  if (termsDigest(before.terms) === termsDigest(terms)) {
    return before;
  }
  const step = Math.min(before.step, terms.steps.length - 1);
  const weight = before.phase === "rolled-back" || before.phase === "aborted" ? 0 : (terms.steps[step]?.weight ?? 0);
  const reason = "the Rollout was changed";
  return turned({ ...before, terms, step, weight }, before.phase, { reason, actor: null }, now);
}

/** Whether a Rollout that is gone has to be remembered: its canary was rolled back a moment ago. */
export function isBarredVersion({ phase, turns }: RolloutState, now: number): boolean {
  return phase === "rolled-back" && now - (turns.at(-1)?.at ?? 0) < BARRED_MS;
}

/** Isolates tell: what fails is taken out at once, and nothing is promoted. */
export function hear(state: RolloutState, batches: readonly RolloutBatch[], now: number): RolloutState {
  const heard = batches.reduce((so, batch) => takeCounts(so, batch, now), state);
  return heard === state ? state : (failed(heard, guardsOf(heard, now, true), now) ?? heard);
}

/** The clock: time that was watched is counted, never more than one interval, so that nobody's absence is patience. */
export function look(state: RolloutState, now: number, isWarm: boolean): RolloutState {
  if (!isWatched(state)) {
    return state;
  }
  const seen = looked(state, now, isWarm);
  const guards = guardsOf(seen, now, isWarm);
  const out = failed(seen, guards, now);
  if (out !== null) {
    return out;
  }
  if (seen.phase === "paused" || guards.some(({ verdict }) => verdict !== "passes")) {
    return seen;
  }
  const reason = guards
    .filter(({ name }) => name === "errors" || name === "time")
    .map(({ says }) => says)
    .join("; ");
  return enterStep(seen, seen.step + 1, { reason, actor: null }, now);
}

function looked(state: RolloutState, now: number, isWarm: boolean): RolloutState {
  const { terms, lookedAt, sinceLook, weight } = state;
  const passedMs = Math.max(0, now - lookedAt);
  const wasAway = passedMs > AWAY_LOOKS * terms.analysis.intervalMs + AWAY_MS;
  const isSeen =
    !wasAway && guardsOf(state, now, isWarm).every(({ name, verdict }) => name !== "data" || verdict === "passes");
  const odds = Math.max(wonBy(state, "worse"), wonBy(state, "tooMany"), wonBy(state, "slower"));
  return {
    ...state,
    lookedAt: now,
    awakeSince: wasAway ? now : state.awakeSince,
    watchedMs: state.watchedMs + (isSeen ? Math.min(passedMs, terms.analysis.intervalMs) : 0),
    looks: [...state.looks, { at: now, weight, odds, ...sinceLook }].slice(-MOST_LOOKS),
    sinceLook: NOTHING_SEEN,
  };
}

/** null = nothing fails, or it was said before. */
function failed(state: RolloutState, guards: readonly RolloutGuard[], now: number): RolloutState | null {
  const failing = guards.filter(({ verdict }) => verdict === "fails");
  if (failing.length === 0) {
    return null;
  }
  const cause = { reason: failing.map(({ says }) => says).join("; "), actor: null };
  if (state.terms.analysis.onFailure === "rollback") {
    return takenOut(state, "rolled-back", cause, now);
  }
  return state.phase === "paused" ? null : turned(state, "paused", cause, now);
}

/** Until the next look, milliseconds; null = nobody looks any more. */
export function lookInMs(state: RolloutState): number | null {
  return isWatched(state) ? Math.max(SHORTEST_LOOK_MS, state.terms.analysis.intervalMs) : null;
}
