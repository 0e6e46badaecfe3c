// What an isolate knows of the limits of one policy: tokens held, refusals remembered, demand measured. How a request is
// decided with it is lease-spend.ts, how it is kept in step with the coordinator is lease-sync.ts.
//
// Records are mutated in place; no clock inside.
import { areEqual, fullLedger, type Ledger } from "./ledger.ts";
import { newTally, type Counted, type DemandTally } from "./demand-tally.ts";
import type { LimitTerms } from "../../model/snapshot/limit-terms.ts";

/** Buckets an isolate remembers; the one longest unused is forgotten first. */
export const MAX_HELD = 5000;
/** How many isolates one that nobody has answered yet believes to be one of. */
const FLEET_UNTOLD = 8;

export interface IsolateLimits {
  readonly isolate: string;
  readonly held: Map<string, LeasedBucket>;
  seq: number;
  /** When the question now on its way was sent; null = none is. */
  askedAt: number | null;
  /** When the last question was sent that was answered. */
  syncedAt: number;
  nextSyncMs: number;
  /** Questions may come at once now and then; on average there is this between them. */
  leastGapMs: number;
  /** As far as the questions so far have used up that allowance, milliseconds since the epoch. */
  gapsUntil: number;
  /** Share of the fleet, from the last answer. */
  isolates: number;
  failures: number;
  failedAt: number;
  /** A bucket was forgotten while something of it may have been held: numbers of grants are no longer complete. */
  forgetful: boolean;
  readonly tally: DemandTally;
}

export interface BucketName {
  readonly limit: string;
  readonly key: string;
  readonly terms: LimitTerms;
}

export interface LeasedBucket {
  readonly limit: string;
  readonly key: string;
  terms: LimitTerms;
  tokens: number;
  grant: number;
  diesAt: number;
  deniedUntil: number;
  retryAt: number;
  /** Requests a second, smoothed over about a second. */
  demand: number;
  demandAt: number;
  /** When each of the requests that wait here will have given up, the first first. */
  readonly waiting: number[];
  remaining: number;
  resetAt: number;
  usedAt: number;
  /** Requests refused and not yet told of. */
  refused: number;
  /** Stands in while the coordinator cannot be reached. */
  estimate: Ledger;
  /** Requests admitted by the estimate, and how many of them the question on its way tells of. */
  estimated: number;
  estimatedTold: number;
  /** Requests by second, until they are told. */
  seen: Counted[];
}

export function newIsolateLimits(isolate: string): IsolateLimits {
  return {
    isolate,
    held: new Map(),
    seq: 0,
    askedAt: null,
    syncedAt: Number.NEGATIVE_INFINITY,
    nextSyncMs: 100,
    leastGapMs: 0,
    gapsUntil: 0,
    isolates: FLEET_UNTOLD,
    failures: 0,
    failedAt: 0,
    forgetful: false,
    tally: newTally(),
  };
}

/** `JSON` keeps ("a:b","c") and ("a","b:c") apart. */
export function idOf(limit: string, key: string): string {
  return JSON.stringify([limit, key]);
}

/** The record of one bucket, made when it is new. */
export function holdFor(limits: IsolateLimits, bucket: BucketName, now: number): LeasedBucket {
  const id = idOf(bucket.limit, bucket.key);
  const found = limits.held.get(id);
  if (found) {
    if (!areEqual(found.terms, bucket.terms)) {
      // A refusal under other terms says nothing about these.
      found.deniedUntil = 0;
      found.retryAt = 0;
    }
    found.terms = bucket.terms;
    return found;
  }
  if (limits.held.size >= MAX_HELD) forgetOldest(limits);
  const held: LeasedBucket = {
    ...bucket,
    tokens: 0,
    grant: limits.forgetful ? -1 : 0,
    diesAt: 0,
    deniedUntil: 0,
    retryAt: 0,
    demand: 0,
    demandAt: now,
    waiting: [],
    remaining: 0,
    resetAt: 0,
    usedAt: now,
    refused: 0,
    estimate: fullLedger,
    estimated: 0,
    estimatedTold: 0,
    seen: [],
  };
  limits.held.set(id, held);
  return held;
}

/** A Map keeps insertion order; among the first few, the one longest unused goes. */
function forgetOldest(limits: IsolateLimits): void {
  let oldest: string | null = null;
  let usedAt = Infinity;
  let looked = 0;
  for (const [id, held] of limits.held) {
    if (held.usedAt < usedAt) [oldest, usedAt] = [id, held.usedAt];
    looked += 1;
    if (looked === 16) break;
  }
  if (oldest === null) return;
  limits.held.delete(oldest);
  limits.forgetful = true;
}

/** A request that was cancelled never says that it stopped waiting. */
export function waitingNow(held: LeasedBucket, now: number): number {
  while (held.waiting[0] !== undefined && held.waiting[0] <= now) held.waiting.shift();
  return held.waiting.length;
}

export function measureDemand(limits: IsolateLimits, held: LeasedBucket, now: number): void {
  held.demand = demandNow(limits, held, now) + 1000 / memoryMs(limits);
  held.demandAt = now;
}

/** Requests a second over an exponential window that always spans two turns with the coordinator. */
export function demandNow(limits: IsolateLimits, held: LeasedBucket, now: number): number {
  return held.demand * Math.exp(-Math.max(0, now - held.demandAt) / memoryMs(limits));
}

function memoryMs(limits: IsolateLimits): number {
  return Math.max(1000, 2 * limits.nextSyncMs);
}
