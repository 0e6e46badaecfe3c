import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  levelsOf,
  newSignalCoordinator,
  signalPace,
  slotName,
  takeReport,
  tidySignals,
  type Level,
  type SignalCoordinator,
} from "../../../src/decide/signals/coordinator.ts";
import { otherLabels } from "../../../src/decide/signals/other.ts";
import { answerSignals, levelFor } from "../../../src/decide/signals/read.ts";
import { pack, unpack, type PackedSlot, type TimeSlot } from "../../../src/decide/signals/slot.ts";
import type {
  SignalAnswer,
  SignalBatch,
  SignalQuestion,
  SignalReport,
  SignalRow,
} from "../../../src/model/message/signals.ts";

const START = Date.UTC(2026, 0, 1);
const ALL = { service: null, namespaces: null, stepMs: 10_000 };

const row = (service: string, status: number, count: number, ms = 1): SignalRow => ({
  ...otherLabels(service),
  version: "v1",
  route: "r",
  endpoint: "e",
  cluster: "c",
  caller: "anonymous",
  decision: "forwarded",
  policy: "",
  status,
  count,
  sumMs: count * ms,
  tries: count,
  buckets: [ms, count],
});

/** A coordinator with a storage that loses nothing and may be read again. */
class World {
  readonly levels = levelsOf();
  readonly stored = new Map<string, PackedSlot>();
  coordinator: SignalCoordinator = newSignalCoordinator(this.levels, START);
  readonly load = (level: Level, from: number): TimeSlot | null => {
    const packed = this.stored.get(slotName(level, from));
    return packed === undefined ? null : unpack(structuredClone(packed));
  };

  take(report: SignalReport, now: number): void {
    takeReport(this.coordinator, report, now, this.load);
  }

  store(now: number): void {
    for (const name of this.coordinator.changed) {
      const held = this.coordinator.slots.get(name);
      if (held !== undefined) {
        this.stored.set(name, pack(held.slot));
      }
    }
    this.coordinator.changed.clear();
    tidySignals(this.coordinator, now);
  }

  read(question: SignalQuestion, now: number): SignalAnswer {
    const level = levelFor(this.levels, question, now);
    const { slots } = this.coordinator;
    const held = [...slots.values()].filter((one) => one.level.name === level.name).map(({ slot }) => slot);
    const others = [...this.stored].filter(([name]) => name.startsWith(`${level.name}:`) && !slots.has(name));
    return answerSignals(this.coordinator, question, level, [...held, ...others.map(([, one]) => unpack(one))], now);
  }
}

const sum = (answer: SignalAnswer): number => answer.rows.reduce((total, { count }) => total + count, 0);

interface Sent {
  readonly isolate: string;
  readonly batch: SignalBatch;
}

/** Batches of three isolates, each in the order of its numbers. */
const batches = fc.array(
  fc.record({
    isolate: fc.integer({ min: 0, max: 2 }),
    at: fc.integer({ min: 0, max: 7_200_000 }),
    rows: fc.array(
      fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom(200, 404, 429, 500), fc.integer({ min: 1, max: 9 })),
      { minLength: 1, maxLength: 4 },
    ),
  }),
  { minLength: 1, maxLength: 25 },
);

describe("late, lost, repeated and reordered batches", () => {
  it("add up to what a naive sum of each says, by window, service and status", () => {
    fc.assert(
      fc.property(batches, fc.infiniteStream(fc.nat()), fc.nat({ max: 7_200_000 }), (drawn, order, edge) => {
        const world = new World();
        const seqs = new Map<string, number>();
        const sent: Sent[] = drawn.map(({ isolate, at, rows }) => {
          const name = `i${isolate}`;
          const seq = (seqs.get(name) ?? 0) + 1;
          seqs.set(name, seq);
          const those = rows.map(([service, status, count]) => row(`shop/s${service}`, status, count, service));
          return { isolate: name, batch: { seq, from: START + at, to: START + at + 2000, rows: those } };
        });
        const now = START + 7_300_000;
        const next = (most: number): number => (order.next().value ?? 0) % most;
        // Each once, in any order, and some of them again.
        const calls = [...sent, ...sent.filter(() => next(3) === 0)]
          .map((one) => ({ one, rank: next(1_000_000) }))
          .toSorted((a, b) => a.rank - b.rank);
        for (const { one } of calls) {
          world.take({ isolate: one.isolate, batches: [one.batch], lost: [] }, now);
          if (next(4) === 0) {
            world.store(now);
          }
        }
        const from = START + Math.floor(edge / 60_000) * 60_000;
        for (const window of [
          { from: START, to: now },
          { from, to: now },
        ]) {
          const answer = world.read({ ...ALL, ...window }, now);
          const naive = new Map<string, number>();
          for (const { batch } of sent.filter(({ batch: one }) => one.from >= window.from)) {
            for (const { service, status, count } of batch.rows) {
              naive.set(`${service} ${status}`, (naive.get(`${service} ${status}`) ?? 0) + count);
            }
          }
          const found = new Map(answer.rows.map(({ service, status, count }) => [`${service} ${status}`, count]));
          expect(found).toEqual(naive);
          expect(answer.points.reduce((total, { count }) => total + count, 0)).toBe(sum(answer));
          expect(answer.rows.every(({ buckets, count }) => buckets[1] === count)).toBe(true);
        }
        expect([...world.coordinator.totals.sums.values()].reduce((total, { count }) => total + count, 0)).toBe(
          sum(world.read({ ...ALL, from: START, to: now }, now)),
        );
      }),
    );
  });

  it("a batch that was given up is missing, until it comes after all", () => {
    const world = new World();
    const batch = { seq: 1, from: START, to: START, rows: [row("shop/a", 200, 7)] };
    const second = { ...batch, seq: 2 };
    world.take({ isolate: "i", batches: [second], lost: [{ seq: 1, requests: 7 }] }, START);
    expect(world.coordinator.arrivals.lost).toBe(7);
    world.take({ isolate: "i", batches: [second], lost: [{ seq: 1, requests: 7 }] }, START);
    expect(world.coordinator.arrivals).toMatchObject({ lost: 7, duplicates: 1 });
    world.take({ isolate: "i", batches: [batch], lost: [] }, START);
    expect(world.coordinator.arrivals.lost).toBe(0);
    expect(sum(world.read({ ...ALL, from: START, to: START + 1 }, START))).toBe(14);
  });

  it("nothing is missing of a batch that had arrived when it was given up", () => {
    const world = new World();
    const batch = { seq: 1, from: START, to: START, rows: [row("shop/a", 200, 7)] };
    world.take({ isolate: "i", batches: [batch], lost: [] }, START);
    world.take({ isolate: "i", batches: [], lost: [{ seq: 1, requests: 7 }] }, START);
    expect(world.coordinator.arrivals.lost).toBe(0);
  });

  it("a batch older than what is kept is in the levels that still have its time", () => {
    const world = new World();
    const from = START - 2 * 86_400_000;
    world.take({ isolate: "i", batches: [{ seq: 1, from, to: from, rows: [row("shop/a", 200, 3)] }], lost: [] }, START);
    expect(world.coordinator.late).toBe(1);
    const window = { ...ALL, from: from - 60_000, to: from + 60_000 };
    expect(world.read(window, START)).toMatchObject({ resolutionMs: 60_000, rows: [{ count: 3 }] });
  });
});

describe("bounds", () => {
  it("what is too much is counted in the service's own row for it, and told", () => {
    const world = new World();
    const rows = Array.from({ length: 5000 }, (_, nth) => ({ ...row("shop/a", 200, 1), endpoint: `e${nth}` }));
    world.take({ isolate: "i", batches: [{ seq: 1, from: START, to: START, rows }], lost: [] }, START);
    const answer = world.read({ ...ALL, from: START, to: START + 1 }, START);
    expect(answer).toMatchObject({ folded: 1000, resolutionMs: 10_000 });
    expect(answer.rows).toHaveLength(4001);
    expect(sum(answer)).toBe(5000);
    expect(world.coordinator.totals.folded).toBe(1000);
  });

  it("who may see one namespace sees nothing of others, nor what was folded for the mesh", () => {
    const world = new World();
    const rows = [row("shop/a", 200, 1), row("shopping/a", 200, 2), row("", 404, 4), row("_other", 200, 8)];
    world.take({ isolate: "i", batches: [{ seq: 1, from: START, to: START, rows }], lost: [] }, START);
    const seen = world.read({ ...ALL, from: START, to: START + 1, namespaces: ["shop"] }, START);
    expect(seen.rows.map(({ service }) => service)).toEqual(["shop/a"]);
    expect(seen.points.map(({ service, count }) => [service, count])).toEqual([["shop/a", 1]]);
  });

  it("reports that are too many are divided among more objects, and only then come less often", () => {
    const world = new World();
    let now = START;
    for (let nth = 0; nth < 60_000; nth++) {
      now += 1;
      world.take({ isolate: `i${nth % 500}`, batches: [], lost: [] }, now);
    }
    const paces = Array.from({ length: 6 }, () => signalPace(world.coordinator));
    expect(paces[0]).toEqual({ nextMs: expect.any(Number) as number, spread: 2 });
    expect(paces.at(-1)).toEqual({ nextMs: 2000, spread: 8 });
  });
});
