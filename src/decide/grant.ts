// The coordinator's half of leasing: who gets how many tokens of which bucket, for how long, and when to ask again.
//
// Why it cannot overshoot: a token is taken from the ledger when it is granted, so every admission in a stretch W spends
// a token granted in it (at most W·R + B) or one that was held when it began (at most `outstandingCap`). Loss and death
// only waste tokens. What an isolate holds dies here a little later than there: it counts from its sending of the
// question. A grant whose answer was lost is known from the next question (it names an older grant) and taken back.
//
// The records are mutated in place (thousands of keys a second); they hold plain data and no clock.
import {
  available,
  credit,
  debit,
  emptyLedger,
  fullLedger,
  ratePerMs,
  tokensDieAt,
  untilFull,
  waitFor,
} from "./ledger.ts";
import type { Ledger } from "./ledger.ts";
import type { Grant, LimitTerms, SyncReply, SyncRequest, Want } from "../model/lease.ts";

/** Questions a second that one coordinator is asked at most: a fifth of what one object can answer. */
export const SYNC_BUDGET_PER_SECOND = 200;
/** Buckets kept by themselves; the keys beyond share one bucket for each limit. */
export const MAX_BUCKETS = 10_000;
export const OVERFLOW_KEY = "\u0000overflow";

export interface Bucket {
  readonly limit: string;
  readonly key: string;
  readonly terms: LimitTerms;
  ledger: Ledger;
  /** Tokens granted since the ledger was last written down. */
  unwritten: number;
  /** Sum of what all isolates hold. */
  outstanding: number;
  readonly leases: Map<string, Lease>;
  touchedAt: number;
}

interface Lease {
  outstanding: number;
  grant: number;
  lastTokens: number;
  diesAt: number;
}

export interface Coordinator {
  /** By limit id and key, see `bucketId`. */
  readonly buckets: Map<string, Bucket>;
  readonly isolates: Map<string, { seenAt: number; seq: number; reply: SyncReply }>;
  /** When memory was lost; null = this coordinator remembers all there was. Short windows then start empty. */
  forgotAt: number | null;
  /** Ledgers that were written down before memory was lost, taken up when their bucket is next asked for. */
  readonly written: Map<string, Ledger>;
  /** Questions a second, smoothed. */
  load: number;
  loadAt: number;
  prunedAt: number;
  overflowed: number;
}

export function newCoordinator(now: number, lost: ReadonlyMap<string, Ledger> | null): Coordinator {
  return {
    buckets: new Map(),
    isolates: new Map(),
    forgotAt: lost === null ? null : now,
    written: new Map(lost),
    load: 0,
    loadAt: now,
    prunedAt: now,
    overflowed: 0,
  };
}

/** `JSON` keeps ("a:b","c") and ("a","b:c") apart. */
export function bucketId(limit: string, key: string): string {
  return JSON.stringify([limit, key]);
}

/** Answers one question. The same `(isolate, seq)` again gets the same answer; an older one gets null: it came too late. */
export function answerSync(state: Coordinator, ask: SyncRequest, now: number, random: () => number): SyncReply | null {
  const known = state.isolates.get(ask.isolate);
  if (known && ask.seq === known.seq) return known.reply;
  if (known && ask.seq < known.seq) return null;
  meter(state, now);
  const pace = paceMs(state, known ? 0 : 1);
  prune(state, now, pace);
  const active = state.isolates.size + (known ? 0 : 1);
  const nextSyncMs = Math.round(pace * (0.9 + 0.2 * random()));
  const grants: Grant[] = [];
  for (const want of ask.wants) {
    const terms = ask.terms[want.limit];
    if (terms) grants.push(grantOne(state, ask.isolate, want, terms, { now, nextSyncMs, active }));
  }
  const reply: SyncReply = { seq: ask.seq, grants, nextSyncMs, isolates: active };
  state.isolates.set(ask.isolate, { seenAt: now, seq: ask.seq, reply });
  return reply;
}

interface Moment {
  readonly now: number;
  readonly nextSyncMs: number;
  readonly active: number;
}

function grantOne(state: Coordinator, isolate: string, want: Want, terms: LimitTerms, at: Moment): Grant {
  const bucket = bucketFor(state, want.limit, want.key, terms, at.now);
  const lease = settle(bucket, isolate, want, terms, at.now);
  const ttlMs = Math.min(Math.max(1000, 3 * at.nextSyncMs), tokensDieAt(bucket.ledger, terms, at.now) - at.now);
  const perInterval = (want.perSecond * at.nextSyncMs) / 1000;
  const target = perInterval < 1 ? want.waiting : Math.max(want.waiting, perInterval + 1.5 * Math.sqrt(perInterval));
  const room = outstandingCap(terms, at.nextSyncMs) - bucket.outstanding;
  const inBucket = available(bucket.ledger, terms, at.now);
  const share = Math.max(1, (2 * ratePerMs(terms) * at.nextSyncMs) / Math.max(1, bucket.leases.size));
  const asked = Math.max(0, target - want.have);
  const tokens = Math.max(0, Math.floor(Math.min(asked + 1e-9, room, inBucket + 1e-9, Math.max(share, 1))));
  if (tokens > 0) {
    bucket.ledger = debit(bucket.ledger, terms, tokens, at.now);
    bucket.unwritten += tokens;
    bucket.outstanding += tokens;
    lease.outstanding += tokens;
  }
  lease.grant += 1;
  lease.lastTokens = tokens;
  lease.diesAt = at.now + ttlMs * 1.05;
  // Less than was asked for: once it is spent the isolate refuses by itself until its next turn, instead of asking again.
  const short = tokens < Math.floor(asked + 1e-9);
  const untilToken = waitFor(bucket.ledger, terms, 1, at.now);
  return {
    limit: want.limit,
    key: want.key,
    grant: lease.grant,
    tokens,
    ttlMs,
    denyMs: short ? Math.ceil(Math.max(untilToken, at.active > 1 ? at.nextSyncMs : 0)) : 0,
    retryAfterMs: Math.ceil(untilToken),
    remaining: Math.floor(available(bucket.ledger, terms, at.now)),
    resetMs: Math.ceil(untilFull(bucket.ledger, terms, at.now)),
  };
}

/** What isolates may hold together: a second of the rate (1/60 of a minute's), or one interval of a large fleet's. */
function outstandingCap(terms: LimitTerms, nextSyncMs: number): number {
  return Math.max(1, ratePerMs(terms) * Math.max(1000, 1.2 * nextSyncMs));
}

/** Brings what the coordinator believes an isolate holds to what the isolate says. */
function settle(bucket: Bucket, isolate: string, want: Want, terms: LimitTerms, now: number): Lease {
  for (const [id, lease] of bucket.leases) {
    if (lease.diesAt > now) continue;
    bucket.outstanding -= lease.outstanding;
    bucket.leases.delete(id);
  }
  bucket.touchedAt = now;
  const lease = bucket.leases.get(isolate) ?? { outstanding: 0, grant: want.grant, lastTokens: 0, diesAt: now };
  bucket.leases.set(isolate, lease);
  const lost = want.grant < lease.grant ? lease.lastTokens : 0;
  const back = Math.min(lost + Math.max(0, want.giveBack), Math.max(0, lease.outstanding - want.have));
  if (back > 0) bucket.ledger = credit(bucket.ledger, terms, back, now);
  const held = Math.min(want.have, lease.outstanding);
  bucket.outstanding -= lease.outstanding - held;
  lease.outstanding = held;
  return lease;
}

/** The bucket of one key, made when it is new; beyond `MAX_BUCKETS` the keys of a limit share one. */
export function bucketFor(state: Coordinator, limit: string, key: string, terms: LimitTerms, now: number): Bucket {
  const id = bucketId(limit, key);
  const found = state.buckets.get(id);
  if (found) return found;
  if (state.buckets.size >= MAX_BUCKETS && key !== OVERFLOW_KEY) {
    state.overflowed += 1;
    return bucketFor(state, limit, OVERFLOW_KEY, terms, now);
  }
  const bucket: Bucket = {
    limit,
    key,
    terms,
    ledger: firstLedger(state, id, terms),
    unwritten: 0,
    outstanding: 0,
    leases: new Map(),
    touchedAt: now,
  };
  state.buckets.set(id, bucket);
  return bucket;
}

/**
 * A bucket that is new here. After memory was lost, a short window starts empty (it is full again within seconds), a long
 * one from what was written down, less what may have been granted since (`writeIsDue` bounds that).
 */
function firstLedger(state: Coordinator, id: string, terms: LimitTerms): Ledger {
  if (state.forgotAt === null) return fullLedger;
  if (!isWritten(terms)) return emptyLedger(terms, state.forgotAt);
  const written = state.written.get(id);
  return written ? debit(written, terms, unwrittenAllowance(terms), state.forgotAt) : fullLedger;
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

function prune(state: Coordinator, now: number, pace: number): void {
  if (now - state.prunedAt < 250) return;
  state.prunedAt = now;
  const horizon = now - Math.max(1000, 3 * pace);
  for (const [id, isolate] of state.isolates) if (isolate.seenAt < horizon) state.isolates.delete(id);
}
