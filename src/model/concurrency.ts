// What a TrafficPolicy says about how many requests a service may have at once, as numbers, and what isolates and the
// coordinator of the service say to each other about it. A slot is leave to have one request on its way; a place is leave to
// have one wait for a slot. Both are lent to isolates; together they never are more than the policy says.
import type { RetryBudget } from "./call-policy.ts";

export interface ConcurrencyTerms {
  /** Requests on their way at once, of the whole fleet. */
  readonly max: number;
  /** Requests that may wait for a slot at once, of the whole fleet. */
  readonly queue: number;
  /** null = the cap is `max`, whatever the service's latency. */
  readonly adaptive: AdaptiveTerms | null;
  /** null = requests are of one class, and none is refused before the cap is reached. */
  readonly priority: PriorityTerms | null;
}

export interface AdaptiveTerms {
  /** The cap never falls below. */
  readonly min: number;
  /** Percent that latency may rise above the least of the last minute before the cap falls. */
  readonly tolerance: number;
}

export type RequestClass = "critical" | "normal" | "best-effort";

export interface PriorityTerms {
  /** Lower-case name of the request header that tells the class. */
  readonly header: string;
  /** Of requests whose header tells none. */
  readonly default: RequestClass;
  /** Percent of the cap in use from which requests of the class begin to be refused. */
  readonly normalAt: number;
  readonly bestEffortAt: number;
}

/** What an isolate tells of the requests under one policy. Times are in milliseconds. */
export interface SlotReport {
  readonly terms: ConcurrencyTerms;
  /** Most requests that it may have on their way until it hears more. */
  readonly have: number;
  /** Slots that it could have used at once since the last report. */
  readonly demand: number;
  readonly inFlight: number;
  /** The same of places. */
  readonly places: number;
  readonly waiting: number;
  /** Answers since the last report, and the sum of the times until their headers. */
  readonly answered: number;
  readonly answeredMs: number;
}

export interface SlotGrant {
  readonly policy: string;
  readonly slots: number;
  /** There were not as many as it could use, because so many requests are on their way. */
  readonly slotsShort: boolean;
  /** Somebody could use more than it has: what is not needed should be given back. */
  readonly scarce: boolean;
  readonly places: number;
  readonly placesShort: boolean;
  /** How long they may be used, from the sending of the report. */
  readonly ttlMs: number;
  /** The cap of the fleet at the moment. */
  readonly limit: number;
  /** How much of it is in use, percent. */
  readonly load: number;
  /** Isolates that share it. */
  readonly isolates: number;
}

/** What the coordinator knows of one cap: as isolates last said it, so a moment old. */
export interface SlotRow {
  readonly policy: string;
  readonly max: number;
  /** The cap at the moment: `max`, or less where it gives way to latency. */
  readonly limit: number;
  readonly inUse: number;
  /** The most that isolates may be using, unused ones and those of isolates that died included. */
  readonly lent: number;
  readonly queue: number;
  readonly waiting: number;
  /** Isolates that hold some. */
  readonly isolates: number;
}

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
