import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Telemetry } from "../../durable/telemetry.ts";
import { otherLabels } from "../../src/decide/signals/other.ts";
import type { SignalBatch, SignalReply, SignalRow } from "../../src/model/message/signals.ts";

/** Ahead of the platform's own clock, which alarms go by. */
const START = Date.UTC(2126, 0, 1);
const ALL = { from: START - 3_600_000, to: START + 3_600_000, service: null, namespaces: null, stepMs: null };
let now = START;
let object: DurableObjectStub<Telemetry>;

beforeEach(() => {
  now = START;
  vi.spyOn(Date, "now").mockImplementation(() => now);
  object = named(`signals-${crypto.randomUUID()}`);
});
afterEach(() => vi.restoreAllMocks());

function named(name: string): DurableObjectStub<Telemetry> {
  if (env.TELEMETRY === undefined) {
    throw new Error("no binding");
  }
  return env.TELEMETRY.getByName(name) as unknown as DurableObjectStub<Telemetry>;
}

const row = (count: number, service = "shop/cart"): SignalRow => ({
  ...otherLabels(service),
  caller: "anonymous",
  decision: "forwarded",
  policy: "",
  status: 200,
  count,
  sumMs: 5 * count,
  tries: count,
  buckets: [5, count],
});
const batch = (seq: number, count: number, from = now): SignalBatch => ({ seq, from, to: from, rows: [row(count)] });
const take = async (...batches: readonly SignalBatch[]): Promise<SignalReply> =>
  object.take({ isolate: "i1", batches, lost: [] });
const counted = async (): Promise<number> =>
  (await object.read(ALL)).rows.reduce((sum: number, { count }: SignalRow) => sum + count, 0);
const evict = async (): Promise<void> => {
  const { name = "" } = object;
  await evictDurableObject(object);
  object = named(name);
};

it("answers a report when it is written down, and remembers it across an eviction", async () => {
  expect(await take(batch(1, 3))).toEqual({ nextMs: 2000, spread: 1 });
  await evict();
  expect(await counted()).toBe(3);
  expect(await object.totals()).toMatchObject({ rows: [{ count: 3, sumMs: 15, buckets: [5, 3] }], since: START });
});

it("counts a report once that is sent again to its next life, and what else is in it", async () => {
  await take(batch(1, 3), batch(2, 4));
  await evict();
  await take(batch(2, 4), batch(3, 5));
  expect(await counted()).toBe(12);
  await evict();
  expect(await counted()).toBe(12);
  expect(await object.totals()).toMatchObject({ lost: 0, rows: [{ count: 12 }] });
});

it("writes sums every ten seconds, and counts on from them", async () => {
  await take(batch(1, 3));
  expect(await runDurableObjectAlarm(object)).toBe(true);
  expect(await runDurableObjectAlarm(object)).toBe(false);
  await evict();
  await take(batch(1, 3), batch(2, 2));
  expect(await counted()).toBe(5);
  await evict();
  expect(await object.read({ ...ALL, stepMs: 60_000 })).toMatchObject({
    rows: [{ service: "shop/cart", count: 5 }],
    points: [{ service: "shop/cart", count: 5, from: START, errors: 0 }],
    resolutionMs: 10_000,
    heardAt: START,
    reporters: 1,
  });
});

it("answers nothing of a time in which nothing was counted", async () => {
  await take(batch(1, 3));
  const answer = await object.read({ ...ALL, from: START + 10_000, to: START + 20_000 });
  expect(answer).toMatchObject({ rows: [], points: [], heardAt: START });
});
