// How far a Rollout has come, as its controller keeps it, and how one begins, changes its share or is over. Plain data:
// it is written down as it is. What is decided by it is in judge.ts and controller.ts.
import type { RolloutLook, RolloutPhase, RolloutTurn, Share } from "../../model/message/rollout.ts";
import type { RolloutTerms } from "../../model/snapshot/rollout.ts";
import { fingerprint } from "../text/fingerprint.ts";
import { BUCKETS } from "../signals/histogram.ts";
import { NO_EVIDENCE, winnings, type Evidence } from "./e-process.ts";

/** Of one version, in the step that is in force. */
export interface VersionSum {
  readonly requests: number;
  readonly failed: number;
  readonly buckets: Float64Array;
}

/** One of each bet, see e-process.ts. */
export interface Bets<Of> {
  /** Who fails is the canary more often than its share: against the stable version. */
  readonly worse: Of;
  /** More of the canary's requests fail than may. */
  readonly tooMany: Of;
  /** Who is slow is the canary more often than its share. */
  readonly slower: Of;
}

export interface RolloutState {
  readonly terms: RolloutTerms;
  readonly run: string;
  readonly phase: RolloutPhase;
  readonly step: number;
  /** Percent, in force. */
  readonly weight: number;
  /** Number of the last turn, and of the share that came of it. */
  readonly seq: number;
  readonly stepAt: number;
  /** Of the step: only while there was something to see. */
  readonly watchedMs: number;
  readonly lookedAt: number;
  readonly heardAt: number | null;
  /** Looks came in time since then: the controller's own absence is nobody's silence. */
  readonly awakeSince: number;
  readonly evidence: Bets<Evidence>;
  /** What was won in the steps that are over, added up. */
  readonly settled: Bets<number>;
  readonly stable: VersionSum;
  readonly canary: VersionSum;
  /** The stable version's p99 when it was first known: what is slower is slow. */
  readonly slowMs: number | null;
  /** Of the step: the most canary calls that failed one after another, and those that its breaker kept back. */
  readonly streak: number;
  readonly refused: number;
  /** Places of callers whose failure was counted in this step. */
  readonly failedCallers: readonly number[];
  /** The last ones; what came since is in `sinceLook`. */
  readonly looks: readonly RolloutLook[];
  readonly sinceLook: Omit<RolloutLook, "at" | "weight" | "odds">;
  readonly turns: readonly RolloutTurn[];
}

const MOST_TURNS = 50;
const NO_CALLS: VersionSum = { requests: 0, failed: 0, buckets: new Float64Array(BUCKETS) };
const NO_BETS: Bets<Evidence> = { worse: NO_EVIDENCE, tooMany: NO_EVIDENCE, slower: NO_EVIDENCE };
export const NOTHING_SEEN: RolloutState["sinceLook"] = { stable: 0, stableFailed: 0, canary: 0, canaryFailed: 0 };

/** Somebody or something decides. */
type Cause = Pick<RolloutTurn, "reason" | "actor">;

export const isWatched = ({ phase }: Pick<RolloutState, "phase">): boolean =>
  phase === "progressing" || phase === "paused";

export function newRollout(terms: RolloutTerms, run: string, before: RolloutState | null, now: number): RolloutState {
  return {
    terms,
    run,
    phase: "progressing",
    step: 0,
    weight: 0,
    seq: before?.seq ?? 0,
    lookedAt: now,
    heardAt: null,
    awakeSince: now,
    settled: { worse: 0, tooMany: 0, slower: 0 },
    slowMs: null,
    looks: [],
    sinceLook: NOTHING_SEEN,
    turns: before?.turns ?? [],
    ...newStep(now),
  };
}

/** Nothing is known of a step that begins. */
function newStep(now: number) {
  return {
    stepAt: now,
    watchedMs: 0,
    evidence: NO_BETS,
    stable: NO_CALLS,
    canary: NO_CALLS,
    streak: 0,
    refused: 0,
    failedCallers: [],
  };
}

/** The share of a step is in force from now on; behind the last one the Rollout is over. */
export function enterStep(state: RolloutState, step: number, cause: Cause, now: number): RolloutState {
  const { steps } = state.terms;
  const last = steps.length - 1;
  const at = Math.min(step, last);
  const { weight, holdMs } = steps[at] ?? { weight: 0, holdMs: null };
  const isOver = step > last || (at === last && holdMs === null);
  const settled = step === 0 ? state.settled : afterStep(state);
  const next = { ...state, ...newStep(now), step: at, weight, settled, lookedAt: now };
  return turned(next, isOver ? "promoted" : "progressing", cause, now);
}

/** What a step has won stays won, and what it has lost is lost: the next one begins anew. */
function afterStep({ settled, evidence }: RolloutState): Bets<number> {
  return {
    worse: settled.worse + winnings(evidence.worse),
    tooMany: settled.tooMany + winnings(evidence.tooMany),
    slower: settled.slower + winnings(evidence.slower),
  };
}

/**
 * What a bet stands at over the whole Rollout: the mean over its steps, of which those to come are worth what they are
 * begun with. A mean of such bets is one, so the bound holds for all steps together.
 */
export function wonBy(state: RolloutState, bet: keyof Bets<Evidence>): number {
  const steps = state.terms.steps.length;
  const current = Math.min(state.step, steps - 1);
  return (state.settled[bet] + winnings(state.evidence[bet]) + (steps - 1 - current)) / steps;
}

/** The canary is out: one number, which needs nothing to be computed. */
export function takenOut(
  state: RolloutState,
  phase: "rolled-back" | "aborted",
  cause: Cause,
  now: number,
): RolloutState {
  return turned({ ...state, weight: 0 }, phase, cause, now);
}

/** Writes down what was decided. */
export function turned(state: RolloutState, phase: RolloutPhase, { reason, actor }: Cause, now: number): RolloutState {
  const { step, weight } = state;
  const turn = { at: now, phase, step, weight, reason, actor };
  // By the clock, so that a controller which lost its storage does not count through numbers that isolates know.
  const seq = Math.max(now, state.seq + 1);
  return { ...state, phase, seq, turns: [...state.turns, turn].slice(-MOST_TURNS) };
}

export function rolloutShare(state: RolloutState): Share {
  const { seq, run, weight, terms } = state;
  const isOut = state.phase === "rolled-back" || state.phase === "aborted";
  return { seq, run, weight, isWatched: isWatched(state), terms: termsDigest(terms), ...(isOut && { isOut }) };
}

/** Short, and another one for another document. */
export const termsDigest = (terms: RolloutTerms): string => fingerprint(JSON.stringify(terms));
