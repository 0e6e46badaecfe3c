// Keeping what an isolate knows in step with the coordinator: when to ask, what to ask, what an answer changes.
//
// Time runs from the sending of a question, so no two clocks need agree. Answers to any but the latest question are
// dropped: the coordinator has then already taken their tokens back.
import { batchTold, takeBatch, tellingIsDue } from "./demand-tally.ts";
import { demandNow, idOf, waitingNow, type BucketName, type LeasedBucket, type IsolateLimits } from "./isolate.ts";
import type { SyncReply, SyncRequest, Want } from "../../model/message/lease.ts";
import type { LimitTerms } from "../../model/snapshot/limit-terms.ts";

/** A question is lost when no answer came for one interval, within these bounds: its request may have been cancelled. */
const LOST_MS = { least: 500, most: 2000 } as const;
/** Questions that may follow each other at once. */
const GAPS_AT_ONCE = 3;
/** Buckets of one question; those that requests wait for come first. */
const MAX_WANTS = 1000;
/** A bucket unused for so long is forgotten: whatever was held of it died long before. */
const FORGET_MS = 60_000;

/** Whether a question may go out at all: none is on its way, and it was not in vain a moment ago. One loss is no sign yet. */
export function mayAsk(limits: IsolateLimits, now: number): boolean {
  if (limits.askedAt !== null || limits.gapsUntil - now > GAPS_AT_ONCE * limits.leastGapMs) return false;
  return limits.failures < 2 || now - limits.failedAt >= Math.min(10_000, 100 * 2 ** (limits.failures - 1));
}

/** Whether a question should go out now, in the background, after a request for this bucket. */
export function shouldSync(limits: IsolateLimits, { limit, key }: BucketName, now: number): boolean {
  const held = limits.held.get(idOf(limit, key));
  if (!held || !mayAsk(limits, now)) return false;
  const since = now - limits.syncedAt;
  if (since >= limits.nextSyncMs) {
    return (
      tellingIsDue(limits.tally, now) ||
      waitingNow(held, now) > 0 ||
      held.tokens > 0 ||
      (demandNow(limits, held, now) >= 0.5 && held.deniedUntil <= now)
    );
  }
  if (since < Math.max(50, limits.nextSyncMs / 2)) return false;
  const runsLow = held.demand >= 5 && held.diesAt > now && held.tokens <= held.demand * 0.1;
  return runsLow && held.deniedUntil <= now;
}

/** Makes the next question. Tokens that will not be needed are forgotten here and given back in it. */
export function question(limits: IsolateLimits, now: number): SyncRequest {
  limits.seq += 1;
  limits.askedAt = now;
  limits.gapsUntil = Math.max(now, limits.gapsUntil) + limits.leastGapMs;
  const wants: Want[] = [];
  const seen = takeBatch(limits.tally, limits.held.values(), limits.seq, now);
  const terms: Record<string, LimitTerms> = {};
  for (const { held, perSecond, waiting, idle } of worthAsking(limits, now)) {
    const giveBack = idle ? held.tokens : 0;
    held.tokens -= giveBack;
    terms[held.limit] = held.terms;
    const { limit, key, tokens, grant, refused, estimated } = held;
    held.refused = 0;
    held.estimatedTold = estimated;
    wants.push({ limit, key, perSecond, have: tokens, waiting, giveBack, grant, refused, estimated });
  }
  return { isolate: limits.isolate, seq: limits.seq, terms, wants, ...(seen === null ? {} : { seen }) };
}

interface Candidate {
  readonly held: LeasedBucket;
  readonly perSecond: number;
  readonly waiting: number;
  /** Nobody needs tokens of it soon. */
  readonly idle: boolean;
}

function worthAsking(limits: IsolateLimits, now: number): readonly Candidate[] {
  const found: Candidate[] = [];
  for (const [id, held] of limits.held) {
    if (held.diesAt <= now) held.tokens = 0;
    const perSecond = demandNow(limits, held, now);
    const waiting = waitingNow(held, now);
    const idle = perSecond * (limits.nextSyncMs / 1000) < 0.05 && waiting === 0;
    if (now - held.usedAt > FORGET_MS) limits.held.delete(id);
    if (idle && held.tokens === 0 && held.refused === 0 && held.estimated === 0) continue;
    found.push({ held, perSecond, waiting, idle });
  }
  if (found.length <= MAX_WANTS) return found;
  return found.sort((a, b) => b.waiting - a.waiting || b.perSecond - a.perSecond).slice(0, MAX_WANTS);
}

/** Takes an answer in; false when it belongs to an older question and was dropped. */
export function accept(limits: IsolateLimits, reply: SyncReply, now: number): boolean {
  if (limits.askedAt === null || reply.seq !== limits.seq) return false;
  const sentAt = limits.askedAt;
  limits.askedAt = null;
  limits.syncedAt = sentAt;
  limits.nextSyncMs = reply.nextSyncMs;
  limits.leastGapMs = reply.leastGapMs ?? 0;
  // A question that only told what was asked says nothing of how many share the limit.
  if (reply.grants.length > 0) limits.isolates = reply.isolates;
  limits.failures = 0;
  batchTold(limits.tally);
  for (const grant of reply.grants) {
    const held = limits.held.get(idOf(grant.limit, grant.key));
    if (!held) continue;
    held.grant = grant.grant;
    held.estimated -= held.estimatedTold;
    held.estimatedTold = 0;
    held.tokens = (held.diesAt <= now ? 0 : held.tokens) + grant.tokens;
    held.diesAt = sentAt + grant.ttlMs;
    held.deniedUntil = grant.denyMs > 0 ? sentAt + grant.denyMs : 0;
    held.retryAt = now + grant.retryAfterMs;
    held.remaining = grant.remaining;
    held.resetAt = now + grant.resetMs;
  }
  return true;
}

/** The question on its way got no answer. The next one is due after a pause that doubles. */
export function fail(limits: IsolateLimits, seq: number, now: number): void {
  if (limits.seq !== seq || limits.askedAt === null) return;
  limits.askedAt = null;
  limits.failedAt = now;
  limits.failures += 1;
}

/** Gives up on a question that is on its way for too long. */
export function loseLateQuestion(limits: IsolateLimits, now: number): void {
  const patienceMs = Math.min(LOST_MS.most, Math.max(LOST_MS.least, limits.nextSyncMs));
  if (limits.askedAt !== null && now - limits.askedAt > patienceMs) fail(limits, limits.seq, now);
}
