// The coordinator of a policy's limits: answers each isolate what it may spend and when to report again. It remembers
// one ledger for each bucket (bucket.ts), what isolates hold of it, and who reported lately. How many tokens go to whom
// is grant.ts; strict limits, which are asked each time, are strict.ts.
import { answerKnown, countReport, dropSilent, newLoad, REPORTS_PER_SECOND, sharedMs } from "../fleet/reporters.ts";
import type { Load, Reporters } from "../fleet/reporters.ts";
import { bucketId, dropDeadLeases, type Buckets, type WrittenLedger } from "./bucket.ts";
import { dropBucket, newRoom } from "./bucket-room.ts";
import { newHistory, recordSeen, type DemandHistory } from "./demand-history.ts";
import { fillMs, grantTokens, isContested } from "./grant.ts";
import { capacityOf, untilFull } from "./ledger.ts";
import type { Grant, LimitReply, LimitReport } from "../../model/message/limit.ts";

export interface LimitCoordinator extends Buckets {
  readonly reporters: Reporters<LimitReply>;
  /** The last batch of demand that was taken in from each of them. */
  readonly batches: Map<string, number>;
  /** Isolates that ask strictly, and when they did last. */
  readonly asking: Map<string, number>;
  readonly load: Load;
  tidiedAt: number;
  forgottenAt: number;
  /** What was asked of the limits in the last hour. */
  readonly demand: DemandHistory;
}

/** Reports a second for buckets that nothing is known about: a flood of fresh keys gets no more than that. */
const COLD_BUDGET_PER_SECOND = 500;
/** Requests that a busy isolate decides between two reports, and the longest that it waits for them to come. */
const REQUESTS_PER_SYNC = 250;
const LONGEST_BUSY_MS = 1000;
/** Isolates that ask strictly are counted as long as they asked within this time. */
const ASKING_MS = 10_000;
const SILENT_MS = 3000;
const FORGET_EVERY_MS = 5000;
/** What the rate of reports is smoothed over. */
const LOAD_MS = 1000;
const SHORTEST_MS = 100;
const LONGEST_MS = 10_000;

/** @param lost what was written down before memory was lost; null = there is nothing that could be missing */
export function newLimitCoordinator(now: number, lost: ReadonlyMap<string, WrittenLedger> | null): LimitCoordinator {
  return {
    ...newRoom(),
    reporters: new Map(),
    batches: new Map(),
    asking: new Map(),
    forgotAt: lost === null ? null : now,
    written: new Map(lost),
    load: newLoad(now),
    tidiedAt: now,
    forgottenAt: now,
    demand: newHistory(),
  };
}

/** Answers one report: counted once, however often and whenever it arrives. */
export function answerLimits(
  state: LimitCoordinator,
  report: LimitReport,
  now: number,
  random: () => number,
): LimitReply {
  const { isolate, seq } = report;
  const known = answerKnown(state.reporters, isolate, seq);
  if (known !== null) {
    return known;
  }
  const knownBatch = state.batches.get(isolate) ?? 0;
  const newcomers = state.reporters.has(isolate) ? 0 : 1;
  countReport(state.load, LOAD_MS, now);
  const manyMs = busyMs(state, report);
  const fleetMs = fleetPaceMs(state, newcomers);
  const pace = Math.max(fleetMs, manyMs);
  tidy(state, now, SILENT_MS);
  const active = state.reporters.size + (state.reporters.has(isolate) ? 0 : 1);
  // Busy isolates take turns of very different length, so that they do not come all at once.
  const jitter = pace > fleetMs ? 0.6 : 0.2;
  const nextSyncMs = Math.round(pace * (1 - jitter / 2 + jitter * random()));
  const grants: Grant[] = [];
  for (const want of report.wants) {
    const terms = report.terms[want.limit];
    const grant = terms ? grantTokens(state, report, want, terms, { now, nextSyncMs, fleetMs, active }) : null;
    if (grant !== null) {
      grants.push(grant);
    }
  }
  const leastGapMs = Math.ceil((1000 * active) / COLD_BUDGET_PER_SECOND);
  const reply: LimitReply = { seq, grants, nextSyncMs, leastGapMs, isolates: active };
  if (report.seen && report.seen.batch > knownBatch) {
    recordSeen(state.demand, report.seen.rows, now);
    state.batches.set(isolate, report.seen.batch);
  }
  state.reporters.set(isolate, { reply, at: now });
  return reply;
}

/** Forgets isolates that went silent, and buckets that are full again: one made anew would be the same. */
export function tidy(state: LimitCoordinator, now: number, silentMs: number): void {
  if (now - state.tidiedAt < 250) {
    return;
  }
  state.tidiedAt = now;
  dropSilent(state.reporters, silentMs, now);
  for (const isolate of state.batches.keys()) {
    if (!state.reporters.has(isolate)) {
      state.batches.delete(isolate);
    }
  }
  for (const [id, seenAt] of state.asking) {
    if (seenAt < now - ASKING_MS) {
      state.asking.delete(id);
    }
  }
  if (now - state.forgottenAt < FORGET_EVERY_MS) {
    return;
  }
  state.forgottenAt = now;
  for (const [id, bucket] of state.buckets) {
    dropDeadLeases(bucket, now);
    if (bucket.leases.size === 0 && untilFull(bucket.ledger, bucket.terms, now) === 0) {
      dropBucket(state, id, bucket);
    }
  }
}

/**
 * The interval at which a busy isolate has many requests for each report. Never so long that a bucket which is asked
 * for more than it has overflows between two reports: what flows in beyond the burst is lost.
 */
function busyMs(state: LimitCoordinator, report: LimitReport): number {
  const demand = new Map<string, number>();
  let longest = LONGEST_BUSY_MS;
  for (const { limit, key, perSecond } of report.wants) {
    demand.set(limit, (demand.get(limit) ?? 0) + perSecond);
    const terms = report.terms[limit];
    if (terms === undefined || perSecond < 1) {
      continue;
    }
    const holders = Math.max(1, state.buckets.get(bucketId(limit, key))?.leases.size ?? 1);
    // What one turn takes is to be a part of what the bucket can hold.
    const turnMs = (1000 * capacityOf(terms)) / perSecond / 3;
    longest = Math.min(longest, isContested(perSecond, holders, terms) ? fillMs(holders, terms) : turnMs);
  }
  const perSecond = Math.max(0, ...demand.values());
  // Below five requests a second a report each is no load; from twenty on it is to be shared by many.
  const busy = Math.min(1, Math.max(0, (perSecond - 5) / 15));
  return busy * Math.min(longest, (1000 * REQUESTS_PER_SYNC) / perSecond);
}

/** The interval that keeps the fleet within the budget; stretched when early reports push past it. */
function fleetPaceMs({ reporters, load }: LimitCoordinator, newcomers: number): number {
  const baseMs = Math.max(SHORTEST_MS, sharedMs(reporters.size + newcomers));
  return Math.min(LONGEST_MS, baseMs * Math.max(1, load.perSecond / REPORTS_PER_SECOND));
}
