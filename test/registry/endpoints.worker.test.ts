// Dynamic endpoints: registration, heartbeats, drain, removal.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { apply } from "../../src/change/apply.ts";
import { deregisterEndpoint, drainEndpoint, registerEndpoint } from "../../src/registry/endpoints.ts";
import { heartbeat } from "../../src/registry/heartbeats.ts";
import type { Store } from "../../src/store/store.ts";
import type { EndpointRequest } from "../../src/model/api/endpoints.ts";
import { failingNamespace } from "../support/worker/objects.ts";
import { accepted, auditDraft, documents, emptyRegistry, NOW, options, service } from "../support/worker/registry.ts";

const START = Date.parse("2100-01-01T00:00:00Z");
const audit = auditDraft({ action: "putEndpoint", target: "endpoint" });

let store: Store;
let now = START;
beforeEach(async () => {
  store = await emptyRegistry();
  now = START;
  vi.spyOn(Date, "now").mockImplementation(() => now);
  const clusters = `---
{apiVersion: selvage.dev/v1, kind: Cluster, metadata: {name: office}, spec: {allowPrivateAddresses: true}}
---
{apiVersion: selvage.dev/v1, kind: Cluster, metadata: {name: eu-1}, spec: {region: eu}}
`;
  accepted(await apply(store, documents(service("orders") + clusters), options()));
});
afterEach(() => {
  vi.restoreAllMocks();
});

const key = (id = "a", name = "orders") => ({ namespace: "shop", service: name, id });
const request = (more: Partial<EndpointRequest> = {}): EndpointRequest => ({
  url: "https://orders.example.com",
  weight: 1,
  priority: 0,
  ...more,
});
const register = (more: Partial<EndpointRequest> = {}, { at = key(), localMesh = true, objects = env as never } = {}) =>
  registerEndpoint(objects, store, at, request(more), { now: NOW, localMesh, audit });
const beat = (...ids: string[]) =>
  heartbeat(
    env,
    store,
    ids.map((id) => key(id)),
    { live: null, now },
  );

describe("registration", () => {
  it("takes the next generation, tells the mesh, and is audited", async () => {
    expect(await register({ version: "v2", weight: 3 })).toMatchObject({
      ok: true,
      created: true,
      endpoint: { id: "a", cluster: "local", version: "v2", weight: 3, draining: false, ttl: null, lease: null },
    });
    expect(await store.head()).toEqual({ revision: 1, generation: 1 });
    const heard = await env.MESH.getByName("mesh").poll({
      isolate: "x",
      edge: null,
      colo: null,
      revision: 0,
      generation: 0,
    });
    expect(heard).toMatchObject({ generation: 1 });
    expect((await store.audit({ limit: 1 }))[0]).toMatchObject({ action: "putEndpoint", outcome: "allowed" });
    expect(await store.endpointChanges(0)).toMatchObject({ generation: 1, changed: [{ id: "a" }], removed: [] });
    expect(await store.endpointChanges(1)).toEqual({ generation: 1, changed: [], removed: [] });
  });

  it("of the same again is no news", async () => {
    await register({ ttl: "30s" });
    const first = await store.endpoint(key());
    expect(await register({ ttl: "30s" })).toMatchObject({ ok: true, created: false });
    expect(await store.head()).toMatchObject({ generation: 1 });
    expect(await store.audit({ limit: 10 })).toHaveLength(2);
    const second = await store.endpoint(key());
    expect(second?.lease).not.toBe(first?.lease);
    expect({ ...second, lease: null }).toEqual({ ...first, lease: null });
  });

  it("of something else under the same id replaces it", async () => {
    await register();
    expect(await register({ weight: 9 })).toMatchObject({ created: false });
    expect(await store.head()).toMatchObject({ generation: 2 });
    expect(await store.endpoints()).toMatchObject([{ id: "a", weight: 9, registeredAt: NOW }]);
  });

  it("ends a drain", async () => {
    await register();
    await drainEndpoint(env, store, key(), { audit });
    await register();
    expect(await store.endpoint(key())).toMatchObject({ draining: false });
  });

  it("gives every one of many at once its place", async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, (_, n) => register({}, { at: key(`e${n}`) })));
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(await store.endpoints()).toHaveLength(8);
    expect(await store.head()).toMatchObject({ generation: 8 });
    expect(await store.verifyAudit()).toMatchObject({ ok: true });
  });

  it("stands when the presence object cannot be reached; the lease starts with the next sweep", async () => {
    const objects = { MESH: env.MESH, PRESENCE: failingNamespace(env.PRESENCE) } as never;
    expect(await register({ ttl: "30s" }, { objects })).toMatchObject({ ok: true });
    expect(await store.endpoints()).toHaveLength(1);
  });

  it("answers 404 for a service that does not exist", async () => {
    expect(await register({}, { at: key("a", "nowhere") })).toEqual({
      ok: false,
      refusal: { problem: "notFound", detail: "There is no service shop/nowhere to register with." },
    });
  });

  it.each([
    ["a cluster that does not exist", { cluster: "mars" }, true, "#/cluster", 'There is no cluster "mars".'],
    ["the local cluster elsewhere", { cluster: "local" }, false, "#/cluster", 'There is no cluster "local".'],
    ["a private address", { cluster: "eu-1", url: "http://10.0.0.1" }, true, "#/url", "allowPrivateAddresses"],
    ["a private address in the default cluster", { url: "http://127.0.0.1:80" }, false, "#/url", "this machine itself"],
    ["plain http across the public network", { cluster: "eu-1", url: "http://a.example.com" }, true, "#/url", "https"],
    ["the metadata service", { url: "http://169.254.169.254/" }, true, "#/url", "the local link"],
    ["a ttl below a second", { ttl: "999ms" }, true, "#/ttl", 'The ttl "999ms" is not a duration from 1s to 24h.'],
    ["a ttl of more than a day", { ttl: "25h" }, true, "#/ttl", "from 1s to 24h"],
  ])("refuses %s", async (_, more, localMesh, pointer, detail) => {
    const outcome = await register(more, { localMesh });
    expect(outcome).toMatchObject({ ok: false, refusal: { problem: "endpointRefused", errors: [{ pointer }] } });
    expect(outcome.ok ? "" : outcome.refusal.detail).toContain(detail);
    expect(await store.endpoints()).toEqual([]);
  });

  it.each([
    ["a cluster that allows it", { cluster: "office", url: "http://10.0.0.1" }, false],
    ["the local cluster of a local mesh", { url: "http://127.0.0.1:9000" }, true],
    ["a binding", { url: undefined, binding: "ORDERS" }, false],
  ])("takes a private address in %s", async (_, more, localMesh) => {
    expect(await register(more, { localMesh })).toMatchObject({ ok: true });
  });

  it.each(["static-0", "A", "a_b", "", "x".repeat(64)])("refuses the id %j", async (id) => {
    expect(await register({}, { at: key(id) })).toMatchObject({ refusal: { problem: "endpointRefused" } });
  });
});

describe("removal", () => {
  it("leaves a tombstone that isolates hear of, and ends the lease", async () => {
    await register({ ttl: "30s" });
    expect(await deregisterEndpoint(env, store, key(), { now: NOW, audit })).toMatchObject({ ok: true });
    expect(await store.endpoints()).toEqual([]);
    expect(await store.endpointChanges(1)).toEqual({ generation: 2, changed: [], removed: [key()] });
    expect(await env.PRESENCE.getByName("local").renew(["shop/orders/a"])).toMatchObject([{ expiresAt: null }]);
  });

  it("can be followed by a new registration of the same id", async () => {
    await register();
    await deregisterEndpoint(env, store, key(), { now: NOW, audit });
    expect(await register()).toMatchObject({ created: true });
    expect(await store.endpointChanges(2)).toMatchObject({ generation: 3, changed: [{ id: "a" }], removed: [] });
  });

  it("answers 404 when there is nothing to remove", async () => {
    expect(await deregisterEndpoint(env, store, key(), { now: NOW, audit })).toEqual({
      ok: false,
      refusal: { problem: "notFound", detail: 'The service shop/orders has no registered endpoint "a".' },
    });
  });

  it("of the service leaves its endpoints, so that bringing it back brings its traffic back", async () => {
    await register();
    const { remove } = await import("../../src/change/apply.ts");
    accepted(await remove(store, { kind: "Service", namespace: "shop", name: "orders" }, options()));
    expect(await store.endpoints()).toHaveLength(1);
  });
});

describe("drain", () => {
  it("is told once, and keeps the endpoint registered", async () => {
    await register({ ttl: "30s" });
    expect(await drainEndpoint(env, store, key(), { audit })).toMatchObject({ ok: true, endpoint: { draining: true } });
    expect(await drainEndpoint(env, store, key(), { audit })).toMatchObject({ ok: true });
    expect(await store.head()).toMatchObject({ generation: 2 });
    expect(await store.endpoint(key())).toMatchObject({ draining: true });
    expect(await beat("a")).toMatchObject({ beats: [{ expiresAt: START + 30_000 }] });
  });

  it("answers 404 when there is nothing to drain", async () => {
    expect(await drainEndpoint(env, store, key(), { audit })).toMatchObject({ refusal: { problem: "notFound" } });
  });
});

describe("heartbeats", () => {
  it("renew leases of several clusters in one batch, in the order they came, and write nothing", async () => {
    await register({ ttl: "30s" });
    await register({ ttl: "10s", cluster: "office" }, { at: key("b") });
    const before = await store.head();
    now += 5000;
    expect(await beat("b", "never", "a")).toEqual({
      ok: true,
      beats: [
        { ...key("b"), expiresAt: now + 10_000 },
        { ...key("never"), expiresAt: null },
        { ...key("a"), expiresAt: now + 30_000 },
      ],
    });
    expect(await store.head()).toEqual(before);
  });

  it("revive an endpoint whose lease was never started", async () => {
    const objects = { MESH: env.MESH, PRESENCE: failingNamespace(env.PRESENCE) } as never;
    await register({ ttl: "30s" }, { objects });
    expect(await beat("a")).toMatchObject({ beats: [{ expiresAt: START + 30_000 }] });
    now += 20_000;
    expect(await beat("a")).toMatchObject({ beats: [{ expiresAt: START + 50_000 }] });
  });

  it("do not revive an endpoint that has been removed", async () => {
    await register({ ttl: "30s" });
    await deregisterEndpoint(env, store, key(), { now: NOW, audit });
    expect(await beat("a")).toMatchObject({ ok: true, beats: [{ expiresAt: null }] });
  });

  it("mean nothing to an endpoint without a ttl", async () => {
    await register();
    expect(await beat("a")).toMatchObject({ ok: true, beats: [{ expiresAt: null }] });
  });

  it("are to be sent again when the presence object cannot be reached", async () => {
    await register({ ttl: "30s" });
    const outcome = await heartbeat({ PRESENCE: failingNamespace(env.PRESENCE) }, store, [key()], { live: null, now });
    expect(outcome).toMatchObject({ ok: false, refusal: { problem: "storageUnavailable" } });
  });
});
