// What an isolate holds of one bucket: tokens, a refusal that is remembered, who waits, and the demand that it
// measured.
//
// Records are mutated in place; no clock inside.
import { areEqual, fullLedger, type Ledger } from "./ledger.ts";
import type { Counted } from "./demand-tally.ts";
import type { LimitTerms } from "../../model/snapshot/limit-terms.ts";

/** Buckets an isolate remembers; the one longest unused is forgotten first. */
const MAX_HELD = 5000;

/** By limit and key, see `heldId`. */
export interface LeasedBuckets {
  readonly held: Map<string, LeasedBucket>;
  /** A bucket was forgotten while something of it may have been held: numbers of grants are no longer complete. */
  forgetful: boolean;
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

/** Names a bucket in an isolate's memory; by the length ("a", "bc") and ("ab", "c") are told apart. */
export function heldId(limit: string, key: string): string {
  return `${limit.length} ${limit}${key}`;
}

/** The record of one bucket, made when it is new. */
export function holdFor(buckets: LeasedBuckets, bucket: BucketName, now: number): LeasedBucket {
  const id = heldId(bucket.limit, bucket.key);
  const found = buckets.held.get(id);
  if (found) {
    if (!areEqual(found.terms, bucket.terms)) {
      // A refusal under other terms says nothing about these.
      found.deniedUntil = 0;
      found.retryAt = 0;
    }
    found.terms = bucket.terms;
    return found;
  }
  if (buckets.held.size >= MAX_HELD) {
    forgetOldest(buckets);
  }
  const held: LeasedBucket = {
    ...bucket,
    tokens: 0,
    grant: buckets.forgetful ? -1 : 0,
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
  buckets.held.set(id, held);
  return held;
}

/** A Map keeps insertion order; among the first few, the one longest unused goes. */
function forgetOldest(buckets: LeasedBuckets): void {
  let oldest: string | null = null;
  let usedAt = Infinity;
  let looked = 0;
  for (const [id, held] of buckets.held) {
    if (held.usedAt < usedAt) {
      [oldest, usedAt] = [id, held.usedAt];
    }
    looked += 1;
    if (looked === 16) {
      break;
    }
  }
  if (oldest === null) {
    return;
  }
  buckets.held.delete(oldest);
  buckets.forgetful = true;
}

/** A request that was cancelled never says that it stopped waiting. */
export function waitingNow(held: LeasedBucket, now: number): number {
  while (held.waiting[0] !== undefined && held.waiting[0] <= now) {
    held.waiting.shift();
  }
  return held.waiting.length;
}

/** Counts one request. @param nextSyncMs how often the isolate reports */
export function measureDemand(held: LeasedBucket, nextSyncMs: number, now: number): void {
  held.demand = demandNow(held, nextSyncMs, now) + 1000 / memoryMs(nextSyncMs);
  held.demandAt = now;
}

/** Requests a second over an exponential window that always spans two turns with the coordinator. */
export function demandNow(held: LeasedBucket, nextSyncMs: number, now: number): number {
  return held.demand * Math.exp(-Math.max(0, now - held.demandAt) / memoryMs(nextSyncMs));
}

function memoryMs(nextSyncMs: number): number {
  return Math.max(1000, 2 * nextSyncMs);
}
