// What isolates and the controller of a service's Rollout tell each other. Plain data: it crosses the wire between two
// versions of the software, so members may be added, never changed.

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
