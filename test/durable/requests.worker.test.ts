import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import type { Requests } from "../../durable/requests.ts";
import type { Receipt } from "../../src/model/message/receipt.ts";
import { sampleReceipt } from "../support/documents/receipts.ts";

let object: DurableObjectStub<Requests>;
const named = (name: string): DurableObjectStub<Requests> => {
  if (env.REQUESTS === undefined) {
    throw new Error("no binding");
  }
  return env.REQUESTS.getByName(name) as unknown as DurableObjectStub<Requests>;
};
beforeEach(() => {
  object = named(`requests-${crypto.randomUUID()}`);
});

const numbered = (nth: number, more: Partial<Receipt> = {}): Receipt =>
  sampleReceipt({ requestId: `r${nth}`, traceId: String(nth % 2).repeat(32), at: Date.now(), ...more });
const idsOf = async (question: Parameters<Requests["find"]>[0]): Promise<string[]> =>
  (await object.find(question)).receipts.map(({ requestId }) => requestId);

it("finds a request by its id, those of a trace, and the newest that fit", async () => {
  await object.keep([numbered(1), numbered(2, { status: 404 }), numbered(3, { service: "shop/other" })], 4);
  expect(await idsOf({ most: 9, requestId: "r2" })).toEqual(["r2"]);
  expect(await idsOf({ most: 9, traceId: "1".repeat(32) })).toEqual(["r3", "r1"]);
  expect(await idsOf({ most: 2 })).toEqual(["r3", "r2"]);
  expect(await idsOf({ most: 9, leastStatus: 500 })).toEqual(["r3", "r1"]);
  expect(await idsOf({ most: 9, service: "shop/other" })).toEqual(["r3"]);
  expect((await object.find({ most: 1 })).dropped).toBe(4);
});

it("remembers them across an eviction", async () => {
  await object.keep([numbered(1)], 0);
  const { name = "" } = object;
  await evictDurableObject(object);
  object = named(name);
  expect(await idsOf({ most: 9 })).toEqual(["r1"]);
});

it("is a ring: the oldest go, with all that led to them, and a repeated id leads to the later one", async () => {
  await object.keep([numbered(1), numbered(1, { status: 599 })], 0);
  expect((await object.find({ most: 1, requestId: "r1" })).receipts[0]?.status).toBe(599);
  for (let batch = 0; batch < 4; batch++) {
    await object.keep(
      Array.from({ length: 500 }, (_, at) => numbered(10 + batch * 500 + at)),
      0,
    );
  }
  expect(await idsOf({ most: 3000 })).toHaveLength(2000);
  expect(await idsOf({ most: 9, requestId: "r1" })).toEqual([]);
});

it("drops what is older than a day", async () => {
  await object.keep([numbered(1, { at: Date.now() - 25 * 3_600_000 }), numbered(2)], 0);
  await runDurableObjectAlarm(object);
  expect(await idsOf({ most: 9 })).toEqual(["r2"]);
});

it("has what is there for watchers only for those who watch, in no ring, and counts what fitted", async () => {
  await object.keep([numbered(1), numbered(2, { keptFor: "watched", status: 200 })], 0, { w: 7 });
  await object.keep([numbered(3, { keptFor: "watched", status: 200, service: "shop/other" })], 0, { w: 2, x: 1 });
  expect(await idsOf({ most: 9 })).toEqual(["r1"]);
  expect(await idsOf({ most: 9, requestId: "r2" })).toEqual([]);
  const { receipts, matched } = await object.find({ most: 9, watch: "w", service: "shop/orders" });
  expect([receipts.map(({ requestId }) => requestId), matched]).toEqual([["r2", "r1"], 9]);
  await evictDurableObject(object);
  expect(await idsOf({ most: 9, watch: "w" })).toEqual(["r1"]);
});

it("holds a thousand of those at most, the newest", async () => {
  await object.keep(
    Array.from({ length: 1200 }, (_, nth) => numbered(nth, { keptFor: "watched" })),
    0,
    {},
  );
  const ids = await idsOf({ most: 2000, watch: "w" });
  expect([ids.length, ids[0]]).toEqual([1000, "r1199"]);
});
