// A fleet in one process: N isolates running the shipped lease book, one coordinator running the shipped grants, virtual
// time, a seeded channel that delays, loses, doubles and reorders, isolates that die and are born. Nothing here decides
// anything that the product decides.
import {
  bucketId,
  isWritten,
  newCoordinator,
  writeIsDue,
  type Bucket,
  type Coordinator,
  type WrittenLedger,
} from "../../src/decide/coordinator.ts";
import { answerSync } from "../../src/decide/grant.ts";
import { newLeaseBook, type LeaseBook } from "../../src/decide/lease-book.ts";
import { spend, spendEstimate, startWaiting, stopWaiting } from "../../src/decide/lease-spend.ts";
import { accept, mayAsk, question, shouldSync } from "../../src/decide/lease-sync.ts";
import type { LimitTerms, SyncReply, SyncRequest } from "../../src/model/lease.ts";
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
}

export interface FleetResult {
  /** Times of admissions, milliseconds. */
  readonly admitted: readonly number[];
  readonly refused: number;
  /** Let through or refused by `whenUnavailable`, because no answer came in time. */
  readonly undecided: number;
  readonly syncs: number;
  readonly offered: number;
}

export function runFleet(options: FleetOptions): FleetResult {
  const random = seeded(options.seed);
  const queue = new EventQueue();
  const admitted: number[] = [];
  const tally = { refused: 0, undecided: 0, syncs: 0, offered: 0 };
  let coordinator: Coordinator = newCoordinator(0, null);
  let born = 0;
  const newcomer = (): LeaseBook => newLeaseBook(`isolate-${born++}`);
  const fleet: LeaseBook[] = Array.from({ length: options.isolates }, newcomer);
  const bucket = { limit: "limit", key: "all", terms: options.terms };

  // As the object keeps it: at once when much was granted since the last row, else within a second.
  const disk = new Map<string, WrittenLedger>();
  const write = ({ ledger }: Bucket): void => void disk.set(bucketId("limit", "all"), { ...ledger, exact: false });
  const writeDown = (of: Coordinator, now: number): void => {
    const granted = of.buckets.get(bucketId("limit", "all"));
    if (!granted || !isWritten(granted.terms)) return;
    if (!writeIsDue(granted)) {
      queue.add(now + 1000, () => {
        if (of === coordinator && granted.unwritten > 0) write(granted);
        granted.unwritten = 0;
      });
      return;
    }
    write(granted);
    granted.unwritten = 0;
  };
  const oneWay = (): number => {
    const straggle = random() < options.stragglers ? random() * 1000 : 0;
    return (options.rttMs / 2) * (0.5 + random()) + straggle;
  };
  const deliver = (now: number, message: (at: number) => void): void => {
    const copies = random() < options.loss ? 0 : random() < options.duplicates ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) queue.add(now + oneWay(), message);
  };
  const sync = (book: LeaseBook, now: number): void => {
    const ask: SyncRequest = question(book, now);
    tally.syncs += 1;
    deliver(now, (at) => {
      const reply: SyncReply | null = answerSync(coordinator, ask, at, random);
      if (reply?.grants.some(({ tokens }) => tokens > 0)) writeDown(coordinator, at);
      if (reply) deliver(at, (then) => void accept(book, reply, then));
    });
  };
  const syncIfDue = (book: LeaseBook, now: number): void => {
    if (shouldSync(book, bucket, now)) sync(book, now);
  };
  /** The shell looks again every few milliseconds while a request waits, as the product's does. */
  const decideOne = (book: LeaseBook, now: number, waitedSince: number | null): void => {
    const { verdict } = spend(book, bucket, now, waitedSince);
    if (verdict === "ask") {
      if (waitedSince === null) startWaiting(book, bucket.limit, bucket.key, now);
      if (mayAsk(book, now)) sync(book, now);
      queue.add(now + 5, (at) => decideOne(book, at, waitedSince ?? now));
      return;
    }
    if (waitedSince !== null) stopWaiting(book, bucket.limit, bucket.key);
    if (verdict === "allow") admitted.push(now);
    else if (verdict === "deny") tally.refused += 1;
    else if (options.whenUnavailable === "deny") tally.undecided += 1;
    else if (spendEstimate(book, bucket, now).verdict === "allow") admitted.push(now);
    else tally.refused += 1;
    syncIfDue(book, now);
  };
  const arrive = (now: number): void => {
    tally.offered += 1;
    const book = fleet[Math.floor(random() * fleet.length)];
    if (book) decideOne(book, now, null);
  };

  const nextArrival = (now: number): void => {
    const gap = -Math.log(1 - random()) * (1000 / options.demandPerSecond);
    if (now + gap < options.durationMs) {
      queue.add(now + gap, (at) => {
        arrive(at);
        nextArrival(at);
      });
    }
  };
  nextArrival(0);
  for (const at of options.restartsAt) queue.add(at, (now) => (coordinator = newCoordinator(now, disk)));
  if (options.lifeMs !== null) scheduleDeaths(queue, fleet, options, random, newcomer);
  queue.run(options.durationMs + 5000);
  return { admitted, ...tally };
}

function scheduleDeaths(
  queue: EventQueue,
  fleet: LeaseBook[],
  options: FleetOptions,
  random: Random,
  newcomer: () => LeaseBook,
): void {
  const life = options.lifeMs ?? 0;
  const die = (slot: number) => (now: number) => {
    fleet[slot] = newcomer();
    if (now < options.durationMs) queue.add(now - Math.log(1 - random()) * life, die(slot));
  };
  fleet.forEach((_, slot) => queue.add(-Math.log(1 - random()) * life, die(slot)));
}
