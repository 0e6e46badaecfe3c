// What isolates and the controller of a service's Rollout tell each other. Plain data: it crosses the wire between two
// versions of the software, so members may be added, never changed.
import type { RolloutTerms } from "../snapshot/rollout.ts";
import type { ServiceKey } from "../snapshot/snapshot.ts";
import type { LostBatch } from "./signals.ts";

/** How much of a service's calls its canary gets, for every isolate. */
export interface Share {
  /** Rises with each change: of two shares the one with the higher number holds, whichever way it came. */
  readonly seq: number;
  /** Which try of the Rollout: callers are dealt anew with each, and counts of another are not of this one. */
  readonly run: string;
  /** Percent. */
  readonly weight: number;
  /** Somebody looks at what comes of it; false: nothing has to be counted. */
  readonly isWatched: boolean;
  /** Of the document that the controller follows: whoever knows another one tells it. */
  readonly terms: string;
  /** The canary was taken back: whom the document's `match` names does not get it either. */
  readonly isOut?: true;
}

/** Calls of one version. */
export interface VersionCounts {
  readonly requests: number;
  readonly failed: number;
  /** How long those took that did not fail: pairs of bucket and count, see `decide/signals/histogram.ts`. */
  readonly buckets: readonly number[];
}

/** What one isolate counted while one share was in force there. */
export interface RolloutBatch {
  /** Numbers of an isolate go up; one that arrives again is counted once. */
  readonly seq: number;
  readonly run: string;
  /** The weight by which these were dealt. */
  readonly weight: number;
  readonly stable: VersionCounts;
  readonly canary: VersionCounts;
  /** The most calls of the canary that failed one after another, as this isolate saw them. */
  readonly streak: number;
  /** Calls that the canary's breaker kept back. */
  readonly refused: number;
  /** Where callers stand who met a failure, where callers are dealt and not requests: whole numbers below 2^32. */
  readonly failedCallers?: readonly number[];
}

export interface RolloutReport {
  readonly service: ServiceKey;
  readonly isolate: string;
  readonly batches: readonly RolloutBatch[];
  readonly lost: readonly LostBatch[];
}

export interface RolloutReply {
  /** The next report after so long. */
  readonly nextMs: number;
  /** null = there is no Rollout of the service. */
  readonly share: Share | null;
}

/** `rolled-back` by what was seen, `aborted` by somebody. */
export type RolloutPhase = "progressing" | "paused" | "promoted" | "rolled-back" | "aborted";

/** What speaks for and against the step that is in force. */
export interface RolloutGuard {
  readonly name: "errors" | "max-errors" | "latency" | "streak" | "breaker" | "stable" | "data" | "requests" | "time";
  /** `waits` holds the step, `fails` takes the canary out. */
  readonly verdict: "passes" | "waits" | "fails";
  readonly says: string;
}

/** What was seen between two looks. */
export interface RolloutLook {
  readonly at: number;
  readonly weight: number;
  readonly stable: number;
  readonly stableFailed: number;
  readonly canary: number;
  readonly canaryFailed: number;
  /** The most that a bet stood at. */
  readonly odds: number;
}

/** Something was decided. */
export interface RolloutTurn {
  readonly at: number;
  readonly phase: RolloutPhase;
  readonly step: number;
  readonly weight: number;
  /** In words; who said so, where that was somebody. */
  readonly reason: string;
  readonly actor: string | null;
}

/** Of one version, in the step that is in force. */
export interface VersionView {
  readonly version: string;
  readonly requests: number;
  readonly failed: number;
  /** null = of too few. */
  readonly p99Ms: number | null;
}

/** A Rollout as its controller tells it. */
export interface RolloutView {
  readonly terms: RolloutTerms;
  readonly phase: RolloutPhase;
  readonly step: number;
  /** Percent, in force. */
  readonly weight: number;
  /** Number of the last turn. */
  readonly seq: number;
  readonly stepAt: number;
  readonly watchedMs: number;
  readonly heardAt: number | null;
  readonly stable: VersionView;
  readonly canary: VersionView;
  /** The most that a bet against the canary stands at, and at what it is taken out. */
  readonly odds: number;
  readonly alarm: number;
  readonly guards: readonly RolloutGuard[];
  readonly looks: readonly RolloutLook[];
  readonly turns: readonly RolloutTurn[];
}

/** What an operator says. */
export interface RolloutOrder {
  /** `promote`: the next step, at once, or with `full` the last. `retry`: from the first step, whatever was seen. */
  readonly verb: "promote" | "pause" | "resume" | "abort" | "retry";
  readonly full: boolean;
  readonly reason: string;
  readonly actor: string;
  /** The state that was looked at; null = whatever it is. */
  readonly expected: number | null;
}

/** `moved`: it is not what was looked at. `not-now`: it cannot be done as things are. `none`: there is no Rollout. */
export type RolloutObeyed =
  | { readonly view: RolloutView; readonly isTold: boolean }
  | { readonly refused: "moved" | "not-now" | "none"; readonly says: string };
