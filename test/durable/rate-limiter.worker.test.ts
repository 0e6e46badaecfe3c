// The limiter's object: what it remembers across an eviction, and what it keeps apart.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RateLimiter } from "../../durable/rate-limiter.ts";
import { totalOf } from "../../src/decide/limit/demand-history.ts";
import type { Grant, StrictAnswer, LimitReply } from "../../src/model/message/limit.ts";
import type { LimitTerms } from "../../src/model/snapshot/limit-terms.ts";

const START = Date.parse("2100-01-01T00:00:00Z");
const perHour: LimitTerms = { algorithm: "gcra", requests: 20, windowMs: 3_600_000, burst: 20 };
const perSecond: LimitTerms = { algorithm: "gcra", requests: 100, windowMs: 1000, burst: 50 };
const fixedDay: LimitTerms = { algorithm: "fixed-window", requests: 5, windowMs: 86_400_000, burst: 5 };

let now = START;
let name = "";
let limiter: DurableObjectStub<RateLimiter>;
let nth = 0;
beforeEach(() => {
  now = START;
  name = `shop/policy-${++nth}`;
  vi.spyOn(Date, "now").mockImplementation(() => now);
  limiter = env.LIMITER.getByName(name);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const evict = async (): Promise<void> => {
  await evictDurableObject(limiter);
  limiter = env.LIMITER.getByName(name);
};
const take = async (terms: LimitTerms, limit = "one", key = ""): Promise<StrictAnswer> =>
  limiter.take({ isolate: "a", buckets: [{ limit, key, terms }] });
async function admitted(terms: LimitTerms, tries: number): Promise<number> {
  let count = 0;
  for (let at = 0; at < tries; at++) {
    if ((await take(terms)).allowed) {
      count += 1;
    }
  }
  return count;
}
const sync = (terms: LimitTerms, seq: number, waiting: number, more = {}): Promise<LimitReply | null> => {
  const want = { limit: "one", key: "", perSecond: 0, have: 0, waiting, giveBack: 0, grant: seq - 1, ...more };
  return Promise.resolve(limiter.sync({ isolate: "a", seq, terms: { one: terms }, wants: [want] }));
};
const grantOf = (reply: LimitReply | null): Grant => {
  const grant = reply?.grants[0];
  if (grant === undefined) {
    throw new Error("no grant");
  }
  return grant;
};

describe("a strict limit", () => {
  it("admits exactly as many as it says, an eviction in the middle or not", async () => {
    expect(await admitted(perHour, 12)).toBe(12);
    await evict();
    expect(await admitted(perHour, 30)).toBe(8);
    await evict();
    expect(await admitted(perHour, 5)).toBe(0);
  });

  it("shows what is used after an eviction, before anybody asks again", async () => {
    expect(await admitted(perHour, 12)).toBe(12);
    await evict();
    expect(await limiter.usage(10)).toMatchObject([{ limit: "one", key: "", capacity: 20, used: 12, leased: 0 }]);
    expect(await admitted(perHour, 1)).toBe(1);
    expect(await limiter.usage(10)).toMatchObject([{ limit: "one", used: 13 }]);
  });

  it("opens its fixed window once, whatever happens to the object", async () => {
    expect(await admitted(fixedDay, 9)).toBe(5);
    now += 3_600_000;
    await evict();
    const refused = await take(fixedDay);
    expect(refused).toMatchObject({ allowed: false, violated: 0, retryAfterMs: 23 * 3_600_000 });
    now += 23 * 3_600_000;
    expect(await admitted(fixedDay, 9)).toBe(5);
  });

  it("writes down no more buckets than it keeps, however many keys are made up", async () => {
    for (let call = 0; call < 11; call += 1) {
      const buckets = Array.from({ length: 1000 }, (_, nth) => ({
        limit: "one",
        key: `${call}-${nth}`,
        terms: perHour,
      }));
      expect(await limiter.take({ isolate: "a", buckets })).toMatchObject({ allowed: true });
    }
    const rows = await runInDurableObject(
      limiter,
      (_, { storage }) => [...storage.kv.list({ prefix: "ledger:" })].length,
    );
    expect(rows).toBeGreaterThan(5000);
    expect(rows).toBeLessThanOrEqual(10_000);
  });

  it("debits all limits of a request or none", async () => {
    const tight = { limit: "tight", key: "", terms: { ...perHour, requests: 1, burst: 1 } };
    const wide = { limit: "wide", key: "", terms: perHour };
    const both = (): Promise<StrictAnswer> => Promise.resolve(limiter.take({ isolate: "a", buckets: [wide, tight] }));
    expect(await both()).toMatchObject({ allowed: true, standings: [{ remaining: 19 }, { remaining: 0 }] });
    expect(await both()).toMatchObject({
      allowed: false,
      violated: 1,
      standings: [{ remaining: 19 }, { remaining: 0 }],
    });
  });

  it("takes a debit back, and remembers that as well", async () => {
    expect(await admitted(perHour, 20)).toBe(20);
    await limiter.giveBack({ isolate: "a", buckets: [{ limit: "one", key: "", terms: perHour }] });
    await evict();
    expect(await admitted(perHour, 5)).toBe(1);
  });

  it("keeps keys apart", async () => {
    const one = { ...perHour, requests: 1, burst: 1 };
    expect((await take(one, "one", '["a"]')).allowed).toBe(true);
    expect((await take(one, "one", '["b"]')).allowed).toBe(true);
    expect((await take(one, "one", '["a"]')).allowed).toBe(false);
  });
});

describe("a leased limit", () => {
  it("of a long window is not forgotten by an eviction", async () => {
    const day = { ...perHour, windowMs: 86_400_000, requests: 10, burst: 10 };
    let granted = 0;
    for (let seq = 1; seq <= 8; seq++) {
      granted += grantOf(await sync(day, seq, 1)).tokens;
    }
    expect(granted).toBe(8);
    await evict();
    for (let seq = 9; seq <= 20; seq++) {
      granted += grantOf(await sync(day, seq, 1)).tokens;
    }
    expect(granted).toBe(10);
  });

  it("of a short window starts empty after an eviction, and refills", async () => {
    expect(grantOf(await sync(perSecond, 1, 10)).tokens).toBe(10);
    await evict();
    expect(grantOf(await sync(perSecond, 2, 10))).toMatchObject({ tokens: 0, remaining: 0 });
    now += 300;
    expect(grantOf(await sync(perSecond, 3, 10)).tokens).toBe(10);
  });

  it("takes a repeated report in once, and answers one that was overtaken with its latest answer", async () => {
    const first = await sync(perSecond, 5, 10);
    expect(await sync(perSecond, 5, 10)).toEqual(first);
    expect(await sync(perSecond, 4, 10)).toEqual(first);
    expect((await limiter.usage(10))[0]).toMatchObject({ limit: "one", used: 10, leased: 10 });
  });

  it("counts what an isolate admitted by itself, once, though the answer was lost", async () => {
    const told = { estimated: 10, grant: 0 };
    await sync(perSecond, 1, 0, told);
    await sync(perSecond, 2, 0, told);
    expect((await limiter.usage(10))[0]).toMatchObject({ used: 10 });
  });
});

describe("what is written down", () => {
  const rows = (): Promise<string[]> =>
    runInDurableObject(limiter, (_, { storage }) => [...storage.kv.list({ prefix: "ledger:" })].map(([row]) => row));

  it("is dropped by the alarm when it means nothing any more", async () => {
    await take(perHour);
    expect(await rows()).toEqual(['ledger:["one",""]']);
    now += 180_000;
    await runDurableObjectAlarm(limiter);
    expect(await rows()).toEqual([]);
  });

  it("stays while the bucket is not full", async () => {
    await take(perHour);
    now += 179_000;
    await runDurableObjectAlarm(limiter);
    expect(await rows()).toHaveLength(1);
    now += 1000;
    await runDurableObjectAlarm(limiter);
    expect(await rows()).toEqual([]);
  });
});

describe("what was asked", () => {
  const tell = (seq: number, batch: number, asked: number, agoMs = 0): unknown =>
    limiter.sync({
      isolate: "a",
      seq,
      terms: {},
      wants: [],
      seen: { batch, rows: [{ limit: "one", key: "", agoMs, asked, refused: 1 }] },
    });
  const total = async (): Promise<number> =>
    (await limiter.demand("one")).reduce(
      (sum, { rows: all }) => sum + all.reduce((of, row) => of + totalOf(row), 0),
      0,
    );

  it("is counted once, though the answer was lost and the batch was told again", async () => {
    await tell(1, 1, 5);
    await tell(2, 1, 5);
    expect(await total()).toBe(5);
    await tell(3, 3, 2, 90_000);
    expect(await total()).toBe(7);
    expect(await limiter.demand("two")).toMatchObject([{ rows: [] }, { rows: [] }]);
  });

  it("is written down, survives an eviction, and is forgotten after an hour", async () => {
    await tell(1, 1, 5);
    // The row is written some seconds behind; this is that moment.
    await vi.waitFor(async () => expect(await stored()).toHaveLength(1), { timeout: 15_000, interval: 200 });
    await evict();
    expect(await total()).toBe(5);
    now += 3_660_000;
    expect(await total()).toBe(0);
    now += 3_660_000;
    await runDurableObjectAlarm(limiter);
    expect(await stored()).toEqual([]);
  }, 30_000);

  const stored = (): Promise<string[]> =>
    runInDurableObject(limiter, (_, { storage }) => [...storage.kv.list({ prefix: "demand:" })].map(([row]) => row));
});

it("counts the calls of isolates", async () => {
  await take(perHour);
  await sync(perSecond, 1, 1);
  await sync(perSecond, 2, 1);
  expect(await limiter.calls()).toEqual({ since: START, sync: 2, take: 1, giveBack: 0 });
});

it("shows use, nearest to exhaustion first", async () => {
  await take(perHour, "one", '["busy"]');
  await take(perHour, "one", '["busy"]');
  await take(perHour, "one", '["quiet"]');
  expect(await limiter.usage(1)).toEqual([
    { limit: "one", key: '["busy"]', capacity: 20, used: 2, leased: 0, refused: 0, resetMs: 360_000 },
  ]);
});
