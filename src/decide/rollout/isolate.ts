// What an isolate counts of a service's calls while a Rollout deals them: batches of one share each, numbered and kept
// until the controller has answered for them, so that one that is late or comes twice is what it is. Too many of them
// are given up, the oldest first, and told as lost.
import type { RolloutBatch, RolloutReport, Share, VersionCounts } from "../../model/message/rollout.ts";
import type { LostBatch } from "../../model/message/signals.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import { bucketOf, BUCKETS, sparse } from "../signals/histogram.ts";

/** One that is counted. */
interface DealtCall {
  readonly isCanary: boolean;
  /** Where the caller stands; null = the request was drawn. */
  readonly place: number | null;
}

interface Counts {
  requests: number;
  failed: number;
  readonly buckets: Uint32Array;
}

interface OpenBatch {
  readonly share: Share;
  readonly stable: Counts;
  readonly canary: Counts;
  readonly failedCallers: Set<number>;
  streak: number;
  refused: number;
}

export interface RolloutTally {
  open: OpenBatch | null;
  readonly waiting: RolloutBatch[];
  readonly lost: LostBatch[];
  seq: number;
  /** Calls of the canary that failed one after another until now. */
  row: number;
  /** How long the next batch is collected for. */
  nextMs: number;
  /** Until then somebody waits to send; past it, that request was cancelled. */
  waitsUntil: number;
}

const FIRST_MS = 1000;
const MOST_WAITING = 12;
const MOST_LOST = 20;
/** In one batch, of one isolate. */
const MOST_CALLERS = 200;

export function newRolloutTally(): RolloutTally {
  return { open: null, waiting: [], lost: [], seq: 0, row: 0, nextMs: FIRST_MS, waitsUntil: Number.NEGATIVE_INFINITY };
}

/** @param tookMs null = it failed */
export function countCall(
  tally: RolloutTally,
  share: Share,
  { isCanary, place }: DealtCall,
  tookMs: number | null,
): void {
  const open = openFor(tally, share);
  const counts = isCanary ? open.canary : open.stable;
  counts.requests += 1;
  if (tookMs !== null) {
    const bucket = bucketOf(tookMs);
    counts.buckets[bucket] = (counts.buckets[bucket] ?? 0) + 1;
    tally.row = isCanary ? 0 : tally.row;
    return;
  }
  counts.failed += 1;
  if (place !== null && open.failedCallers.size < MOST_CALLERS) {
    open.failedCallers.add(place);
  }
  if (isCanary) {
    tally.row += 1;
    open.streak = Math.max(open.streak, tally.row);
  }
}

/** The canary's breaker kept a call back, which the stable version gets. */
export function countKeptBack(tally: RolloutTally, share: Share): void {
  openFor(tally, share).refused += 1;
}

function openFor(tally: RolloutTally, share: Share): OpenBatch {
  if (tally.open?.share.seq === share.seq) {
    return tally.open;
  }
  if (tally.open !== null && tally.open.share.run !== share.run) {
    tally.row = 0;
  }
  closeBatch(tally);
  tally.open = { share, stable: newCounts(), canary: newCounts(), failedCallers: new Set(), streak: 0, refused: 0 };
  return tally.open;
}

const newCounts = (): Counts => ({ requests: 0, failed: 0, buckets: new Uint32Array(BUCKETS) });

function closeBatch(tally: RolloutTally): void {
  const { open, waiting, lost } = tally;
  if (open === null) {
    return;
  }
  const { share, stable, canary, failedCallers, streak, refused } = open;
  tally.open = null;
  tally.seq += 1;
  waiting.push({
    seq: tally.seq,
    run: share.run,
    weight: share.weight,
    stable: wireOf(stable),
    canary: wireOf(canary),
    streak,
    refused,
    ...(failedCallers.size === 0 ? {} : { failedCallers: [...failedCallers] }),
  });
  const oldest = waiting.length > MOST_WAITING ? waiting.shift() : undefined;
  if (oldest !== undefined) {
    lost.push({ seq: oldest.seq, requests: oldest.stable.requests + oldest.canary.requests });
    lost.splice(0, lost.length - MOST_LOST);
  }
}

function wireOf({ requests, failed, buckets }: Counts): VersionCounts {
  return { requests, failed, buckets: sparse(buckets) };
}

/** All there is to tell; null = nothing. */
export function tellTally(tally: RolloutTally, service: ServiceKey, isolate: string): RolloutReport | null {
  closeBatch(tally);
  const { waiting, lost } = tally;
  return waiting.length === 0 ? null : { service, isolate, batches: [...waiting], lost: [...lost] };
}

/** The controller has written it down. */
export function tallyTold({ waiting, lost }: RolloutTally, report: RolloutReport): void {
  const taken = new Set(report.batches.map(({ seq }) => seq));
  const told = new Set(report.lost.map(({ seq }) => seq));
  waiting.splice(0, waiting.length, ...waiting.filter(({ seq }) => !taken.has(seq)));
  lost.splice(0, lost.length, ...lost.filter(({ seq }) => !told.has(seq)));
}
