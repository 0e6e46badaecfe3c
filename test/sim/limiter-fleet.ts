// A fleet in one process: N isolates running the shipped leases, one coordinator running the shipped grants, virtual
// time, a seeded channel that delays, loses, doubles, reorders and is cut off, clocks that disagree, isolates that die
// and are born. Nothing here decides anything that the product decides.
import { bucketId, isWritten, writeIsDue, type Bucket, type WrittenLedger } from "../../src/decide/limit/bucket.ts";
import { answerLimits, newLimitCoordinator, type LimitCoordinator } from "../../src/decide/limit/coordinator.ts";
import {
  applyLimits,
  isReportDue,
  mayReportLimits,
  newIsolateLimits,
  reportLimits,
  type IsolateLimits,
} from "../../src/decide/limit/isolate.ts";
import type { BucketName } from "../../src/decide/limit/leased-bucket.ts";
import {
  spendToken,
  spendEstimate,
  startWaiting,
  stopWaiting,
  type LeaseVerdict,
} from "../../src/decide/limit/lease-spend.ts";
import type { LimitReply, LimitReport } from "../../src/model/message/limit.ts";
import type { LimitTerms } from "../../src/model/snapshot/limit-terms.ts";
import { EventQueue, seeded, type Random } from "./virtual-time.ts";

export interface FleetOptions {
  readonly seed: number;
  readonly isolates: number;
  readonly terms: LimitTerms;
  /** Offered load of the whole fleet, requests a second. */
  readonly demandPerSecond: number;
  readonly durationMs: number;
  readonly rttMs: number;
  /** Share of messages lost, doubled, or delayed by up to a second, each way. */
  readonly loss: number;
  readonly duplicates: number;
  readonly stragglers: number;
  /** Mean life of an isolate; null = they live on. */
  readonly lifeMs: number | null;
  readonly whenUnavailable: "local-estimate" | "deny";
  /** When the coordinator loses its memory. */
  readonly restartsAt: readonly number[];
  /** Mean time between two cuts of one isolate from the coordinator, ten seconds each; absent = never. */
  readonly cutEveryMs?: number;
  /** Clocks of isolates are wrong by up to so much, and run up to one percent fast or slow; absent = 0. */
  readonly skewMs?: number;
  /** Requests a second with a key that nobody has used before, beside those that are asked about; absent = 0. */
  readonly freshKeysPerSecond?: number;
  /** From then on nothing goes wrong any more; absent = never. */
  readonly calmAfterMs?: number;
}

export interface FleetResult {
  /** Times of admissions, milliseconds. */
  readonly admitted: readonly number[];
  readonly refused: number;
  /** Let through or refused by `whenUnavailable`, because no answer came in time. */
  readonly undecided: number;
  readonly syncs: number;
  /** By second. */
  readonly syncsIn: ReadonlyMap<number, number>;
  readonly offered: number;
}

/** Far enough from zero that no clock is ever negative. */
const EPOCH = 1_000_000;

interface Isolate {
  readonly limits: IsolateLimits;
  /** It reaches nobody until then. */
  cutUntil: number;
  /** What its clock shows. */
  readonly clock: (now: number) => number;
}

export function runFleet(options: FleetOptions): FleetResult {
  const random = seeded(options.seed);
  const queue = new EventQueue();
  const admitted: number[] = [];
  const tally = { refused: 0, undecided: 0, syncs: 0, offered: 0 };
  let coordinator: LimitCoordinator = newLimitCoordinator(0, null);
  let born = 0;
  const skewMs = options.skewMs ?? 0;
  const newcomer = (): Isolate => {
    const limits = newIsolateLimits(`isolate-${born++}`);
    if (skewMs === 0) {
      return { limits, cutUntil: 0, clock: (now) => now };
    }
    const [off, rate] = [skewMs * (2 * random() - 1), 1 + 0.01 * (2 * random() - 1)];
    return { limits, cutUntil: 0, clock: (now) => EPOCH + now * rate + off };
  };
  const fleet: Isolate[] = Array.from({ length: options.isolates }, newcomer);
  const asked: BucketName = { limit: "limit", key: "all", terms: options.terms };
  const syncsBySecond = new Map<number, number>();

  // As the object keeps it: at once when much was granted since the last row, else within a second.
  const disk = new Map<string, WrittenLedger>();
  const write = ({ ledger }: Bucket): void => void disk.set(bucketId("limit", "all"), { ...ledger, exact: false });
  const writeDown = (of: LimitCoordinator, now: number): void => {
    const granted = of.buckets.get(bucketId("limit", "all"));
    if (!granted || !isWritten(granted.terms)) {
      return;
    }
    if (!writeIsDue(granted)) {
      queue.add(now + 1000, () => {
        if (of === coordinator && granted.unwritten > 0) {
          write(granted);
        }
        granted.unwritten = 0;
      });
      return;
    }
    write(granted);
    granted.unwritten = 0;
  };
  const calmAfterMs = options.calmAfterMs ?? Number.POSITIVE_INFINITY;
  const oneWay = (now: number): number => {
    const straggle = now < calmAfterMs && random() < options.stragglers ? random() * 1000 : 0;
    return (options.rttMs / 2) * (0.5 + random()) + straggle;
  };
  const deliver = (now: number, message: (at: number) => void): void => {
    const wild = now < calmAfterMs;
    const copies = wild && random() < options.loss ? 0 : wild && random() < options.duplicates ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      queue.add(now + oneWay(now), message);
    }
  };
  const sync = (isolate: Isolate, now: number): void => {
    const ask: LimitReport = reportLimits(isolate.limits, isolate.clock(now));
    tally.syncs += 1;
    const second = Math.floor(now / 1000);
    syncsBySecond.set(second, (syncsBySecond.get(second) ?? 0) + 1);
    deliver(now, (at) => {
      if (isolate.cutUntil > at) {
        return;
      }
      const reply: LimitReply = answerLimits(coordinator, ask, at, random);
      if (reply.grants.some(({ tokens }) => tokens > 0)) {
        writeDown(coordinator, at);
      }
      deliver(at, (then) => {
        if (isolate.cutUntil <= then) {
          applyLimits(isolate.limits, reply, isolate.clock(then));
        }
      });
    });
  };
  /** The shell looks again every few milliseconds while a request waits, as the product's does. */
  const decideOne = (isolate: Isolate, bucket: BucketName, now: number, waitedSince: number | null): void => {
    const { limits } = isolate;
    const local = isolate.clock(now);
    const { verdict } = spendToken(limits, bucket, local, waitedSince);
    if (verdict === "ask") {
      if (waitedSince === null) {
        startWaiting(limits, bucket.limit, bucket.key, local);
      }
      if (mayReportLimits(limits, local)) {
        sync(isolate, now);
      }
      queue.add(now + 5, (at) => decideOne(isolate, bucket, at, waitedSince ?? local));
      return;
    }
    if (waitedSince !== null) {
      stopWaiting(limits, bucket.limit, bucket.key);
    }
    if (bucket === asked) {
      count(verdict, isolate, local, now);
    }
    if (isReportDue(limits, bucket, local)) {
      sync(isolate, now);
    }
  };
  const count = (verdict: LeaseVerdict["verdict"], { limits }: Isolate, local: number, now: number): void => {
    if (verdict === "allow") {
      admitted.push(now);
    } else if (verdict === "deny") {
      tally.refused += 1;
    } else if (options.whenUnavailable === "deny") {
      tally.undecided += 1;
    } else if (spendEstimate(limits, asked, local).verdict === "allow") {
      admitted.push(now);
    } else {
      tally.refused += 1;
    }
  };
  const anyone = (): Isolate | undefined => fleet[Math.floor(random() * fleet.length)];
  const arrive = (now: number): void => {
    tally.offered += 1;
    const isolate = anyone();
    if (isolate) {
      decideOne(isolate, asked, now, null);
    }
  };
  let keys = 0;
  const arriveFresh = (now: number): void => {
    const isolate = anyone();
    if (isolate) {
      decideOne(isolate, { ...asked, key: `fresh-${keys++}` }, now, null);
    }
  };
  const comeAtRandom = (perSecond: number, happen: (now: number) => void): void => {
    const next = (now: number): void => {
      const at = now - Math.log(1 - random()) * (1000 / perSecond);
      if (at >= options.durationMs) {
        return;
      }
      queue.add(at, (then) => {
        happen(then);
        next(then);
      });
    };
    next(0);
  };
  comeAtRandom(options.demandPerSecond, arrive);
  if (options.freshKeysPerSecond) {
    comeAtRandom(options.freshKeysPerSecond, arriveFresh);
  }
  if (options.cutEveryMs) {
    comeAtRandom((1000 * options.isolates) / options.cutEveryMs, (now) => {
      const isolate = anyone();
      if (isolate && now < calmAfterMs) {
        isolate.cutUntil = now + 10_000;
      }
    });
  }
  for (const at of options.restartsAt) {
    queue.add(at, (now) => (coordinator = newLimitCoordinator(now, disk)));
  }
  if (options.lifeMs !== null) {
    scheduleDeaths(queue, fleet, options, random, newcomer);
  }
  queue.run(options.durationMs + 5000);
  return { admitted, ...tally, syncsIn: syncsBySecond };
}

function scheduleDeaths(
  queue: EventQueue,
  fleet: Isolate[],
  options: FleetOptions,
  random: Random,
  newcomer: () => Isolate,
): void {
  const life = options.lifeMs ?? 0;
  const die = (slot: number) => (now: number) => {
    fleet[slot] = newcomer();
    if (now < Math.min(options.durationMs, options.calmAfterMs ?? Number.POSITIVE_INFINITY)) {
      queue.add(now - Math.log(1 - random()) * life, die(slot));
    }
  };
  fleet.forEach((_, slot) => queue.add(-Math.log(1 - random()) * life, die(slot)));
}
