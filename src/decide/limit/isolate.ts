// What an isolate knows of the limits of one policy, and how it keeps that in step with the coordinator: when to
// report, what to report, what an answer changes. How a request is decided with it is lease-spend.ts.
import { answered, loseLate, mayReport, newSync, rejected, send, type Sync } from "../fleet/sync.ts";
import { batchTold, newTally, takeBatch, tellingIsDue, type DemandTally } from "./demand-tally.ts";
import {
  demandNow,
  heldId,
  waitingNow,
  type BucketName,
  type LeasedBucket,
  type LeasedBuckets,
} from "./leased-bucket.ts";
import type { LimitReply, LimitReport, Want } from "../../model/message/limit.ts";
import type { LimitTerms } from "../../model/snapshot/limit-terms.ts";

/** How many isolates one that nobody has answered yet believes to be one of. */
const FLEET_UNTOLD = 8;
/** A new report tells all that matters of a lost one, and names the last grant that arrived; so none is sent again. */
const TERMS = { resendMs: 0, longestPauseMs: 10_000 } as const;
const FIRST_SYNC_MS = 100;
/** Buckets of one report; those that requests wait for come first. */
const MAX_WANTS = 1000;
/** A bucket unused for so long is forgotten: whatever was held of it died long before. */
const FORGET_MS = 60_000;

export interface IsolateLimits extends LeasedBuckets {
  readonly isolate: string;
  readonly sync: Sync<LimitReport>;
  /** Share of the fleet, from the last answer. */
  isolates: number;
  readonly tally: DemandTally;
}

export function newIsolateLimits(isolate: string): IsolateLimits {
  return {
    isolate,
    held: new Map(),
    sync: newSync({ nextSyncMs: FIRST_SYNC_MS }),
    isolates: FLEET_UNTOLD,
    forgetful: false,
    tally: newTally(),
  };
}

/** Whether a report may leave at all. */
export function mayReportLimits({ sync }: IsolateLimits, now: number): boolean {
  return mayReport(sync, TERMS, now);
}

/** Gives up on a report that is on its way for too long. */
export function loseLateReport({ sync }: IsolateLimits, now: number): void {
  loseLate(sync, now);
}

/** Whether a report should leave now, in the background, after a request for this bucket. */
export function isReportDue(limits: IsolateLimits, { limit, key }: BucketName, now: number): boolean {
  const { nextSyncMs } = limits.sync.pace;
  const sinceMs = now - limits.sync.syncedAt;
  // As it is for most requests; to find the bucket costs more.
  if (sinceMs < Math.min(nextSyncMs, Math.max(50, nextSyncMs / 2)) || !mayReportLimits(limits, now)) {
    return false;
  }
  const held = limits.held.get(heldId(limit, key));
  if (!held) {
    return false;
  }
  if (sinceMs >= nextSyncMs) {
    return (
      tellingIsDue(limits.tally, now) ||
      waitingNow(held, now) > 0 ||
      held.tokens > 0 ||
      (demandNow(held, nextSyncMs, now) >= 0.5 && held.deniedUntil <= now)
    );
  }
  const runsLow = held.demand >= 5 && held.diesAt > now && held.tokens <= held.demand * 0.1;
  return runsLow && held.deniedUntil <= now;
}

/** Makes the next report. Tokens that will not be needed are forgotten here and given back in it. */
export function reportLimits(limits: IsolateLimits, now: number): LimitReport {
  return send(limits.sync, TERMS, now, (seq) => {
    const wants: Want[] = [];
    const seen = takeBatch(limits.tally, limits.held.values(), seq, now);
    const terms: Record<string, LimitTerms> = {};
    for (const { held, perSecond, waiting, idle } of worthReporting(limits, now)) {
      const giveBack = idle ? held.tokens : 0;
      held.tokens -= giveBack;
      terms[held.limit] = held.terms;
      const { limit, key, tokens, grant, refused, estimated } = held;
      held.refused = 0;
      held.estimatedTold = estimated;
      wants.push({ limit, key, perSecond, have: tokens, waiting, giveBack, grant, refused, estimated });
    }
    return { isolate: limits.isolate, seq, terms, wants, ...(seen === null ? {} : { seen }) };
  });
}

interface Candidate {
  readonly held: LeasedBucket;
  readonly perSecond: number;
  readonly waiting: number;
  /** Nobody needs tokens of it soon. */
  readonly idle: boolean;
}

function worthReporting({ held: buckets, sync }: IsolateLimits, now: number): readonly Candidate[] {
  const { nextSyncMs } = sync.pace;
  const found: Candidate[] = [];
  for (const [id, held] of buckets) {
    if (held.diesAt <= now) {
      held.tokens = 0;
    }
    const perSecond = demandNow(held, nextSyncMs, now);
    const waiting = waitingNow(held, now);
    const idle = perSecond * (nextSyncMs / 1000) < 0.05 && waiting === 0;
    if (now - held.usedAt > FORGET_MS) {
      buckets.delete(id);
    }
    if (idle && held.tokens === 0 && held.refused === 0 && held.estimated === 0) {
      continue;
    }
    found.push({ held, perSecond, waiting, idle });
  }
  if (found.length <= MAX_WANTS) {
    return found;
  }
  return found.sort((a, b) => b.waiting - a.waiting || b.perSecond - a.perSecond).slice(0, MAX_WANTS);
}

/** Applies an answer; false when it belongs to an older report and was dropped. */
export function applyLimits(limits: IsolateLimits, reply: LimitReply, now: number): boolean {
  const { nextSyncMs, leastGapMs = 0 } = reply;
  const applied = answered(limits.sync, reply.seq, { nextSyncMs, leastGapMs });
  if (applied === null) {
    return false;
  }
  const { madeAt } = applied;
  // A report that only told what was asked says nothing of how many share the limit.
  if (reply.grants.length > 0) {
    limits.isolates = reply.isolates;
  }
  batchTold(limits.tally);
  for (const grant of reply.grants) {
    const held = limits.held.get(heldId(grant.limit, grant.key));
    if (!held) {
      continue;
    }
    held.grant = grant.grant;
    held.estimated -= held.estimatedTold;
    held.estimatedTold = 0;
    const living = held.diesAt <= now ? 0 : held.tokens;
    // What was spent since the report was of those that nobody knows, where there were any.
    held.tokens = Math.min(living, grant.known ?? living) + grant.tokens;
    held.diesAt = madeAt + grant.ttlMs;
    held.deniedUntil = grant.denyMs > 0 ? madeAt + grant.denyMs : 0;
    held.retryAt = now + grant.retryAfterMs;
    held.remaining = grant.remaining;
    held.resetAt = now + grant.resetMs;
  }
  return true;
}

/** The coordinator could not be called, or had no answer. */
export function limitsRejected({ sync }: IsolateLimits, seq: number, now: number): void {
  rejected(sync, seq, now);
}
