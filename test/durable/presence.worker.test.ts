// Leases as the object keeps them: across heartbeats, evictions, and a registry that cannot be reached.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Presence } from "../../durable/presence.ts";
import { registerEndpoint } from "../../src/registry/endpoints.ts";
import { apply } from "../../src/change/apply.ts";
import type { Store } from "../../src/store/store.ts";
import { accepted, auditDraft, documents, emptyRegistry, NOW, options, service } from "../support/worker/registry.ts";

// In the future of the machine, so that no alarm fires by itself.
const START = Date.parse("2100-01-01T00:00:00Z");
const TTL_MS = 30_000;

let store: Store;
let presence: DurableObjectStub<Presence>;
let now = START;
beforeEach(async () => {
  store = await emptyRegistry();
  now = START;
  vi.spyOn(Date, "now").mockImplementation(() => now);
  presence = env.PRESENCE.getByName("local");
  accepted(await apply(store, documents(service("orders")), options()));
});
afterEach(() => {
  vi.restoreAllMocks();
});

const key = (id: string) => ({ namespace: "shop", service: "orders", id });
const register = async (id: string): Promise<void> => {
  const registered = await registerEndpoint(
    env,
    store,
    key(id),
    { url: "http://127.0.0.1:9000", weight: 1, priority: 0, ttl: "30s" },
    { now: NOW, localMesh: true, audit: auditDraft({ action: "register" }) },
  );
  expect(registered).toMatchObject({ ok: true });
};
const ids = async (): Promise<string[]> => (await store.endpoints()).map(({ id }) => id);
const evict = async (): Promise<void> => {
  await evictDurableObject(presence);
  presence = env.PRESENCE.getByName("local");
};
const alarmAt = (): Promise<number | null> => runInDurableObject(presence, (_, state) => state.storage.getAlarm());
const renew = async (id: string): Promise<number | null> =>
  (await presence.renew([`shop/orders/${id}`]))[0]?.expiresAt ?? null;

describe("a lease", () => {
  it("starts with the registration and moves with each heartbeat", async () => {
    await register("a");
    expect(await alarmAt()).toBe(START + TTL_MS);
    now += 20_000;
    expect(await renew("a")).toBe(START + 50_000);
  });

  it("that ran out takes its endpoint with it, and the mesh is told", async () => {
    await register("a");
    now += 10_000;
    await register("b");
    const { generation } = await store.head();
    now = START + TTL_MS;
    await runDurableObjectAlarm(presence);
    expect(await ids()).toEqual(["b"]);
    expect(await renew("a")).toBeNull();
    expect(await alarmAt(), "the next one's end").toBe(START + 10_000 + TTL_MS);
    expect(
      (await env.MESH.getByName("mesh").poll({ isolate: "x", edge: null, colo: null, revision: 0, generation: 0 }))
        .generation,
    ).toBe(generation + 1);
    expect((await store.endpointChanges(generation)).removed).toEqual([key("a")]);
    expect((await store.audit({ limit: 1 }))[0]).toMatchObject({
      actor: "system:presence",
      action: "expire",
      detail: { count: 1, endpoints: ["shop/orders/a"] },
    });
  });

  it("that was renewed outlives an alarm which was set before", async () => {
    await register("a");
    now += 20_000;
    await renew("a");
    now = START + TTL_MS;
    await runDurableObjectAlarm(presence);
    expect(await ids()).toEqual(["a"]);
    expect(await alarmAt()).toBe(START + 50_000);
  });

  it("is renewed no more once it ran out, though its alarm is late", async () => {
    await register("a");
    now += TTL_MS;
    expect(await renew("a")).toBeNull();
  });

  it("is unknown to those who were never registered", async () => {
    expect(await presence.renew(["shop/orders/never"])).toEqual([{ key: "shop/orders/never", expiresAt: null }]);
  });

  it("ends without more ado when its endpoint is deleted", async () => {
    await register("a");
    await presence.drop("shop/orders/a");
    expect(await renew("a")).toBeNull();
    await evict();
    expect(await renew("a")).toBeNull();
  });
});

describe("an eviction", () => {
  it("loses no lease, and forgives the heartbeats that it forgot", async () => {
    await register("a");
    now += 25_000;
    await renew("a");
    now += 25_000;
    await evict();
    await runDurableObjectAlarm(presence);
    expect(await ids(), "its last stored end has passed, its last heartbeat has not").toEqual(["a"]);
    expect(await renew("a")).toBe(now + TTL_MS);
  });

  it("loses no lease that is renewed between evictions, however many there are", async () => {
    await register("a");
    for (let n = 0; n < 3; n++) {
      await evict();
      now += 20_000;
      expect(await renew("a")).toBe(now + TTL_MS);
      now += 20_000;
      await evict();
      await runDurableObjectAlarm(presence);
      expect(await ids()).toEqual(["a"]);
      expect(await renew("a")).toBe(now + TTL_MS);
    }
  });

  it("does not keep a dead endpoint alive for more than one ttl, however often it happens", async () => {
    await register("dead");
    for (let n = 0; n < 3; n++) {
      now += 20_000;
      await evict();
      await runDurableObjectAlarm(presence);
    }
    expect(await ids()).toEqual([]);
  });
});

describe("a registry that cannot be reached", () => {
  it("keeps the endpoints, and is asked again after five seconds", async () => {
    await register("a");
    await env.DB.prepare("ALTER TABLE endpoints RENAME TO hidden").run();
    now += TTL_MS;
    await runDurableObjectAlarm(presence);
    expect(await alarmAt()).toBe(now + 5000);
    await env.DB.prepare("ALTER TABLE hidden RENAME TO endpoints").run();
    now += 5000;
    await runDurableObjectAlarm(presence);
    expect(await ids()).toEqual([]);
    expect(await alarmAt()).toBeNull();
  });
});

describe("an endpoint that registered again", () => {
  it("is not removed for its old lease", async () => {
    await register("a");
    const old = (await store.endpoint(key("a")))?.lease ?? "";
    now += TTL_MS;
    await register("a");
    await runInDurableObject(presence, async (_, state) => {
      // The removal of the old lease was on its way when the registration came in.
      await expect(state.exports.Registry.expire([{ key: "shop/orders/a", lease: old }])).resolves.toBe(true);
    });
    expect(await ids()).toEqual(["a"]);
    await runDurableObjectAlarm(presence);
    expect(await renew("a")).toBe(now + TTL_MS);
  });
});

describe("a registration that comes in while the registry is asked to remove the old one", () => {
  it("keeps its lease", async () => {
    await register("a");
    now += TTL_MS;
    const kept = await runInDurableObject(presence, async (object) => {
      const alarm = object.alarm();
      await object.grant([{ key: "shop/orders/a", ttlMs: TTL_MS, lease: "new" }]);
      await alarm;
      return object.renew(["shop/orders/a"]);
    });
    expect(kept).toEqual([{ key: "shop/orders/a", expiresAt: now + TTL_MS }]);
  });
});

describe("reconciliation with the registry's list", () => {
  it("starts leases that were lost, and ends those that nobody knows", async () => {
    await register("a");
    await register("b");
    const grants = (await store.endpoints()).map(({ id, lease }) => ({
      key: `shop/orders/${id}`,
      ttlMs: TTL_MS,
      lease: lease ?? "",
    }));
    await presence.drop("shop/orders/a");
    now += 20_000;
    await renew("b");
    now += 50_000;
    expect(await presence.reconcile(grants.slice(0, 1))).toEqual({ started: 1, ended: 1 });
    expect(await renew("a")).toBe(now + TTL_MS);
    expect(await renew("b")).toBeNull();
  });

  it("leaves a lease alone that is younger than the list may be", async () => {
    await register("a");
    expect(await presence.reconcile([{ key: "shop/orders/a", ttlMs: TTL_MS, lease: "older" }])).toEqual({
      started: 0,
      ended: 0,
    });
    expect(await presence.reconcile([])).toEqual({ started: 0, ended: 0 });
    expect(await renew("a")).toBe(START + TTL_MS);
  });
});
