import { expect, it } from "vitest";
import type { EndpointState } from "../../../src/model/api/endpoints.ts";
import { clustersOf } from "../../../src/dashboard/endpoint/clusters.ts";

function endpoint(service: string, cluster: string, more: Partial<EndpointState> = {}): EndpointState {
  const known = { healthSince: null, healthCause: null, healthFrom: null, ttl: null, registeredAt: null };
  const place = {
    namespace: "shop",
    version: null,
    weight: 1,
    priority: 0,
    source: "static",
    draining: false,
  } as const;
  return { id: `${service}-${cluster}`, service, cluster, health: "healthy", ...place, ...known, ...more };
}

it("says which services a lost cluster would leave with nothing", () => {
  const found = clustersOf([
    endpoint("orders", "eu"),
    endpoint("orders", "us"),
    endpoint("pay", "eu"),
    endpoint("pay", "us", { health: "unhealthy" }),
    endpoint("web", "us", { draining: true }),
  ]);
  expect(found).toEqual([
    { cluster: "us", all: 3, up: 2, services: 3, lost: [] },
    { cluster: "eu", all: 2, up: 2, services: 2, lost: ["shop/pay"] },
  ]);
});
