// One bucket as the coordinator of a policy's limits keeps it: its ledger, and what isolates hold of it. What of it is
// written down, and how a ledger begins after memory was lost.
//
// The records are mutated in place (thousands of keys a second); they hold plain data and no clock.
import { addBucket, type BucketRoom } from "./bucket-room.ts";
import { debit, emptyLedger, fullLedger, retermed, type Ledger } from "./ledger.ts";
import type { LimitTerms } from "../../model/snapshot/limit-terms.ts";

export interface Bucket {
  readonly limit: string;
  readonly key: string;
  /** Those of the last question: a policy may have changed since the bucket was made. */
  terms: LimitTerms;
  ledger: Ledger;
  /** Tokens granted since the ledger was last written down. */
  unwritten: number;
  /** Sum of what all isolates hold. */
  outstanding: number;
  readonly leases: Map<string, IsolateLease>;
  prunedAt: number;
  /** Requests refused, as far as isolates told, since this coordinator remembers. */
  refused: number;
}

export interface IsolateLease {
  /** Number of the isolate's last question that was taken into account. */
  seq: number;
  outstanding: number;
  grant: number;
  lastTokens: number;
  /** What the last question told of requests admitted without tokens. */
  estimated: number;
  diesAt: number;
}

export interface WrittenLedger extends Ledger {
  /** Every debit was written before its answer left (strict limits): nothing can be missing. */
  readonly exact: boolean;
  /** Those of the last question before memory was lost; absent = written by an earlier release. */
  readonly terms?: LimitTerms;
}

export interface Buckets extends BucketRoom<Bucket> {
  /** When memory was lost; null = this coordinator remembers all there was. Short windows then start empty. */
  forgotAt: number | null;
  /** Ledgers that were written down before memory was lost, taken up when their bucket is next asked for. */
  readonly written: Map<string, WrittenLedger>;
}

/** `JSON` keeps ("a:b","c") and ("a","b:c") apart. */
export function bucketId(limit: string, key: string): string {
  return JSON.stringify([limit, key]);
}

/** The same, read back. */
export function bucketPartsOf(id: string): readonly [limit?: string, key?: string] {
  const parts: unknown = JSON.parse(id);
  return Array.isArray(parts) && parts.every((part) => typeof part === "string") ? [parts[0], parts[1]] : [];
}

/** The bucket of one key, made when it is new; where a limit has too many, others of it give way. */
export function bucketFor(
  state: Buckets,
  named: { readonly limit: string; readonly key: string; readonly terms: LimitTerms },
  now: number,
  exact: boolean,
): Bucket {
  const { limit, key, terms } = named;
  const id = bucketId(limit, key);
  const found = state.buckets.get(id);
  if (found) {
    found.ledger = retermed(found.ledger, found.terms, terms, now);
    found.terms = terms;
    return found;
  }
  const bucket: Bucket = {
    limit,
    key,
    terms,
    ledger: firstLedger(state, id, terms, exact),
    unwritten: 0,
    outstanding: 0,
    leases: new Map(),
    prunedAt: now,
    refused: 0,
  };
  state.written.delete(id);
  addBucket(state, id, bucket, now);
  return bucket;
}

/**
 * A bucket that is new here. After memory was lost, a short window starts empty (it is full again within seconds), a
 * long one from what was written down, less what may have been granted since (`writeIsDue` bounds that). What was
 * written before each answer is taken as it stands.
 */
export function firstLedger(
  state: Pick<Buckets, "forgotAt" | "written">,
  id: string,
  terms: LimitTerms,
  exact: boolean,
): Ledger {
  if (state.forgotAt === null) {
    return fullLedger;
  }
  const written = state.written.get(id);
  if (exact && (written === undefined || written.exact)) {
    return written ?? fullLedger;
  }
  if (!isWritten(terms)) {
    return emptyLedger(terms, state.forgotAt);
  }
  return debit(written ?? fullLedger, terms, unwrittenAllowance(terms), state.forgotAt);
}

/** Windows from ten seconds on are worth a row; shorter ones refill before an object can be lost and found. */
export function isWritten(terms: LimitTerms): boolean {
  return terms.windowMs >= 10_000;
}

/** Whether so much was granted unwritten that the row must be written before the answer leaves. */
export function writeIsDue(bucket: Bucket): boolean {
  return isWritten(bucket.terms) && bucket.unwritten > unwrittenAllowance(bucket.terms);
}

function unwrittenAllowance(terms: LimitTerms): number {
  return Math.floor(terms.requests / 100);
}

/** Drops leases whose tokens died. Looks at most ten times a second, so that thousands of leases stay cheap. */
export function dropDeadLeases(bucket: Bucket, now: number): void {
  if (now - bucket.prunedAt < 100) {
    return;
  }
  bucket.prunedAt = now;
  for (const [id, lease] of bucket.leases) {
    if (lease.diesAt > now) {
      continue;
    }
    bucket.outstanding -= lease.outstanding;
    bucket.leases.delete(id);
  }
}
