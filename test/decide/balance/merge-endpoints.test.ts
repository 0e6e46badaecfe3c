// Written and registered endpoints of each service, laid together.
import { describe, expect, it } from "vitest";
import { registeredKey } from "../../../src/decide/balance/endpoint-identity.ts";
import { mergeEndpoints, registrationsAfter } from "../../../src/decide/balance/merge-endpoints.ts";
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
  const registrations = registrationsAfter(new Map(), {
    generation: 2,
    changed: [registered("orders", "a"), registered("orders", "b", { draining: true }), registered("gone", "c")],
    removed: [],
  });

  it("are those of its document, then those that registered", () => {
    const merged = mergeEndpoints(snapshot, registrations);
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
    expect(mergeEndpoints(snapshot, registrations).get("shop/orders")?.[2]?.weight).toBe(0);
  });

  it("are kept for a service that has no document now, and shown when it has one again", () => {
    expect(mergeEndpoints(snapshot, registrations).get("shop/gone")).toBeUndefined();
    const later = { ...snapshot, services: { ...snapshot.services, "shop/gone": service("gone", []) } };
    expect(ids(mergeEndpoints(later, registrations).get("shop/gone"))).toEqual(["c"]);
  });

  it("change for whoever asks next, never for requests that are on their way", () => {
    const next = registrationsAfter(registrations, {
      generation: 3,
      changed: [registered("search", "d")],
      removed: [{ namespace: "shop", service: "orders", id: "a" }],
    });
    const before = mergeEndpoints(snapshot, registrations);
    const merged = mergeEndpoints(snapshot, next);
    expect(ids(merged.get("shop/orders"))).toEqual(["static-0", "b"]);
    expect(ids(merged.get("shop/search"))).toEqual(["d"]);
    expect(ids(before.get("shop/orders"))).toEqual(["static-0", "a", "b"]);
  });

  it("forget a removal of what was never there", () => {
    const none = registrationsAfter(new Map(), {
      generation: 3,
      changed: [],
      removed: [{ namespace: "shop", service: "orders", id: "x" }],
    });
    expect(none.size).toBe(0);
  });

  it("are merged once, however often they are asked for", () => {
    const merged = mergeEndpoints(snapshot, registrations);
    expect(merged.get("shop/orders")).toBe(merged.get("shop/orders"));
    expect(merged.get("toString")).toBeUndefined();
  });
});
