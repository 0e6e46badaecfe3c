// What isolates and the coordinator of a service say to each other about retries beyond those that requests have
// earned: so many a second for the whole fleet, lent to isolates one by one.
import type { RetryBudget } from "../snapshot/call-policy.ts";

/** What is left of one policy's retries per second beyond those that requests have earned. */
export interface RetryRow {
  readonly policy: string;
  readonly perSecond: number;
  readonly left: number;
}

/** Retries beyond those that requests have earned: the fleet's allowance per second is lent out one by one. */
export interface RetryReport {
  readonly terms: RetryBudget;
  /** Retries that it would have liked to make since the last report. */
  readonly wanted: number;
}

export interface RetryGrant {
  readonly policy: string;
  readonly tokens: number;
  /** How long they may be used, from the sending of the report. */
  readonly ttlMs: number;
  /** Fewer than were wanted: there are none for so long. */
  readonly shortMs: number;
  readonly isolates: number;
}
