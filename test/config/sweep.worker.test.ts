// The minutely sweep: what it mends, and what it clears away.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from "vitest";
import { apply } from "../../src/config/apply.ts";
import { deregisterEndpoint, registerEndpoint } from "../../src/config/endpoints.ts";
import type { Store } from "../../src/config/store.ts";
import { sweep } from "../../src/config/sweep.ts";
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

  it("goes on with the other steps when one fails, and says which", async () => {
    await env.DB.prepare(
      "INSERT INTO snapshots (revision, chunk, chunks, schema, data) VALUES (-50, 0, 1, 1, 'x')",
    ).run();
    expect(await sweep({ ...env, MESH: failingNamespace(env.MESH) }, now)).toEqual(["announce"]);
    expect(await rows("snapshots")).toBe(1);
    expect(await sweep({ ...env, DB: failingDatabase(env.DB, 0) }, now)).toEqual([
      "announce",
      "leases",
      "tombstones",
      "snapshots",
    ]);
    expect(logged.mock.calls.map(([line]) => JSON.parse(String(line)).at)).toEqual([
      "sweep/announce",
      "sweep/announce",
      "sweep/leases",
      "sweep/tombstones",
      "sweep/snapshots",
    ]);
  });

  it("is what the Worker does on its schedule", async () => {
    await worker.scheduled?.({ scheduledTime: now, cron: "* * * * *", noRetry() {} }, env);
    const heard = await env.MESH.getByName("mesh").announce({ revision: 0, generation: 0 });
    expect(heard).toMatchObject({ revision: 1 });
  });
});
