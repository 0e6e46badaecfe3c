import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Rollout } from "../../durable/rollout.ts";
import type { RolloutBatch, RolloutOrder, RolloutReply, RolloutView, Share } from "../../src/model/message/rollout.ts";
import type { RolloutTerms } from "../../src/model/snapshot/rollout.ts";
import { MESH_OBJECT } from "../../src/model/word/refs.ts";
import { Store } from "../../src/store/store.ts";
import { INTERVAL, terms } from "../support/rollout/rollouts.ts";

/** Ahead of the platform's own clock, which alarms go by. */
const START = Date.UTC(2126, 0, 1);
let now = START;
let service: string;
let object: DurableObjectStub<Rollout>;

beforeEach(async () => {
  now = START;
  vi.spyOn(Date, "now").mockImplementation(() => now);
  service = `shop/orders-${crypto.randomUUID().slice(0, 8)}`;
  object = named(service);
  await follow(terms());
});
afterEach(() => vi.restoreAllMocks());

function named(name: string): DurableObjectStub<Rollout> {
  if (env.ROLLOUT === undefined) {
    throw new Error("no binding");
  }
  return env.ROLLOUT.getByName(name) as unknown as DurableObjectStub<Rollout>;
}

const follow = async (said: RolloutTerms | null, revision = 1): Promise<void> =>
  object.follow(service, said, { revision, generation: 0 });

const view = async (): Promise<RolloutView> => {
  const told = await object.view();
  if (told === null) {
    throw new Error("no Rollout");
  }
  return told;
};

const share = async (): Promise<Share | null> =>
  (await env.MESH.getByName(MESH_OBJECT).forced()).shares?.get(service) ?? null;

const evict = async (): Promise<void> => {
  await evictDurableObject(object);
  object = named(service);
};

const pass = async (ms: number): Promise<void> => {
  now += ms;
  await runDurableObjectAlarm(object);
};

let run = "";
async function batch(seq: number, canaryFailed = 0, canary = 500): Promise<RolloutBatch> {
  const { weight } = await view();
  run = (await share())?.run ?? run;
  const stable = { requests: 1000, failed: 0, buckets: [20, 1000] };
  const own = { requests: canary, failed: canaryFailed, buckets: [20, canary - canaryFailed] };
  return { seq, run, weight, stable, canary: own, streak: 0, refused: 0 };
}

const take = async (...batches: readonly RolloutBatch[]): Promise<RolloutReply> =>
  object.take({ service, isolate: "i1", batches, lost: [] });

const order = async (verb: RolloutOrder["verb"], expected: number | null = null) =>
  object.order({ verb, full: false, reason: "because", actor: "mia", expected });

/** Five intervals with calls. */
async function watch(from: number): Promise<void> {
  for (let nth = 0; nth < 5; nth++) {
    await take(await batch(from + nth));
    await pass(INTERVAL);
  }
}

const audited = async () =>
  (await new Store(env.DB).audit({ limit: 50 })).filter(({ action }) => action === "turnRollout");

describe("the controller of a Rollout", () => {
  it("begins with the first step, and tells every isolate by the mesh object", async () => {
    expect(await view()).toMatchObject({ phase: "progressing", step: 0, weight: 1 });
    expect(await share()).toMatchObject({ weight: 1, isWatched: true });
  });

  it("goes on by its alarms, each step once", async () => {
    await watch(1);
    expect(await view()).toMatchObject({ step: 1, weight: 10 });
    expect((await share())?.weight).toBe(10);
    await watch(6);
    await watch(11);
    expect(await view()).toMatchObject({ phase: "promoted", weight: 100 });
    expect(await runDurableObjectAlarm(object)).toBe(false);
    expect((await view()).turns.map(({ weight }) => weight)).toEqual([1, 10, 100]);
  });

  it("takes out what fails before the report is answered, and writes down why", async () => {
    const failing = await batch(1, 6, 10);
    expect((await take(failing)).share).toMatchObject({ weight: 0, isWatched: false });
    expect((await share())?.weight).toBe(0);
    await vi.waitFor(async () => {
      const row = (await audited()).find(({ detail }) => detail["phase"] === "rolled-back");
      expect(row).toMatchObject({ actor: "system:rollouts", target: "Rollout/shop/orders" });
    });
  });

  it("counts what arrives twice once, across an eviction as well", async () => {
    await take(await batch(1, 0, 10));
    await take(await batch(1, 0, 10), await batch(2, 0, 10));
    await evict();
    await take(await batch(2, 0, 10), await batch(3, 0, 10));
    expect((await view()).canary.requests).toBe(30);
  });

  it("knows everything after an eviction, decides nothing twice, and promotes nothing before it has heard of calls", async () => {
    for (let nth = 1; nth <= 4; nth++) {
      await take(await batch(nth));
      await pass(INTERVAL);
    }
    await take(await batch(5));
    await evict();
    await pass(INTERVAL);
    const held = await view();
    expect(held).toMatchObject({ step: 0, weight: 1 });
    expect(held.guards.find(({ name }) => name === "data")).toMatchObject({ verdict: "waits" });
    await take(await batch(6));
    await pass(INTERVAL);
    await evict();
    await pass(INTERVAL);
    expect((await view()).turns.map(({ weight }) => weight)).toEqual([1, 10]);
  });

  it("obeys an operator, and not twice the same state", async () => {
    const { seq } = await view();
    const done = await order("promote", seq);
    expect(done).toMatchObject({ isTold: true, view: { step: 1, weight: 10 } });
    expect(await order("promote", seq)).toMatchObject({ refused: "moved" });
    expect(await order("resume")).toMatchObject({ refused: "not-now" });
    expect((await share())?.weight).toBe(10);
  });

  it("keeps a canary out that was taken back, until somebody says so", async () => {
    await take(await batch(1, 6, 10));
    await evict();
    await follow(null, 2);
    expect(await share()).toBeNull();
    expect(await object.view()).toBeNull();
    await follow(terms(), 3);
    expect(await view()).toMatchObject({ phase: "rolled-back", weight: 0 });
    expect((await share())?.weight).toBe(0);
    expect(await order("retry")).toMatchObject({ view: { phase: "progressing", weight: 1 } });
  });

  it("forgets a Rollout that is gone, and obeys no document that is older", async () => {
    await follow(null, 5);
    await follow(terms(), 4);
    expect(await object.view()).toBeNull();
    expect(await order("abort")).toMatchObject({ refused: "none" });
    await follow(terms(), 6);
    expect(await view()).toMatchObject({ phase: "progressing", step: 0 });
  });

  it("tells the mesh object again what it lost", async () => {
    await env.MESH.getByName(MESH_OBJECT).tellShare(service, null);
    await follow(terms(), 1);
    expect((await share())?.weight).toBe(1);
  });

  it("drops what isolates counted of another try", async () => {
    const old = await batch(1, 6, 10);
    await order("abort");
    await order("retry");
    await take(old);
    expect(await view()).toMatchObject({ phase: "progressing", canary: { requests: 0 } });
  });
});
