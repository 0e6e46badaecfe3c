// The isolate's half of leasing: tokens held, refusals remembered, demand measured, and when to ask the coordinator.
// A request is decided here in memory; only a bucket with nothing to go by (`ask`) may wait, once and briefly.
//
// Time runs from the sending of a question, so no two clocks need agree. Answers to any but the latest question are
// dropped: the coordinator has then already taken their tokens back. Records are mutated in place; no clock inside.
import { available, debit, fullLedger, ratePerMs, type Ledger } from "./ledger.ts";
import type { LimitTerms, SyncReply, SyncRequest, Want } from "../model/lease.ts";

/** Buckets an isolate remembers; the one longest unused is forgotten first. */
export const MAX_HELD = 5000;
/** Without an answer for so long, a request stops waiting and `whenUnavailable` decides. */
export const COLD_WAIT_MS = 150;

export interface LeaseBook {
  readonly isolate: string;
  readonly held: Map<string, Held>;
  seq: number;
  /** When the question now on its way was sent; null = none is. */
  askedAt: number | null;
  /** When the last question was sent that was answered. */
  syncedAt: number;
  nextSyncMs: number;
  /** Share of the fleet, from the last answer. */
  isolates: number;
  failures: number;
}

interface Held {
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
  waiting: number;
  remaining: number;
  resetAt: number;
  usedAt: number;
  /** Stands in while the coordinator cannot be reached. */
  estimate: Ledger;
}

export type LeaseVerdict =
  | { readonly verdict: "allow"; readonly remaining: number; readonly resetMs: number }
  | { readonly verdict: "deny"; readonly retryAfterMs: number; readonly resetMs: number }
  /** Nothing is known yet. */
  | { readonly verdict: "ask" }
  /** It has waited, and nobody answered: `whenUnavailable` decides. */
  | { readonly verdict: "unavailable" };

export function newLeaseBook(isolate: string, now: number): LeaseBook {
  return {
    isolate,
    held: new Map(),
    seq: 0,
    askedAt: null,
    syncedAt: now,
    nextSyncMs: 100,
    isolates: 1,
    failures: 0,
  };
}

/**
 * Decides one request for one bucket. `waitedSince`: when it began to wait, for one that has; null at its first look.
 * `ask` means: send a question unless one is on its way, and look again when an answer came or `COLD_WAIT_MS` is over.
 */
export function spend(
  book: LeaseBook,
  bucket: { readonly limit: string; readonly key: string; readonly terms: LimitTerms },
  now: number,
  waitedSince: number | null,
): LeaseVerdict {
  const held = holdFor(book, bucket, now);
  if (waitedSince === null) measure(book, held, now);
  held.usedAt = now;
  if (held.diesAt <= now) held.tokens = 0;
  if (held.tokens >= 1) {
    held.tokens -= 1;
    held.remaining = Math.max(0, held.remaining - 1);
    return { verdict: "allow", remaining: held.tokens + held.remaining, resetMs: Math.max(0, held.resetAt - now) };
  }
  if (held.deniedUntil > now) {
    return { verdict: "deny", retryAfterMs: Math.max(1, held.retryAt - now), resetMs: Math.max(0, held.resetAt - now) };
  }
  if (waitedSince === null || now - waitedSince < COLD_WAIT_MS) return { verdict: "ask" };
  if (book.syncedAt < waitedSince) return { verdict: "unavailable" };
  return { verdict: "deny", retryAfterMs: book.nextSyncMs, resetMs: Math.max(0, held.resetAt - now) };
}

/** The share of the limit that this isolate may assume while nobody answers: rate and burst over the fleet last seen. */
export function spendEstimate(
  book: LeaseBook,
  bucket: { limit: string; key: string; terms: LimitTerms },
  now: number,
): LeaseVerdict {
  const held = holdFor(book, bucket, now);
  const share = Math.max(1, book.isolates);
  const terms: LimitTerms = {
    ...bucket.terms,
    algorithm: "gcra",
    windowMs: bucket.terms.windowMs * share,
    burst: Math.max(1, bucket.terms.burst / share),
  };
  if (available(held.estimate, terms, now) < 1) {
    const retryAfterMs = terms.windowMs / terms.requests;
    return { verdict: "deny", retryAfterMs, resetMs: retryAfterMs };
  }
  held.estimate = debit(held.estimate, terms, 1, now);
  return { verdict: "allow", remaining: Math.floor(available(held.estimate, terms, now)), resetMs: 0 };
}

export function startWaiting(book: LeaseBook, limit: string, key: string): void {
  const held = book.held.get(JSON.stringify([limit, key]));
  if (held) held.waiting += 1;
}

export function stopWaiting(book: LeaseBook, limit: string, key: string): void {
  const held = book.held.get(JSON.stringify([limit, key]));
  if (held) held.waiting = Math.max(0, held.waiting - 1);
}

/** Whether a question should go out now, in the background. */
export function shouldSync(book: LeaseBook, now: number): boolean {
  if (book.askedAt !== null) return false;
  const since = now - book.syncedAt;
  const backoff = book.failures === 0 ? 0 : Math.min(10_000, 100 * 2 ** book.failures);
  if (since < backoff) return false;
  if (since >= book.nextSyncMs) return hasNews(book, now);
  if (since < Math.max(50, book.nextSyncMs / 4)) return false;
  for (const held of book.held.values()) {
    const low = held.demand * 0.1;
    if (held.deniedUntil <= now && held.demand >= 5 && held.diesAt > now && held.tokens <= low) return true;
  }
  return false;
}

function hasNews(book: LeaseBook, now: number): boolean {
  for (const held of book.held.values()) {
    if (held.waiting > 0 || held.tokens > 0 || (demandNow(book, held, now) >= 0.5 && held.deniedUntil <= now))
      return true;
  }
  return false;
}

/** Makes the next question. Tokens that will not be needed are forgotten here and given back in it. */
export function question(book: LeaseBook, now: number): SyncRequest {
  book.seq += 1;
  book.askedAt = now;
  const wants: Want[] = [];
  const terms: Record<string, LimitTerms> = {};
  for (const held of book.held.values()) {
    if (held.diesAt <= now) held.tokens = 0;
    const perSecond = demandNow(book, held, now);
    const idle = perSecond * (book.nextSyncMs / 1000) < 0.05 && held.waiting === 0;
    if (idle && held.tokens === 0) continue;
    const giveBack = idle ? held.tokens : 0;
    held.tokens -= giveBack;
    terms[held.limit] = held.terms;
    const { limit, key, tokens, waiting, grant } = held;
    wants.push({ limit, key, perSecond, have: tokens, waiting, giveBack, grant });
  }
  return { isolate: book.isolate, seq: book.seq, terms, wants };
}

/** Takes an answer in; false when it belongs to an older question and was dropped. */
export function accept(book: LeaseBook, reply: SyncReply, now: number): boolean {
  if (book.askedAt === null || reply.seq !== book.seq) return false;
  const sentAt = book.askedAt;
  book.askedAt = null;
  book.syncedAt = sentAt;
  book.nextSyncMs = reply.nextSyncMs;
  book.isolates = reply.isolates;
  book.failures = 0;
  for (const grant of reply.grants) {
    const held = book.held.get(JSON.stringify([grant.limit, grant.key]));
    if (!held) continue;
    held.grant = grant.grant;
    held.tokens = (held.diesAt <= now ? 0 : held.tokens) + grant.tokens;
    held.diesAt = sentAt + grant.ttlMs;
    held.deniedUntil = grant.denyMs > 0 ? sentAt + grant.denyMs : 0;
    held.retryAt = now + grant.retryAfterMs;
    held.remaining = grant.remaining;
    held.resetAt = now + grant.resetMs;
    held.estimate = fullLedger;
  }
  return true;
}

/** The question on its way got no answer. The next one is due after a pause that doubles. */
export function fail(book: LeaseBook, seq: number, now: number): void {
  if (book.seq !== seq || book.askedAt === null) return;
  book.askedAt = null;
  book.syncedAt = now;
  book.failures += 1;
}

function holdFor(book: LeaseBook, bucket: { limit: string; key: string; terms: LimitTerms }, now: number): Held {
  const id = JSON.stringify([bucket.limit, bucket.key]);
  const found = book.held.get(id);
  if (found) {
    found.terms = bucket.terms;
    return found;
  }
  if (book.held.size >= MAX_HELD) forgetOldest(book);
  const held: Held = {
    ...bucket,
    tokens: 0,
    grant: 0,
    diesAt: 0,
    deniedUntil: 0,
    retryAt: 0,
    demand: 0,
    demandAt: now,
    waiting: 0,
    remaining: 0,
    resetAt: 0,
    usedAt: now,
    estimate: fullLedger,
  };
  book.held.set(id, held);
  return held;
}

/** A Map keeps insertion order; among the first few, the one longest unused goes. */
function forgetOldest(book: LeaseBook): void {
  let oldest: string | null = null;
  let usedAt = Infinity;
  let looked = 0;
  for (const [id, held] of book.held) {
    if (held.usedAt < usedAt && held.waiting === 0) [oldest, usedAt] = [id, held.usedAt];
    looked += 1;
    if (looked === 16) break;
  }
  if (oldest !== null) book.held.delete(oldest);
}

function measure(book: LeaseBook, held: Held, now: number): void {
  held.demand = demandNow(book, held, now) + 1000 / memoryMs(book);
  held.demandAt = now;
}

/** Requests a second over an exponential window that always spans two turns with the coordinator. */
function demandNow(book: LeaseBook, held: Held, now: number): number {
  return held.demand * Math.exp(-Math.max(0, now - held.demandAt) / memoryMs(book));
}

function memoryMs(book: LeaseBook): number {
  return Math.max(1000, 2 * book.nextSyncMs);
}

/** Tokens a second that the terms allow: for the ceiling of what is worth asking. */
export function perSecondOf(terms: LimitTerms): number {
  return ratePerMs(terms) * 1000;
}
