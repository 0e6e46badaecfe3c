// Lending against a naive model that keeps for each isolate what it may be using, as the isolate itself knows it.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fairShare, inUse, lend, lentOut, newPool, type Pool } from "../../../src/decide/concurrency/slot-pool.ts";
import { sized } from "../../support/long.ts";

const CAPACITY = 12;
const LIFE_MS = 100;

describe("lending", () => {
  const claim = (isolate: string, have: number, demand: number) => ({
    isolate,
    have,
    demand,
    used: have,
    diesAt: 1000,
  });

  it("gives one isolate all there is, when it can use it", () => {
    const pool = newPool();
    expect(lend(pool, 10, claim("a", 0, 1), "large", 0)).toEqual({ lent: 2, isLess: false, isFull: false });
    expect(lend(pool, 10, claim("a", 2, 50), "large", 0)).toEqual({ lent: 10, isLess: true, isFull: false });
    expect(lend(pool, 10, claim("a", 10, 50), "large", 0)).toMatchObject({ lent: 10, isFull: true });
  });

  it("takes back no more than what is not in use, and gives it away only once that is told", () => {
    const pool = newPool();
    lend(pool, 10, claim("a", 0, 10), "large", 0);
    expect(lend(pool, 10, claim("b", 0, 10), "large", 0)).toMatchObject({ lent: 0, isLess: true });
    // Told to keep five, it still has ten on their way.
    expect(lend(pool, 10, claim("a", 10, 10), "small", 0).lent).toBe(5);
    expect(lend(pool, 10, claim("b", 0, 10), "small", 0).lent).toBe(0);
    expect(lend(pool, 10, claim("a", 6, 10), "small", 0).lent).toBe(5);
    expect(lend(pool, 10, claim("b", 0, 10), "small", 0).lent).toBe(4);
  });

  it("forgets an isolate when its time is over", () => {
    const pool = newPool();
    lend(pool, 10, claim("a", 0, 10), "large", 0);
    expect(lend(pool, 10, claim("b", 0, 4), "large", 999).lent).toBe(0);
    expect(lend(pool, 10, claim("b", 0, 4), "large", 1000).lent).toBe(6);
  });

  it("lends nothing twice after it lost its memory, until that was claimed or its time is over", () => {
    const pool = newPool();
    pool.forgotten = { count: 8, until: 500 };
    expect(lend(pool, 10, claim("new", 0, 10), "large", 0).lent).toBe(2);
    expect(lend(pool, 10, claim("old", 5, 5), "small", 0).lent).toBe(5);
    expect(lentOut(pool, 0)).toBe(10);
    expect(lentOut(pool, 500)).toBe(7);
  });
});

describe("a fair share", () => {
  it("gives those who want little what they want, and the rest the same", () => {
    expect(fairShare(10, [1, 20, 30])).toBe(4.5);
    expect(fairShare(10, [2, 2, 3])).toBe(Number.POSITIVE_INFINITY);
    fc.assert(
      fc.property(fc.nat(100), fc.array(fc.nat(50), { minLength: 1, maxLength: 20 }), (capacity, demands) => {
        const share = fairShare(capacity, demands);
        const given = demands.reduce((sum, demand) => sum + Math.min(demand, share), 0);
        expect(given).toBeLessThanOrEqual(capacity + 1e-9);
        expect(share).toBeGreaterThanOrEqual(capacity / demands.length - 1e-9);
      }),
    );
  });
});

/** What isolates know: their quota until its time is over, and how many of their requests are on their way. */
class Naive {
  readonly quota = new Map<string, { slots: number; until: number }>();
  readonly flying = new Map<string, number>();

  slots(isolate: string, now: number): number {
    const known = this.quota.get(isolate);
    return known !== undefined && now < known.until ? known.slots : 0;
  }

  /** The most that could be on the way, were every isolate to use all that it may. */
  most(now: number): number {
    const names = new Set([...this.quota.keys(), ...this.flying.keys()]);
    return [...names].reduce((sum, one) => sum + Math.max(this.slots(one, now), this.flying.get(one) ?? 0), 0);
  }
}
interface World {
  now: number;
  readonly pool: Pool;
}
type Command = fc.Command<Naive, World>;
const command = (text: string, run: (model: Naive, world: World) => void): Command => ({
  check: () => true,
  run(model, world) {
    run(model, world);
    expect(model.most(world.now)).toBeLessThanOrEqual(CAPACITY);
    expect(lentOut(world.pool, world.now)).toBeLessThanOrEqual(CAPACITY);
    expect(inUse(world.pool)).toBeLessThanOrEqual(lentOut(world.pool, world.now));
  },
  toString: () => text,
});
const names = fc.constantFrom("a", "b", "c", "d");

const start = (isolate: string): Command =>
  command(`start ${isolate}`, (model, { now }) => {
    const flying = model.flying.get(isolate) ?? 0;
    if (flying < model.slots(isolate, now)) {
      model.flying.set(isolate, flying + 1);
    }
  });
const end = (isolate: string): Command =>
  command(`end ${isolate}`, (model) => {
    model.flying.set(isolate, Math.max(0, (model.flying.get(isolate) ?? 0) - 1));
  });
const report = (isolate: string, extra: number, isLost: boolean, scarce: boolean): Command =>
  command(`report ${isolate} +${extra}${isLost ? ", answer lost" : ""}`, (model, { now, pool }) => {
    const used = model.flying.get(isolate) ?? 0;
    const have = Math.max(model.slots(isolate, now), used);
    const diesAt = now + LIFE_MS * 1.05;
    const { lent } = lend(
      pool,
      CAPACITY,
      { isolate, have, demand: used + extra, used, diesAt },
      scarce ? "small" : "large",
      now,
    );
    if (!isLost) {
      model.quota.set(isolate, { slots: lent, until: now + LIFE_MS });
    }
  });
/** An isolate and all that it had on the way is gone; only the coordinator does not know. */
const die = (isolate: string): Command =>
  command(`die ${isolate}`, (model) => {
    model.quota.delete(isolate);
    model.flying.delete(isolate);
  });
/** Requests of an isolate that went silent are over within the life of a loan, as those of live ones are told of. */
const wait = (ms: number): Command =>
  command(`wait ${ms}`, (model, world) => {
    world.now += ms;
    for (const [isolate, { until }] of model.quota) {
      if (world.now >= until) {
        model.flying.delete(isolate);
      }
    }
  });
const restart: Command = command("restart", (_, { now, pool }) => {
  const [count, until] = [lentOut(pool, now), now + LIFE_MS * 1.05];
  pool.holders.clear();
  pool.forgotten = { count, until };
});

it("never lends more than there is: whatever is asked, lost, forgotten, or dies", () => {
  const commands = fc.commands(
    [
      names.map(start),
      names.map(start),
      names.map(end),
      fc
        .tuple(names, fc.nat(20), fc.boolean(), fc.boolean())
        .map(([isolate, extra, isLost, scarce]) => report(isolate, extra, isLost, scarce)),
      names.map((isolate) => report(isolate, 3, false, true)),
      names.map(die),
      fc.integer({ min: 1, max: 150 }).map(wait),
      fc.constant(restart),
    ],
    { maxCommands: 150, size: "max" },
  );
  fc.assert(
    fc.property(commands, (list) => {
      fc.modelRun(() => ({ model: new Naive(), real: { now: 0, pool: newPool() } }), list);
    }),
    { numRuns: sized(180, 500), seed: 4 },
  );
});
