// What a simulated fleet under a cap is asked for, and what came of it.
import type { RetryBudget } from "../../src/model/snapshot/call-policy.ts";
import type { ConcurrencyTerms } from "../../src/model/snapshot/concurrency-terms.ts";

export interface CapacityOptions {
  readonly seed: number;
  readonly isolates: number;
  readonly perSecond: number;
  readonly untilMs: number;
  /** Mean time that a request takes; the times are exponentially distributed. */
  readonly serviceMs: number;
  readonly terms?: Partial<ConcurrencyTerms>;
  /** Of so many isolates at a time; the others are idle. */
  readonly busy?: (now: number) => number;
  readonly lossPercent?: number;
  readonly doublePercent?: number;
  readonly deathsPerSecond?: number;
  readonly restartEveryMs?: number;
  /** The coordinator cannot be reached. */
  readonly dark?: (now: number) => boolean;
  /** Every try fails, and every failure is tried again while the budget lasts. */
  readonly storm?: { readonly budget: RetryBudget; readonly attempts: number };
}

export interface CapacityRun {
  readonly admitted: number;
  readonly refused: number;
  /** Longest time that a request waited for its slot. */
  readonly longestWaitMs: number;
  /** Most requests on their way at once, of isolates that live. */
  readonly most: number;
  readonly mostWaiting: number;
  /** Mean number of requests on their way in the second half of the run. */
  readonly mean: number;
  readonly retries: number;
  readonly syncsBySecond: readonly number[];
  /** What isolates that live believe to have on the way at the end, and what really is. */
  readonly leaked: number;
}
