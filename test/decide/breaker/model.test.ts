// The breaker against a naive one that keeps every event in a list and concludes anew each time it is asked.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  advance,
  grantProbes,
  newBreaker,
  record,
  settleProbe,
  type Breaker,
} from "../../../src/decide/breaker/breaker.ts";
import type { BreakerState, BreakerTerms } from "../../../src/model/snapshot/circuit.ts";
import { sized } from "../../support/long.ts";

const terms: BreakerTerms = {
  windowMs: 1000,
  minRequests: 4,
  failurePercent: 50,
  slowCallPercent: 100,
  openForMs: 500,
  maxOpenForMs: 2000,
  halfOpenRequests: 3,
};
const LIFE_MS = 300;
const QUIET = { failing: 0, failingPercent: 0, lagMs: 0 };
/** Without jitter, open times are what the model says. */
const steady = (): number => 0;

type Event =
  | { kind: "outcome"; at: number; ok: boolean; epoch: number }
  | { kind: "probe"; at: number; permit: number }
  | { kind: "lost"; at: number }
  | { kind: "settled"; at: number; ok: boolean };

class Naive {
  state: BreakerState = "closed";
  epoch = 1;
  trips = 0;
  openUntil = 0;
  healthySince = 0;
  events: Event[] = [];
  live = new Map<number, number>();
  lost = new Set<number>();

  turn(state: BreakerState, now: number): void {
    if (state === "open") {
      this.openUntil = now + Math.min(terms.openForMs * 2 ** this.trips, terms.maxOpenForMs);
      this.trips += 1;
    }
    this.state = state;
    this.epoch += 1;
    this.events = [];
    this.live.clear();
    this.lost.clear();
    this.healthySince = now;
  }

  pass(now: number): void {
    if (this.state === "open" && now >= this.openUntil) {
      this.turn("half-open", now);
    }
    for (const [permit, diesAt] of this.live) {
      if (this.state !== "half-open" || diesAt > now) {
        continue;
      }
      this.live.delete(permit);
      this.lost.add(permit);
      this.events.push({ kind: "lost", at: now });
      this.judgeProbes(now);
    }
    if (this.state === "closed" && this.trips > 0 && now - this.healthySince >= 60_000) {
      this.trips -= 1;
      this.healthySince = now;
    }
  }

  outcome(ok: boolean, epoch: number, now: number): void {
    this.pass(now);
    if (this.state !== "closed" || epoch !== this.epoch) {
      return;
    }
    this.events.push({ kind: "outcome", at: now, ok, epoch });
    const slot = (at: number): number => Math.floor(at / (terms.windowMs / 10));
    const seen = this.events.filter((one) => one.kind === "outcome" && slot(one.at) > slot(now) - 10);
    const failed = seen.filter((one) => one.kind === "outcome" && !one.ok).length;
    if (seen.length >= terms.minRequests && failed * 100 >= terms.failurePercent * seen.length) {
      this.turn("open", now);
    }
  }

  settle(permit: number, ok: boolean, now: number): void {
    this.pass(now);
    if (this.state !== "half-open" || !(this.live.delete(permit) || this.lost.delete(permit))) {
      return;
    }
    this.events.push({ kind: "settled", at: now, ok });
    this.judgeProbes(now);
  }

  /** Every third permit lost in a row is a failure. */
  judgeProbes(now: number): void {
    let [ok, failed, lost] = [0, 0, 0];
    for (const one of this.events) {
      if (one.kind === "lost") {
        lost += 1;
        if (lost === 3) {
          [failed, lost] = [failed + 1, 0];
        }
      } else if (one.kind === "settled") {
        lost = 0;
        if (one.ok) {
          ok += 1;
        } else {
          failed += 1;
        }
      }
    }
    if (failed * 2 >= terms.halfOpenRequests) {
      this.turn("open", now);
    } else if (ok + failed >= terms.halfOpenRequests) {
      this.turn("closed", now);
    }
  }
}

interface World {
  now: number;
  breaker: Breaker;
  permits: number[];
}
type Command = fc.Command<Naive, World>;

function agree(model: Naive, { breaker }: World): void {
  expect([breaker.state, breaker.epoch, breaker.permits.size]).toEqual([model.state, model.epoch, model.live.size]);
  expect(breaker.permits.size).toBeLessThanOrEqual(terms.halfOpenRequests);
  if (model.state === "open") {
    expect(breaker.openUntil).toBe(model.openUntil);
  }
}

const command = (text: string, run: (model: Naive, world: World) => void): Command => ({
  check: () => true,
  run(model, world) {
    const before = world.breaker.epoch;
    run(model, world);
    expect(world.breaker.epoch).toBeGreaterThanOrEqual(before);
    agree(model, world);
  },
  toString: () => text,
});

const wait = (ms: number): Command =>
  command(`wait ${ms}`, (model, world) => {
    world.now += ms;
    model.pass(world.now);
    advance(world.breaker, terms, world.now, steady);
  });
const outcome = (ok: boolean, old: number): Command =>
  command(`${ok ? "ok" : "failed"} of epoch -${old}`, (model, world) => {
    const epoch = model.epoch - old;
    model.outcome(ok, epoch, world.now);
    const tally = { ok: ok ? 1 : 0, failed: ok ? 0 : 1, slow: 0 };
    record(world.breaker, terms, { ...tally, epoch }, QUIET, { now: world.now, random: steady });
  });
const probe = (wanted: number): Command =>
  command(`probe ${wanted}`, (model, world) => {
    model.pass(world.now);
    const done = model.events.length === 0 ? 0 : [...settledOf(model)].length;
    const granted = grantProbes(world.breaker, terms, wanted, LIFE_MS, { now: world.now, random: steady });
    const free = model.state === "half-open" ? Math.max(0, terms.halfOpenRequests - done - model.live.size) : 0;
    expect(granted).toHaveLength(Math.min(wanted, free));
    for (const permit of granted) {
      model.live.set(permit, world.now + LIFE_MS);
    }
    world.permits.push(...granted);
  });
const settle = (which: number, ok: boolean): Command =>
  command(`settle ${which} ${ok}`, (model, world) => {
    const permit = world.permits[which % Math.max(1, world.permits.length)] ?? -1;
    model.settle(permit, ok, world.now);
    settleProbe(world.breaker, terms, { permit, ok }, { now: world.now, random: steady });
  });

/** Results that count: settled ones, and every third lost in a row. */
function* settledOf(model: Naive): Generator<Event> {
  let lost = 0;
  for (const one of model.events) {
    if (one.kind === "settled") {
      lost = 0;
      yield one;
    } else if (one.kind === "lost" && ++lost === 3) {
      lost = 0;
      yield one;
    }
  }
}

describe("a breaker and its naive model", () => {
  it("agree after any sequence of outcomes, old epochs, waits, and probes that are settled, lost or settled twice", () => {
    const commands = fc.commands(
      [
        fc.integer({ min: 0, max: 700 }).map(wait),
        fc.constant(wait(60_000)),
        fc.tuple(fc.boolean(), fc.constantFrom(0, 0, 0, 1, 3)).map(([ok, old]) => outcome(ok, old)),
        fc.constant(outcome(false, 0)),
        fc.integer({ min: 1, max: 4 }).map(probe),
        fc.tuple(fc.nat(20), fc.boolean()).map(([which, ok]) => settle(which, ok)),
      ],
      { maxCommands: 120, size: "max" },
    );
    fc.assert(
      fc.property(commands, (list) => {
        fc.modelRun(() => ({ model: new Naive(), real: { now: 0, breaker: newBreaker(terms, 0), permits: [] } }), list);
      }),
      { numRuns: sized(200, 600), seed: 4 },
    );
    // Seconds by itself, and many on a machine with other work.
  }, 60_000);
});
