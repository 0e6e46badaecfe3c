// The minutely sweep: what it mends, and what it clears away.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from "vitest";
import { apply, remove } from "../../src/change/apply.ts";
import { deregisterEndpoint, registerEndpoint } from "../../src/registry/endpoints.ts";
import type { Store } from "../../src/store/store.ts";
import { sweep } from "../../src/registry/sweep.ts";
import worker from "../../src/index.ts";
import { failingDatabase } from "../support/worker/databases.ts";
import { failingNamespace } from "../support/worker/objects.ts";
import { accepted, auditDraft, documents, emptyRegistry, options, service } from "../support/worker/registry.ts";

const START = Date.parse("2100-01-01T00:00:00Z");
const DAY_MS = 24 * 3_600_000;
const audit = auditDraft();
const key = { namespace: "shop", service: "orders", id: "a" };

let store: Store;
let now = START;
let logged: MockInstance<typeof console.error>;
beforeEach(async () => {
  store = await emptyRegistry();
  now = START;
  vi.spyOn(Date, "now").mockImplementation(() => now);
  logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
  accepted(await apply(store, documents(service("orders")), options()));
});
afterEach(() => {
  vi.restoreAllMocks();
});

const iso = (ms: number): string => new Date(ms).toISOString();
const register = (objects = env as never) =>
  registerEndpoint(
    objects,
    store,
    key,
    { url: "http://127.0.0.1:1", weight: 1, priority: 0, ttl: "30s" },
    { now: iso(now), localMesh: true, audit },
  );
const rows = async (table: string): Promise<number> =>
  (await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n")) ?? -1;

describe("the sweep", () => {
  it("announces what the mesh object has not heard of", async () => {
    expect(await sweep(env, now)).toEqual([]);
    const heard = await env.MESH.getByName("mesh").poll({
      isolate: "x",
      edge: null,
      colo: null,
      revision: 0,
      generation: 0,
    });
    expect(heard).toMatchObject({ revision: 1 });
  });

  it("starts the lease of an endpoint that has none", async () => {
    await register({ MESH: env.MESH, PRESENCE: failingNamespace(env.PRESENCE) } as never);
    await sweep(env, now);
    now += 10_000;
    expect(await env.PRESENCE.getByName("local").renew(["shop/orders/a"])).toEqual([
      { key: "shop/orders/a", expiresAt: now + 30_000 },
    ]);
  });

  it("drops tombstones after a day, not before", async () => {
    await register();
    await deregisterEndpoint(env, store, key, { now: iso(now), audit });
    await sweep(env, now + DAY_MS);
    expect(await rows("endpoints")).toBe(1);
    await sweep(env, now + DAY_MS + 1);
    expect(await rows("endpoints")).toBe(0);
    expect(await store.head(), "the generation does not go back with the row that had it").toMatchObject({
      generation: 2,
    });
  });

  it("drops snapshots beyond the fifty kept", async () => {
    await env.DB.prepare(
      "INSERT INTO snapshots (revision, chunk, chunks, schema, data) VALUES (-50, 0, 1, 1, 'x')",
    ).run();
    await sweep(env, now);
    expect(await rows("snapshots")).toBe(1);
  });

  it("drops history beyond a thousand revisions and a month, and what is left can still be read", async () => {
    const change = async (yaml: string): Promise<void> =>
      void accepted(await apply(store, documents(yaml), options({ now: iso(now) })));
    accepted(await remove(store, { kind: "Service", namespace: "shop", name: "orders" }, options({ now: iso(now) })));
    await change(service("cart"));
    await change(service("cart", "exposure: mesh") + service("users"));
    // As if 1000 revisions had passed between the third and the fourth.
    await env.DB.prepare("UPDATE revisions SET n = 1004 WHERE n = 4").run();
    await env.DB.prepare("UPDATE document_versions SET revision = 1004 WHERE revision = 4").run();
    const first = await store.documentsAt(3);
    await sweep(env, now + 30 * DAY_MS);
    expect(await rows("revisions"), "all but the one of long ago: the others are a month old").toBe(3);
    for (let minute = 1; minute <= 3; minute += 1) {
      await sweep(env, now + 60 * DAY_MS);
    }
    expect((await store.revisions({ limit: 10 })).map(({ revision }) => revision)).toEqual([1004]);
    expect(await store.documentsAt(1003)).toEqual(first);
    expect((await store.revision(1004))?.changes).toMatchObject([
      { ref: "Service/shop/cart", action: "update", before: { spec: { exposure: "public" } } },
      { ref: "Service/shop/users", action: "create", before: null },
    ]);
    expect(await rows("document_versions"), "orders is gone with its removal").toBe(3);
  });

  it("goes on with the other steps when one fails, and says which", async () => {
    await env.DB.prepare(
      "INSERT INTO snapshots (revision, chunk, chunks, schema, data) VALUES (-50, 0, 1, 1, 'x')",
    ).run();
    expect(await sweep({ ...env, MESH: failingNamespace(env.MESH) }, now)).toEqual(["announce", "rollouts"]);
    expect(await rows("snapshots")).toBe(1);
    expect(await sweep({ ...env, DB: failingDatabase(env.DB, 0) }, now)).toEqual([
      "announce",
      "leases",
      "tombstones",
      "snapshots",
      "history",
      "overrides",
      "rollouts",
      "sessions",
    ]);
    expect(logged.mock.calls.map(([line]) => JSON.parse(String(line)).at)).toEqual([
      "sweep/announce",
      "sweep/rollouts",
      "sweep/announce",
      "sweep/leases",
      "sweep/tombstones",
      "sweep/snapshots",
      "sweep/history",
      "sweep/overrides",
      "sweep/rollouts",
      "sweep/sessions",
    ]);
  });

  it("is what the Worker does on its schedule", async () => {
    await worker.scheduled?.({ scheduledTime: now, cron: "* * * * *", noRetry() {} }, env);
    const heard = await env.MESH.getByName("mesh").announce({ revision: 0, generation: 0 });
    expect(heard).toMatchObject({ revision: 1 });
  });
});
