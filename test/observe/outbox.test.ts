import { beforeEach, describe, expect, it } from "vitest";
import { objectName, shardOf } from "../../src/decide/signals/objects.ts";
import { otherLabels } from "../../src/decide/signals/other.ts";
import type { SignalRow } from "../../src/model/message/signals.ts";
import { Outbox } from "../../src/observe/outbox.ts";

const NOW = Date.UTC(2026, 0, 1);
const row = (count: number, service = "shop/cart"): SignalRow => ({
  ...otherLabels(service),
  count,
  sumMs: 0,
  tries: 0,
  buckets: [0, count],
});
const answer = { nextMs: 2000, spread: 1 };
let outbox: Outbox;

beforeEach(() => {
  outbox = new Outbox();
});

describe("Outbox", () => {
  it("sends each object its own, under numbers of their own", () => {
    const names = Array.from({ length: 40 }, (_, nth) => `shop/s${nth}`);
    outbox.put(
      names.map((name) => row(1, name)),
      NOW,
      NOW + 2000,
      4,
    );
    const due = outbox.due(NOW);
    expect(due.toSorted()).toEqual([0, 1, 2, 3]);
    const sent = due.flatMap((group) => outbox.send(group, "i", NOW).batches.flatMap(({ rows }) => rows));
    expect(sent.map(({ service }) => service).toSorted()).toEqual(names.toSorted());
    for (const group of due) {
      const { batches } = outbox.send(group, "i", NOW);
      expect(batches[0]).toMatchObject({ seq: 1, from: NOW, to: NOW + 2000 });
      expect(batches[0]?.rows.every(({ service }) => shardOf(service, 4) === group)).toBe(true);
    }
  });

  it("sends again what was not answered, and not while an answer may still come", () => {
    outbox.put([row(1)], NOW, NOW, 1);
    const first = outbox.send(0, "i", NOW);
    outbox.put([row(2)], NOW, NOW, 1);
    expect(outbox.due(NOW + 15_000)).toEqual([]);
    expect(outbox.due(NOW + 15_001)).toEqual([0]);
    outbox.failed(0);
    expect(outbox.due(NOW)).toEqual([0]);
    expect(outbox.send(0, "i", NOW).batches.map(({ seq }) => seq)).toEqual([1, 2]);
    outbox.answered(0, first, answer);
    expect(outbox.send(0, "i", NOW).batches.map(({ seq }) => seq)).toEqual([2]);
  });

  it("gives up the oldest of too many, and tells how many requests that were until it is heard", () => {
    for (let nth = 1; nth <= 14; nth++) {
      outbox.put([row(nth), row(100)], NOW, NOW, 1);
    }
    const report = outbox.send(0, "i", NOW);
    expect(report.batches.map(({ seq }) => seq)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(report.lost).toEqual([
      { seq: 1, requests: 101 },
      { seq: 2, requests: 102 },
    ]);
    outbox.answered(0, report, answer);
    expect(outbox.send(0, "i", NOW)).toEqual({ isolate: "i", batches: [], lost: [] });
  });

  it("stays bounded while nobody answers for a day, and loses no count of what is missing", () => {
    for (let nth = 0; nth < 8640; nth++) {
      outbox.put([row(1)], NOW, NOW, 1);
    }
    const { batches, lost } = outbox.send(0, "i", NOW);
    expect([batches.length, lost.length]).toEqual([12, 50]);
    expect(lost.reduce((sum, { requests }) => sum + requests, 0)).toBe(8640 - 12);
  });

  it("calls three times a second at most, however many objects there are, and as seldom as they want", () => {
    expect(outbox.intervalMs).toBe(2000);
    const names = Array.from({ length: 2000 }, (_, nth) => `shop/s${nth}`);
    outbox.put(
      names.map((name) => row(1, name)),
      NOW,
      NOW,
      60,
    );
    expect(outbox.due(NOW)).toHaveLength(60);
    expect(outbox.intervalMs).toBe(20_000);
    outbox.answered(0, outbox.send(0, "i", NOW), { nextMs: 45_000, spread: 4 });
    expect(outbox.intervalMs).toBe(45_000);
    expect(outbox.spreadOf(0)).toBe(4);
  });
});

it("isolates divide themselves evenly among the objects of a share", () => {
  const counts = new Map<string, number>();
  for (let nth = 0; nth < 4000; nth++) {
    const name = objectName(2, `isolate-${nth}`, 4);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  expect([...counts.keys()].toSorted()).toEqual(["signals-2", "signals-2-1", "signals-2-2", "signals-2-3"]);
  expect(Math.min(...counts.values())).toBeGreaterThan(800);
  expect(objectName(2, "isolate-1", 1)).toBe("signals-2");
});
