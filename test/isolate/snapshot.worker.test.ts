// The isolate's view against the real registry and the real mesh object: a change arrives, a bad one does not.
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { announce } from "../../src/change/announce.ts";
import { apply } from "../../src/change/apply.ts";
import { registerEndpoint } from "../../src/registry/endpoints.ts";
import { HeldSnapshot, type Live } from "../../src/isolate/snapshot.ts";
import { portsOf } from "../../src/isolate/ports.ts";
import { isolateState } from "../../src/isolate/state.ts";
import type { Store } from "../../src/store/store.ts";
import { failingDatabase } from "../support/worker/databases.ts";
import { failingNamespace } from "../support/worker/objects.ts";
import { accepted, auditDraft, documents, emptyRegistry, NOW, options, service } from "../support/worker/registry.ts";

let store: Store;
let mesh: HeldSnapshot;
let now: number;
beforeEach(async () => {
  store = await emptyRegistry();
  mesh = new HeldSnapshot("isolate-1", { region: null, colo: "AMS", continent: "EU" });
  now = Date.now();
});

/** One request, and what went on behind it. */
async function request(bindings: typeof env = env): Promise<Live | null> {
  const ctx = createExecutionContext();
  const live = await mesh.current({ ...portsOf(bindings), now: () => now }, ctx, now);
  await waitOnExecutionContext(ctx);
  return live;
}
const put = async (name: string): Promise<void> => {
  const { revision } = accepted(await apply(store, documents(service(name)), options()));
  await announce(env, { revision, generation: 0 });
};

describe("an isolate", () => {
  it("sees a change two seconds later at most, and gives its receipt", async () => {
    await put("orders");
    expect(Object.keys((await request())?.snapshot.services ?? {})).toEqual(["shop/orders"]);
    await put("search");
    now += 2001;
    expect(Object.keys((await request())?.snapshot.services ?? {})).toEqual(["shop/orders", "shop/search"]);
    expect(await env.MESH.getByName("mesh").propagation(2)).toMatchObject({
      complete: true,
      current: 1,
      isolates: [{ isolate: "isolate-1", colo: "AMS", revision: 2 }],
    });
  });

  it("tells the mesh object of a revision whose announcement was lost", async () => {
    accepted(await apply(store, documents(service("orders")), options()));
    await request();
    expect(await env.MESH.getByName("mesh").propagation(1)).toMatchObject({ head: 1, current: 1 });
  });

  it("starts on an empty registry", async () => {
    expect(await request()).toMatchObject({ snapshot: { revision: 0 }, stale: false });
  });

  it("sees an endpoint that registers", async () => {
    await put("orders");
    await request();
    await registerEndpoint(
      env,
      store,
      { namespace: "shop", service: "orders", id: "a" },
      { url: "http://127.0.0.1:9000", weight: 2, priority: 0 },
      { now: NOW, localMesh: true, audit: auditDraft() },
    );
    now += 2001;
    expect((await request())?.endpoints.get("shop/orders")).toEqual([
      {
        id: "a",
        key: expect.stringMatching(/^a~[0-9a-f]{12}$/),
        address: { url: "http://127.0.0.1:9000" },
        cluster: "local",
        version: null,
        weight: 2,
        priority: 0,
      },
    ]);
  });

  it("keeps the last good snapshot when the new one is damaged", async () => {
    await put("orders");
    await request();
    await put("search");
    await env.DB.prepare("UPDATE snapshots SET data = substr(data, 8) WHERE revision = 2").run();
    now += 2001;
    expect(await request()).toMatchObject({ snapshot: { revision: 1 }, stale: true });
  });

  it.each([
    ["whose last row is missing", "UPDATE snapshots SET chunks = chunks + 1 WHERE revision = 3"],
    ["of which nothing was written", "DELETE FROM snapshots WHERE revision = 3"],
  ])("keeps the parts that it has read, and reads others of the same snapshot, beside one %s", async (_, sql) => {
    await put("orders");
    await put("search");
    const before = await request();
    const orders = before?.snapshot.services["shop/orders"];
    expect(orders).toMatchObject({ name: "orders" });
    await put("cart");
    await env.DB.prepare(sql).run();
    now += 2001;
    const after = await request();
    expect(after?.snapshot).toBe(before?.snapshot);
    expect(after?.snapshot.services["shop/orders"]).toBe(orders);
    expect(after?.snapshot.services["shop/search"]).toMatchObject({ name: "search" });
    expect(after?.snapshot.services["shop/cart"]).toBeUndefined();
  });

  it("that starts anew reads the same as one that lived through every change", async () => {
    for (const name of ["orders", "search", "cart", "orders-2", "a"]) {
      await put(name);
      now += 2001;
      await request();
    }
    const old = (await request())?.snapshot;
    mesh = new HeldSnapshot("isolate-2", null);
    const started = (await request())?.snapshot;
    expect(started).not.toBe(old);
    expect(started?.services["shop/orders-2"]).toEqual(old?.services["shop/orders-2"]);
    expect(started).toEqual(old);
  });

  it("goes on without mesh object and registry, and says that it is stale", async () => {
    await put("orders");
    await request();
    now += 60_000;
    const dark = { ...env, DB: failingDatabase(env.DB, 0), MESH: failingNamespace(env.MESH) };
    expect(await request(dark)).toMatchObject({ snapshot: { revision: 1 }, stale: true });
    now += 1001;
    expect(await request()).toMatchObject({ snapshot: { revision: 1 } });
    expect(await request()).toMatchObject({ stale: false });
  });

  it("has nothing to decide with when the registry could never be reached", async () => {
    expect(await request({ ...env, DB: failingDatabase(env.DB, 0) })).toBeNull();
  });
});

it("keeps one view for all requests of the isolate", async () => {
  await put("orders");
  const { snapshot } = isolateState();
  expect(snapshot.last).toBeNull();
  const ctx = createExecutionContext();
  const live = await isolateState().snapshot.current(portsOf(env), ctx, Date.now());
  await waitOnExecutionContext(ctx);
  expect(live?.snapshot.revision).toBe(1);
  expect(snapshot.last).toBe(live);
});
