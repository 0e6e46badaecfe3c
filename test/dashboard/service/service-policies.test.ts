import { expect, it } from "vitest";
import type { Resource } from "../../../src/model/api/resource.ts";
import { policiesOf } from "../../../src/dashboard/service/service-policies.ts";
import { leadsTo, ruleLines } from "../../../src/dashboard/service/service-routes.ts";

const service = { namespace: "shop", name: "orders" };

function resource(kind: string, name: string, spec: Resource["spec"], namespace = "shop"): Resource {
  const times = { createdAt: "", updatedAt: "", updatedBy: "", manager: "", applySet: null };
  const metadata = {
    name,
    namespace,
    labels: {},
    annotations: {},
    uid: "",
    resourceVersion: "1",
    generation: 1,
    ...times,
  };
  return { apiVersion: "selvage.dev/v1", kind, metadata, spec, status: null };
}

const route = resource("HTTPRoute", "web", {
  rules: [
    {
      name: "all",
      matches: [{ path: { type: "PathPrefix", value: "/o" }, method: "GET" }],
      backendRefs: [{ kind: "Service", name: "orders", version: "v1", weight: 9 }],
    },
    { backendRefs: [] },
  ],
});
const on = (kind: string, name?: string, sectionName?: string) => ({ targetRefs: [{ kind, name, sectionName }] });

it("finds what is attached to the service, its routes and their rules, the Gateway and the Mesh", () => {
  const all = [
    route,
    resource("TrafficPolicy", "mesh", on("Mesh"), "selvage-system"),
    resource("TrafficPolicy", "service", on("Service", "orders")),
    resource("FaultPolicy", "rule", on("HTTPRoute", "web", "all")),
    resource("RateLimitPolicy", "mesh", on("Mesh"), "selvage-system"),
    resource("RateLimitPolicy", "service", on("Service", "orders")),
    resource("TrafficPolicy", "other", on("Service", "payments")),
    resource("TrafficPolicy", "elsewhere", on("Service", "orders"), "web"),
    resource("TrafficPolicy", "broken", { targetRefs: "Service" }),
  ];
  expect(
    policiesOf(service, all).map((one) => [one.place, one.policy.kind, one.policy.metadata.name, one.hiddenBy]),
  ).toEqual([
    ["rule", "FaultPolicy", "rule", null],
    ["service", "TrafficPolicy", "service", null],
    ["service", "RateLimitPolicy", "service", null],
    ["mesh", "TrafficPolicy", "mesh", "TrafficPolicy/shop/service"],
    ["mesh", "RateLimitPolicy", "mesh", null],
  ]);
});

it("knows which routes lead to a service, from its own namespace and from others", () => {
  expect(leadsTo(route, service)).toBe(true);
  expect(leadsTo(route, { namespace: "shop", name: "payments" })).toBe(false);
  const far = resource(
    "HTTPRoute",
    "far",
    { rules: [{ backendRefs: [{ name: "orders", namespace: "shop" }] }] },
    "web",
  );
  expect(leadsTo(far, service)).toBe(true);
  const mesh = resource("HTTPRoute", "gamma", { parentRefs: [{ kind: "Service", name: "orders" }], rules: [] });
  expect(leadsTo(mesh, service)).toBe(true);
  expect(leadsTo(resource("HTTPRoute", "odd", { rules: "none" }), service)).toBe(false);
});

it("says each rule in a line", () => {
  expect(ruleLines(route)).toEqual(["all: GET PathPrefix /o → orders@v1 9", "everything → no backend"]);
});
