// Written and registered endpoints of each service, laid together.
import { describe, expect, it } from "vitest";
import { registeredKey } from "../../../src/decide/balance/endpoint-identity.ts";
import { mergeAll, mergeTouched, registrationsAfter } from "../../../src/decide/balance/merge-endpoints.ts";
import type { DynamicEndpoint } from "../../../src/model/registry/registry.ts";
import type { Endpoint, Snapshot } from "../../../src/model/snapshot/snapshot.ts";

const written: Endpoint = {
  id: "static-0",
  address: { url: "https://a.example" },
  cluster: "default",
  version: null,
  weight: 1,
  priority: 0,
};
const service = (name: string, endpoints: readonly Endpoint[]) => ({
  namespace: "shop",
  name,
  exposure: "public" as const,
  endpoints,
  policies: {},
  timeouts: { requestMs: 0, perTryMs: 0 },
});
const snapshot: Snapshot = {
  schema: 2,
  revision: 3,
  policies: {},
  services: { "shop/orders": service("orders", [written]), "shop/search": service("search", []) },
  router: {
    rules: [],
    matches: [],
    listeners: [],
    groups: [],
    programs: [],
    hosts: { HTTP: {}, HTTPS: {} },
    entries: {},
    services: {},
  },
};
const registered = (serviceName: string, id: string, more: Partial<DynamicEndpoint> = {}): DynamicEndpoint => ({
  namespace: "shop",
  service: serviceName,
  id,
  address: { url: `https://${id}.example` },
  cluster: "eu-1",
  version: "v2",
  weight: 5,
  priority: 1,
  draining: false,
  ttl: null,
  ttlMs: null,
  lease: null,
  registeredAt: "2026-11-23T10:00:00Z",
  registeredBy: "agent",
  ...more,
});
const ids = (endpoints: readonly Endpoint[] | undefined) => endpoints?.map(({ id }) => id);

describe("the endpoints of a service", () => {
  const { registrations, touched } = registrationsAfter(new Map(), {
    generation: 2,
    changed: [registered("orders", "a"), registered("orders", "b", { draining: true }), registered("gone", "c")],
    removed: [],
  });

  it("are those of its document, then those that registered", () => {
    const merged = mergeAll(snapshot, registrations);
    expect(ids(merged.get("shop/orders"))).toEqual(["static-0", "a", "b"]);
    expect(merged.get("shop/orders")?.[1]).toEqual({
      id: "a",
      key: registeredKey("shop/orders", registered("orders", "a")),
      address: { url: "https://a.example" },
      cluster: "eu-1",
      version: "v2",
      weight: 5,
      priority: 1,
    });
    expect(merged.get("shop/search")).toEqual([]);
  });

  it("have no weight while they drain", () => {
    expect(mergeAll(snapshot, registrations).get("shop/orders")?.[2]?.weight).toBe(0);
  });

  it("are kept for a service that has no document now, and shown when it has one again", () => {
    expect(mergeAll(snapshot, registrations).has("shop/gone")).toBe(false);
    const later = { ...snapshot, services: { ...snapshot.services, "shop/gone": service("gone", []) } };
    expect(ids(mergeAll(later, registrations).get("shop/gone"))).toEqual(["c"]);
  });

  it("come out the same one by one as all at once", () => {
    const step = registrationsAfter(registrations, {
      generation: 3,
      changed: [registered("search", "d")],
      removed: [{ namespace: "shop", service: "orders", id: "a" }],
    });
    const before = mergeAll(snapshot, registrations);
    const merged = mergeTouched(before, snapshot, step.registrations, step.touched);
    expect(merged).toEqual(mergeAll(snapshot, step.registrations));
    expect([...step.touched].sort()).toEqual(["shop/orders", "shop/search"]);
    expect(ids(before.get("shop/orders")), "what requests in flight hold does not change").toEqual([
      "static-0",
      "a",
      "b",
    ]);
  });

  it("forget a removal of what was never there", () => {
    const step = registrationsAfter(new Map(), {
      generation: 3,
      changed: [],
      removed: [{ namespace: "shop", service: "orders", id: "x" }],
    });
    expect(step.registrations.size).toBe(0);
  });

  it("name the services that they are about", () => {
    expect([...touched].sort()).toEqual(["shop/gone", "shop/orders"]);
  });
});
