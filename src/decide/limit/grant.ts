// The coordinator's half of leasing: who gets how many tokens of which bucket, for how long, and when to ask again.
//
// Why it cannot overshoot: a token is taken from the ledger when it is granted, so every admission in a stretch W spends
// a token granted in it (at most W·R + B) or one that was held when it began (at most `outstandingCap`). Loss and death
// only waste tokens. What an isolate holds dies here a little later than there: it counts from its sending of the
// question. A grant whose answer was lost is known from the next question (it names an older grant) and taken back.
import {
  bucketFor,
  bucketId,
  dropDeadLeases,
  tidy,
  type Bucket,
  type Coordinator,
  type IsolateLease,
} from "./coordinator.ts";
import { recordSeen } from "./demand-history.ts";
import { available, capacityOf, credit, debit, ratePerMs, tokensDieAt, untilFull, waitFor } from "./ledger.ts";
import type { Grant, SyncReply, SyncRequest, Want } from "../../model/message/lease.ts";
import type { LimitTerms } from "../../model/snapshot/limit-terms.ts";

/** Questions a second that one coordinator is asked at most: a fifth of what one object can answer. */
export const SYNC_BUDGET_PER_SECOND = 200;
/** Questions a second for buckets that nothing is known about: a flood of fresh keys gets no more than that. */
export const COLD_BUDGET_PER_SECOND = 500;
/** Requests that a busy isolate decides between two questions, and the longest that it waits for them to come. */
const REQUESTS_PER_SYNC = 75;
const LONGEST_BUSY_MS = 1000;
/** Per second against per millisecond, and what demand measures too little. */
const CONTESTED = 950;
/** An isolate unheard of for so long is no longer counted; a lost question or two must not make the others bolder. */
const SILENT_MS = 3000;

/** Answers one question. The same `(isolate, seq)` again gets the same answer; an older one gets null: it came too late. */
export function answerSync(state: Coordinator, ask: SyncRequest, now: number, random: () => number): SyncReply | null {
  const known = state.isolates.get(ask.isolate);
  if (known && ask.seq === known.seq) return known.reply;
  if (known && ask.seq < known.seq) return null;
  meter(state, now);
  const manyMs = busyMs(state, ask);
  const fleetMs = paceMs(state, known ? 0 : 1);
  const pace = Math.max(fleetMs, manyMs);
  tidy(state, now, Math.max(SILENT_MS, 3 * pace));
  const active = state.isolates.size + (known ? 0 : 1);
  // Busy isolates take turns of very different length, so that they do not come all at once.
  const jitter = pace > fleetMs ? 0.6 : 0.2;
  const nextSyncMs = Math.round(pace * (1 - jitter / 2 + jitter * random()));
  const grants: Grant[] = [];
  for (const want of ask.wants) {
    const terms = ask.terms[want.limit];
    const grant = terms ? grantOne(state, ask, want, terms, { now, nextSyncMs, fleetMs, active }) : null;
    if (grant !== null) grants.push(grant);
  }
  const leastGapMs = Math.ceil((1000 * active) / COLD_BUDGET_PER_SECOND);
  const reply: SyncReply = { seq: ask.seq, grants, nextSyncMs, leastGapMs, isolates: active };
  const batch = Math.max(ask.seen?.batch ?? 0, known?.batch ?? 0);
  if (ask.seen && batch > (known?.batch ?? 0)) recordSeen(state.demand, ask.seen.rows, now);
  state.isolates.set(ask.isolate, { seenAt: now, seq: ask.seq, reply, batch });
  return reply;
}

interface Moment {
  readonly now: number;
  readonly nextSyncMs: number;
  /** The interval that the size of the fleet asks for. */
  readonly fleetMs: number;
  readonly active: number;
}

/** null = the bucket has seen a later question of this isolate. */
function grantOne(state: Coordinator, ask: SyncRequest, want: Want, terms: LimitTerms, at: Moment): Grant | null {
  const bucket = bucketFor(state, { limit: want.limit, key: want.key, terms }, at.now, false);
  const lease = settle(bucket, ask, want, at.now);
  if (lease === null) return null;
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
  const asked = Math.max(0, target - want.have);
  const tokens = Math.max(0, Math.floor(Math.min(asked + 1e-9, space, inBucket + 1e-9, Math.max(share, 1))));
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
  // Less than was asked for: once it is spent the isolate refuses by itself until its next turn, instead of asking again.
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
function settle(bucket: Bucket, { isolate, seq }: SyncRequest, want: Want, now: number): IsolateLease | null {
  dropDeadLeases(bucket, now);
  // In the bucket that keys share, one isolate holds several leases.
  const id = bucket.key === want.key ? isolate : JSON.stringify([isolate, want.key]);
  const lease = bucket.leases.get(id) ?? { seq: 0, outstanding: 0, grant: 0, lastTokens: 0, estimated: 0, diesAt: now };
  if (seq <= lease.seq) return null;
  lease.seq = seq;
  bucket.leases.set(id, lease);
  const alive = lease.diesAt > now ? lease.outstanding : 0;
  const isKnown = want.grant >= 0;
  const lost = isKnown && want.grant < lease.grant ? lease.lastTokens : 0;
  const back = Math.min(lost + Math.max(0, want.giveBack), Math.max(0, alive - want.have));
  if (back > 0) bucket.ledger = credit(bucket.ledger, bucket.terms, back, now);
  const held = Math.min(want.have, alive);
  bucket.outstanding -= lease.outstanding - held;
  lease.outstanding = held;
  return lease;
}

/**
 * Requests admitted without tokens count as well, each once: an answer that was lost had charged them already. After a long
 * outage the bucket could not have held all that flowed in meanwhile, so the debt it may be left with is `most`.
 */
function chargeEstimate(bucket: Bucket, lease: IsolateLease, want: Want, most: number, now: number): void {
  const told = want.estimated ?? 0;
  const charged = want.grant < lease.grant ? lease.estimated : 0;
  lease.estimated = told;
  const tokens = Math.min(Math.max(0, told - charged), available(bucket.ledger, bucket.terms, now) + most);
  if (tokens <= 0) return;
  bucket.ledger = debit(bucket.ledger, bucket.terms, tokens, now);
  bucket.unwritten += tokens;
}

/**
 * The interval at which a busy isolate has many requests for each question. Never so long that a bucket which is asked for
 * more than it has overflows between two questions: what flows in beyond the burst is lost.
 */
function busyMs(state: Coordinator, ask: SyncRequest): number {
  const demand = new Map<string, number>();
  let longest = LONGEST_BUSY_MS;
  for (const { limit, key, perSecond } of ask.wants) {
    demand.set(limit, (demand.get(limit) ?? 0) + perSecond);
    const terms = ask.terms[limit];
    if (terms === undefined || perSecond < 1) continue;
    const holders = Math.max(1, state.buckets.get(bucketId(limit, key))?.leases.size ?? 1);
    // What one turn takes is to be a part of what the bucket can hold.
    const turnMs = (1000 * capacityOf(terms)) / perSecond / 3;
    longest = Math.min(longest, isContested(perSecond, holders, terms) ? fillMs(holders, terms) : turnMs);
  }
  const perSecond = Math.max(0, ...demand.values());
  // Below five requests a second a question each is no load; from twenty on it is to be shared by many.
  const busy = Math.min(1, Math.max(0, (perSecond - 5) / 15));
  return busy * Math.min(longest, (1000 * REQUESTS_PER_SYNC) / perSecond);
}

/** Whether all holders together, if they want as much as this one, want more than there is. */
function isContested(perSecond: number, holders: number, terms: LimitTerms): boolean {
  return perSecond * holders > CONTESTED * ratePerMs(terms);
}

/** The interval in which, between two turns of anybody, a fifth of the bucket flows in: turns come by chance, not evenly. */
function fillMs(holders: number, terms: LimitTerms): number {
  return (holders * capacityOf(terms)) / ratePerMs(terms) / 5;
}

/** The interval that keeps the fleet within the budget; stretched when early questions push past it. */
function paceMs(state: Coordinator, newcomers: number): number {
  const fleet = state.isolates.size + newcomers;
  const base = Math.max(100, (1000 * fleet) / SYNC_BUDGET_PER_SECOND);
  return Math.min(10_000, base * Math.max(1, state.load / SYNC_BUDGET_PER_SECOND));
}

function meter(state: Coordinator, now: number): void {
  const elapsed = Math.max(0, now - state.loadAt);
  state.load = state.load * Math.exp(-elapsed / 1000) + 1;
  state.loadAt = now;
}
