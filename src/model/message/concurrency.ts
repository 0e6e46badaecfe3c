// What isolates and the coordinator of a service say to each other about how many requests the service may have at
// once. A slot is leave to have one request on its way; a place is leave to have one wait for a slot. Both are lent to
// isolates; together they never are more than the policy says.
import type { ConcurrencyTerms } from "../snapshot/concurrency-terms.ts";

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
