// A registry that was restored to an earlier time, under isolates that run: what is said of it, and how it is adopted.
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { announce } from "../../src/change/announce.ts";
import { apply } from "../../src/change/apply.ts";
import { registryHead } from "../../src/control/view/registry-head.ts";
import { portsOf } from "../../src/isolate/ports.ts";
import { newIsolateState, type IsolateState } from "../../src/isolate/state.ts";
import type { Live } from "../../src/isolate/snapshot.ts";
import { registerEndpoint } from "../../src/registry/endpoints.ts";
import type { Store } from "../../src/store/store.ts";
import { api } from "../support/worker/admin.ts";
import { accepted, auditDraft, documents, emptyRegistry, NOW, options, service } from "../support/worker/registry.ts";

let store: Store;
let now: number;
let warm: IsolateState;
beforeEach(async () => {
  store = await emptyRegistry();
  now = Date.now();
  warm = newIsolateState("warm");
});

async function request(isolate: IsolateState): Promise<Live | null> {
  const ctx = createExecutionContext();
  now += 2001;
  const live = await isolate.snapshot.current({ ...portsOf(env), now: () => now }, ctx, now);
  await waitOnExecutionContext(ctx);
  return live;
}
const put = async (name: string): Promise<void> => {
  accepted(await apply(store, documents(service(name)), options()));
  await announce(env, await store.head());
};
const namesIn = (live: Live | null): string[] => Object.keys(live?.snapshot.services ?? {});

/** Back to revision 1, as D1 Time Travel would have it. */
async function restore(): Promise<void> {
  const statements = [
    "DELETE FROM revisions WHERE n > 1",
    "DELETE FROM snapshots WHERE revision > 1",
    "DELETE FROM documents WHERE revision > 1",
    "DELETE FROM document_versions WHERE revision > 1",
    "DELETE FROM endpoints",
    "UPDATE counters SET value = 0 WHERE name = 'generation'",
    "DELETE FROM counters WHERE name = 'epoch'",
  ];
  await env.DB.batch(statements.map((statement) => env.DB.prepare(statement)));
}

/** Three revisions and an endpoint, loaded by a warm isolate; then the first revision again, and one change on top. */
async function setBack(): Promise<void> {
  for (const name of ["orders", "search", "cart"]) {
    await put(name);
  }
  const key = { namespace: "shop", service: "orders", id: "gone" };
  const endpoint = { url: "http://127.0.0.1:9000", weight: 1, priority: 0 };
  await registerEndpoint(env, store, key, endpoint, { now: NOW, localMesh: true, audit: auditDraft() });
  const live = await request(warm);
  expect(namesIn(live)).toHaveLength(3);
  expect(live?.endpoints.get("shop/orders")).toHaveLength(1);
  await restore();
  await put("wishes");
}

describe("a registry that was set back", () => {
  it("is not followed by itself, and neither propagation nor isolates say that all is well", async () => {
    await setBack();
    expect(await request(warm)).toMatchObject({ snapshot: { revision: 3 }, stale: true, setBack: true });
    const { body } = await api("GET", "/revisions/2/propagation");
    expect(body).toMatchObject({ revision: 2, complete: false, setBack: true, current: 0 });
  });

  it("is seen as such also when its revisions have reached the number that isolates run", async () => {
    await setBack();
    await put("more");
    expect((await api("GET", "/revisions/3/propagation")).body).toMatchObject({ complete: false, setBack: true });
    await put("others");
    expect((await api("GET", "/revisions/4/propagation")).body).toMatchObject({ setBack: true });
  });

  it("is followed within two seconds once an admin adopts it, with other endpoints", async () => {
    await setBack();
    await request(warm);
    const { status, body } = await api("POST", "/registry/adopt");
    expect([status, body]).toEqual([200, { epoch: 1, revision: 2, known: 3, wasSetBack: true }]);
    const live = await request(warm);
    expect(namesIn(live)).toEqual(["shop/orders", "shop/wishes"]);
    expect(live?.endpoints.get("shop/orders")).toEqual([]);
    expect(live).toMatchObject({ snapshot: { revision: 2 }, stale: false, setBack: false, epoch: 1 });
    const told = await api("GET", "/revisions/2/propagation");
    expect(told.body).toMatchObject({ complete: true, setBack: false, current: 1, behind: 0 });
    await put("later");
    expect(namesIn(await request(warm))).toContain("shop/later");
  });

  it("is adopted for isolates that slept meanwhile, and for those that cannot ask the mesh object", async () => {
    await setBack();
    await api("POST", "/registry/adopt");
    now += 3_600_000;
    expect(await request(warm)).toMatchObject({ snapshot: { revision: 2 } });
    expect(await request(newIsolateState("cold"))).toMatchObject({ snapshot: { revision: 2 }, epoch: 1 });
  });

  it("may be adopted again after another restore, which takes the epoch back as well", async () => {
    await setBack();
    await api("POST", "/registry/adopt");
    await put("again");
    expect((await request(warm))?.snapshot.revision).toBe(3);
    await restore();
    await announce(env, await store.head());
    expect(await request(warm)).toMatchObject({ snapshot: { revision: 3 }, setBack: true });
    expect((await api("POST", "/registry/adopt")).body).toMatchObject({ epoch: 2, revision: 1, wasSetBack: true });
    expect((await request(warm))?.snapshot.revision).toBe(1);
  });
});

describe("the call", () => {
  it("is kept in the audit, and is for admins only", async () => {
    await put("orders");
    const made = await api("POST", "/tokens", { body: { name: "op", role: "operator" } });
    const refused = await api("POST", "/registry/adopt", { token: String(made.body.token) });
    expect(refused.status).toBe(403);
    expect((await api("POST", "/registry/adopt")).body).toMatchObject({ epoch: 1, wasSetBack: false });
    const { body } = await api("GET", "/audit?limit=1");
    expect(body.items).toMatchObject([{ action: "adoptRegistry", target: "mesh", outcome: "allowed" }]);
  });
});

it("an announcement that is merely late is no set-back", async () => {
  await put("orders");
  const late = await store.head();
  await put("search");
  await announce(env, late);
  expect((await api("GET", "/revisions/2/propagation")).body).toMatchObject({ setBack: false });
});

it("a change that is served sooner than the registry is read anew does not pass for a registry that was set back", async () => {
  await put("orders");
  const standing = async (at: number, revision: number) => {
    const { head, isBehind } = await registryHead(env.DB, at, { epoch: 0, revision });
    return [head?.revision, isBehind];
  };
  const later = now + 600_000;
  expect(await standing(later, 1)).toEqual([1, false]);
  const soon = Date.now();
  await put("cart");
  expect(await standing(soon, 2)).toEqual([1, false]);
  expect(await standing(later, 2)).toEqual([2, false]);
  await restore();
  expect(await standing(later, 2)).toEqual([1, true]);
});
