// The circuit breaker of one version or endpoint, for the whole fleet: one machine, in the coordinator.
//
//   closed ──(volume reached, and too many failed or slow)──► open ──(time over)──► half-open ──(probes fine)──► closed
//                                                              ▲                        │
//                                                              └──(probes failed)───────┘   each arrow: epoch + 1
//
// *closed* = traffic flows, *open* = refused, *half-open* = probing. Two things differ from the textbook because
// callers here are isolates that may vanish: a probe is a permit with a deadline (a lost one returns; three lost in a
// row count as a failure), and outcomes name the epoch they were seen in (what an older state let through changes
// nothing now). Open time doubles with each trip up to the maximum and is stretched by up to half at random; a minute
// of health takes one doubling back.
import type { BreakerState, BreakerTerms } from "../../model/snapshot/circuit.ts";
import { addOutcomes, newRollingWindow, sumOutcomes, type RollingWindow, type OutcomeTally } from "./rolling-window.ts";

export interface Breaker {
  state: BreakerState;
  epoch: number;
  /** When the present state began. */
  since: number;
  openUntil: number;
  /** Doublings of the open time. */
  trips: number;
  healthySince: number;
  window: RollingWindow;
  /** When the window got the first of what is in it. */
  busySince: number;
  readonly permits: Map<number, number>;
  /** Permits of this half-open time whose deadline has passed. A result that comes late is a result all the same. */
  readonly lost: Set<number>;
  lastPermit: number;
  probesOk: number;
  probesFailed: number;
  lostInARow: number;
}

const HEALTHY_MS = 60_000;
const LOST_PERMITS_MEAN_FAILURE = 3;

export function newBreaker(terms: BreakerTerms, now: number): Breaker {
  return {
    state: "closed",
    epoch: 1,
    since: now,
    openUntil: 0,
    trips: 0,
    healthySince: now,
    window: newRollingWindow(terms.windowMs),
    busySince: now,
    permits: new Map(),
    lost: new Set(),
    // Numbers of an earlier life of the object must not come again.
    lastPermit: Math.floor(now),
    probesOk: 0,
    probesFailed: 0,
    lostInARow: 0,
  };
}

/** Lets time do what it does: an open time ends, lost permits return, health takes a doubling back. */
export function advance(breaker: Breaker, terms: BreakerTerms, now: number, random: () => number): void {
  if (breaker.window.windowMs !== terms.windowMs) {
    breaker.window = newRollingWindow(terms.windowMs);
  }
  if (breaker.state === "open" && now >= breaker.openUntil) {
    enter(breaker, terms, "half-open", now);
  }
  if (breaker.state === "half-open") {
    losePermits(breaker, terms, now, random);
    // A policy that asks for fewer probes than it did may have all of them already.
    decideProbes(breaker, terms, now, random);
  }
  if (breaker.state === "closed" && breaker.trips > 0 && now - breaker.healthySince >= HEALTHY_MS) {
    breaker.trips -= 1;
    breaker.healthySince = now;
  }
}

/** What isolates have seen of a target since the last success that any of them knows of. */
export interface Latest {
  /** Failures in a row, each isolate's own, summed. */
  readonly failing: number;
  /** Share of all isolates that see nothing but failures, percent. */
  readonly failingPercent: number;
  /** Failures are reported at once, successes up to so much later: younger windows tell too much of the failures. */
  readonly lagMs: number;
}

/** When something happens, and the chance in it. */
interface Moment {
  readonly now: number;
  readonly random: () => number;
}

/** Takes in outcomes that were seen while `epoch` was the breaker's. */
export function record(
  breaker: Breaker,
  terms: BreakerTerms,
  seen: OutcomeTally & { readonly epoch: number },
  latest: Latest,
  { now, random }: Moment,
): void {
  advance(breaker, terms, now, random);
  if (breaker.state !== "closed" || seen.epoch !== breaker.epoch) {
    return;
  }
  const before = sumOutcomes(breaker.window, now);
  if (before.ok + before.failed === 0) {
    breaker.busySince = now;
  }
  addOutcomes(breaker.window, seen, now);
  const { ok, failed, slow } = sumOutcomes(breaker.window, now);
  const calls = ok + failed;
  if (calls < terms.minRequests) {
    return;
  }
  const known = now - breaker.busySince >= latest.lagMs;
  const tripped =
    (known && (reached(failed, calls, terms.failurePercent) || reached(slow, calls, terms.slowCallPercent))) ||
    (latest.failing >= terms.minRequests && latest.failingPercent >= terms.failurePercent);
  if (tripped) {
    trip(breaker, terms, now, random);
  }
}

/** Hands out up to `wanted` permits to probe, each to be answered within `lifeMs`. */
export function grantProbes(
  breaker: Breaker,
  terms: BreakerTerms,
  wanted: number,
  lifeMs: number,
  { now, random }: Moment,
): readonly number[] {
  advance(breaker, terms, now, random);
  if (breaker.state !== "half-open") {
    return [];
  }
  const done = breaker.probesOk + breaker.probesFailed;
  const free = Math.max(0, terms.halfOpenRequests - done - breaker.permits.size);
  return Array.from({ length: Math.min(wanted, free) }, () => {
    breaker.lastPermit += 1;
    breaker.permits.set(breaker.lastPermit, now + lifeMs);
    return breaker.lastPermit;
  });
}

/** The result of one probe; a permit that is unknown or settled already changes nothing. */
export function settleProbe(
  breaker: Breaker,
  terms: BreakerTerms,
  { permit, ok }: { readonly permit: number; readonly ok: boolean },
  { now, random }: Moment,
): void {
  advance(breaker, terms, now, random);
  if (breaker.state !== "half-open") {
    return;
  }
  if (!breaker.permits.delete(permit) && !breaker.lost.delete(permit)) {
    return;
  }
  breaker.lostInARow = 0;
  concludeProbe(breaker, terms, ok, now, random);
}

/** Nothing is never reached, not even a threshold of 0 %. */
function reached(count: number, calls: number, percent: number): boolean {
  return count > 0 && count * 100 >= percent * calls;
}

function concludeProbe(breaker: Breaker, terms: BreakerTerms, ok: boolean, now: number, random: () => number): void {
  if (ok) {
    breaker.probesOk += 1;
  } else {
    breaker.probesFailed += 1;
  }
  decideProbes(breaker, terms, now, random);
}

function decideProbes(breaker: Breaker, terms: BreakerTerms, now: number, random: () => number): void {
  if (breaker.state !== "half-open") {
    return;
  }
  // Half of the probes failed: what the rest would say does not matter any more.
  if (breaker.probesFailed * 2 >= terms.halfOpenRequests) {
    trip(breaker, terms, now, random);
  } else if (breaker.probesOk + breaker.probesFailed >= terms.halfOpenRequests) {
    enter(breaker, terms, "closed", now);
  }
}

function losePermits(breaker: Breaker, terms: BreakerTerms, now: number, random: () => number): void {
  for (const [permit, diesAt] of breaker.permits) {
    if (diesAt > now) {
      continue;
    }
    breaker.permits.delete(permit);
    breaker.lost.add(permit);
    breaker.lostInARow += 1;
    if (breaker.lostInARow < LOST_PERMITS_MEAN_FAILURE) {
      continue;
    }
    breaker.lostInARow = 0;
    concludeProbe(breaker, terms, false, now, random);
    if (breaker.state !== "half-open") {
      return;
    }
  }
}

function trip(breaker: Breaker, terms: BreakerTerms, now: number, random: () => number): void {
  const openForMs = Math.min(terms.openForMs * 2 ** breaker.trips, terms.maxOpenForMs);
  breaker.openUntil = now + openForMs * (1 + 0.5 * random());
  breaker.trips = Math.min(breaker.trips + 1, 16);
  enter(breaker, terms, "open", now);
}

function enter(breaker: Breaker, terms: BreakerTerms, state: BreakerState, now: number): void {
  breaker.state = state;
  breaker.epoch += 1;
  breaker.since = now;
  breaker.healthySince = now;
  breaker.window = newRollingWindow(terms.windowMs);
  breaker.permits.clear();
  breaker.lost.clear();
  breaker.probesOk = 0;
  breaker.probesFailed = 0;
  breaker.lostInARow = 0;
}
