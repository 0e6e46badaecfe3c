// How many tokens of which bucket one isolate gets, for how long, and when it is to report again.
//
// Why it cannot overshoot: a token is taken from the ledger when it is granted, so every admission in a stretch W
// spends a token granted in it (at most W·R + B) or one that was held when it began (at most `outstandingCap`). Loss
// and death only waste tokens. What an isolate holds dies here a little later than there: it counts from the making of
// its report. A grant whose answer was lost is known from the next report (it names an older grant) and taken back.
import { bucketFor, dropDeadLeases, type Bucket, type Buckets, type IsolateLease } from "./bucket.ts";
import { available, capacityOf, credit, debit, ratePerMs, tokensDieAt, untilFull, waitFor } from "./ledger.ts";
import type { Grant, LimitReport, Want } from "../../model/message/limit.ts";
import type { LimitTerms } from "../../model/snapshot/limit-terms.ts";

/** Per second against per millisecond, and what demand measures too little. */
const CONTESTED = 950;

interface Moment {
  readonly now: number;
  readonly nextSyncMs: number;
  /** The interval that the size of the fleet asks for. */
  readonly fleetMs: number;
  readonly active: number;
}

/** null = the bucket has seen a later report of this isolate. */
export function grantTokens(
  state: Buckets,
  report: LimitReport,
  want: Want,
  terms: LimitTerms,
  at: Moment,
): Grant | null {
  const bucket = bucketFor(state, { limit: want.limit, key: want.key, terms }, at.now, false);
  const lease = settle(bucket, report, want, at.now);
  if (lease === null) {
    return null;
  }
  bucket.refused += want.refused ?? 0;
  const cap = outstandingCap(terms, at.fleetMs);
  chargeEstimate(bucket, lease, want, cap, at.now);
  const deadline = tokensDieAt(bucket.ledger, terms, at.now);
  const ttlMs = Math.min(Math.max(1000, 3 * at.nextSyncMs), deadline - at.now);
  const perInterval = (want.perSecond * at.nextSyncMs) / 1000;
  const target = perInterval < 1 ? want.waiting : Math.max(want.waiting, perInterval + 1.5 * Math.sqrt(perInterval));
  const space = cap - bucket.outstanding;
  const inBucket = available(bucket.ledger, terms, at.now);
  const share = Math.max(1, (2 * ratePerMs(terms) * at.nextSyncMs) / Math.max(1, bucket.leases.size));
  const { outstanding: known } = lease;
  const asked = Math.max(0, target - known);
  const tokens = Math.max(0, Math.floor(Math.min(asked + 1e-9, space, inBucket + 1e-9, share)));
  if (tokens > 0) {
    bucket.ledger = debit(bucket.ledger, terms, tokens, at.now);
    bucket.unwritten += tokens;
    bucket.outstanding += tokens;
    lease.outstanding += tokens;
  }
  lease.grant = Math.max(lease.grant, want.grant) + 1;
  lease.lastTokens = tokens;
  // A little later than there, but never into the next window: what died with a window is not given back to another.
  lease.diesAt = Math.min(at.now + ttlMs * 1.05, deadline);
  // Less than was asked for: once it is spent the isolate refuses by itself until its next turn, instead of asking
  // again.
  const short = tokens < Math.floor(asked + 1e-9);
  const untilToken = waitFor(bucket.ledger, terms, 1, at.now);
  const holders = bucket.leases.size;
  const fairMs = at.active > 1 ? Math.min(at.nextSyncMs, at.fleetMs) : 0;
  const turnMs = isContested(want.perSecond, holders, terms) ? Math.min(at.nextSyncMs, fillMs(holders, terms)) : 0;
  return {
    limit: want.limit,
    key: want.key,
    grant: lease.grant,
    tokens,
    ...(want.have > known ? { known } : {}),
    ttlMs,
    denyMs: short ? Math.ceil(Math.max(untilToken, fairMs, turnMs)) : 0,
    retryAfterMs: Math.ceil(untilToken),
    remaining: Math.floor(available(bucket.ledger, terms, at.now)),
    resetMs: Math.ceil(untilFull(bucket.ledger, terms, at.now)),
  };
}

/** What isolates may hold together: a second of the rate (1/60 of a minute's), or one interval of a large fleet's. */
function outstandingCap(terms: LimitTerms, fleetMs: number): number {
  return Math.max(1, ratePerMs(terms) * Math.max(1000, 1.2 * fleetMs));
}

/** Brings what the coordinator believes an isolate holds to what the isolate says; null = that is no longer news. */
function settle(bucket: Bucket, { isolate, seq }: LimitReport, want: Want, now: number): IsolateLease | null {
  dropDeadLeases(bucket, now);
  // In the bucket that keys share, one isolate holds several leases.
  const id = bucket.key === want.key ? isolate : JSON.stringify([isolate, want.key]);
  const lease = bucket.leases.get(id) ?? { seq: 0, outstanding: 0, grant: 0, lastTokens: 0, estimated: 0, diesAt: now };
  if (seq <= lease.seq) {
    return null;
  }
  lease.seq = seq;
  bucket.leases.set(id, lease);
  const alive = lease.diesAt > now ? lease.outstanding : 0;
  const isKnown = want.grant >= 0;
  const lost = isKnown && want.grant < lease.grant ? lease.lastTokens : 0;
  const back = Math.min(lost + Math.max(0, want.giveBack), Math.max(0, alive - want.have));
  if (back > 0) {
    bucket.ledger = credit(bucket.ledger, bucket.terms, back, now);
  }
  const held = Math.min(want.have, alive);
  bucket.outstanding -= lease.outstanding - held;
  lease.outstanding = held;
  return lease;
}

/**
 * Requests admitted without tokens count as well, each once: an answer that was lost had charged them already. After a
 * long outage the bucket could not have held all that flowed in meanwhile, so the debt it may be left with is `most`.
 */
function chargeEstimate(bucket: Bucket, lease: IsolateLease, want: Want, most: number, now: number): void {
  const told = want.estimated ?? 0;
  const charged = want.grant < lease.grant ? lease.estimated : 0;
  lease.estimated = told;
  const tokens = Math.min(Math.max(0, told - charged), available(bucket.ledger, bucket.terms, now) + most);
  if (tokens <= 0) {
    return;
  }
  bucket.ledger = debit(bucket.ledger, bucket.terms, tokens, now);
  bucket.unwritten += tokens;
}

/** Whether all holders together, if they want as much as this one, want more than there is. */
export function isContested(perSecond: number, holders: number, terms: LimitTerms): boolean {
  return perSecond * holders > CONTESTED * ratePerMs(terms);
}

/**
 * The interval in which, between two turns of anybody, a fifth of the bucket flows in: turns come by chance, not
 * evenly.
 */
export function fillMs(holders: number, terms: LimitTerms): number {
  return (holders * capacityOf(terms)) / ratePerMs(terms) / 5;
}
