import { describe, expect, it } from "vitest";
import type { Held } from "../../../src/model/snapshot/policies.ts";
import { coordinatedServices, guardedServices } from "../../../src/decide/breaker/guarded-services.ts";
import { compiled, gateway, heldBy, service } from "../../support/compiled.ts";

const policy = (name: string, targetRefs: string, more: string): string => `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: ${name}, namespace: shop}
spec: {targetRefs: ${targetRefs}, ${more}}
---`;
const base = `${service("orders")}${service("stock")}${gateway("edge")}
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  rules:
    - {name: own, backendRefs: [{name: orders}, {name: stock}]}
    - {name: other, matches: [{path: {value: /other}}], backendRefs: [{name: orders}]}
---`;
const BREAKER = "circuitBreaker: {}";
const RULE = policy("rule", "[{kind: HTTPRoute, name: r, sectionName: own}]", BREAKER);
const ROUTE = policy("route", "[{kind: HTTPRoute, name: r}]", BREAKER);
const SERVICE = policy("service", "[{kind: Service, name: orders}]", BREAKER);
const GATEWAY = policy("gateway", "[{kind: Gateway, name: edge}]", BREAKER);
const MESH = policy("mesh", "[{kind: Mesh}]", BREAKER);

/** The policy behind each backend of each rule, and behind each service. */
function guards(policies: string): { rules: (string | null)[][]; services: (string | null)[] } {
  const { snapshot } = compiled(base + policies);
  const name = (place: Held): string | null => heldBy(snapshot, place).traffic?.circuit?.policy ?? null;
  return {
    rules: snapshot.router.rules.map(({ backends }) => backends.map(name)),
    services: Object.values(snapshot.services).map(name),
  };
}

describe("the policy that guards a call", () => {
  it("is none unless there is one that guards", () => {
    const none = { rules: [[null, null], [null]], services: [null, null] };
    expect(guards("")).toEqual(none);
    expect(guards(policy("p", "[{kind: Mesh}]", "timeouts: {request: 1s}"))).toEqual(none);
  });

  it("is the most specific one: rule, route, service, gateway, mesh", () => {
    const [mesh, gateway, of, route, rule] = ["shop/mesh", "shop/gateway", "shop/service", "shop/route", "shop/rule"];
    expect(guards(MESH)).toEqual({ rules: [[mesh, mesh], [mesh]], services: [mesh, mesh] });
    expect(guards(MESH + GATEWAY)).toEqual({ rules: [[gateway, gateway], [gateway]], services: [mesh, mesh] });
    expect(guards(MESH + GATEWAY + SERVICE)).toEqual({ rules: [[of, gateway], [of]], services: [of, mesh] });
    expect(guards(MESH + SERVICE + ROUTE)).toEqual({ rules: [[route, route], [route]], services: [of, mesh] });
    expect(guards(MESH + ROUTE + RULE).rules).toEqual([[rule, rule], [route]]);
  });

  it("wins whole: without a breaker of its own it takes the wider one away", () => {
    const none = policy("none", "[{kind: Service, name: orders}]", "timeouts: {request: 1s}");
    expect(guards(MESH + none).services).toEqual([null, "shop/mesh"]);
  });

  it("is the older one of two on one target", () => {
    const second = policy("younger", "[{kind: Service, name: orders}]", "outlierDetection: {}");
    expect(guards(SERVICE + second).services[0]).toBe("shop/service");
  });
});

it("durations become milliseconds, and what a policy leaves out stays out", () => {
  const text = policy("p", "[{kind: Service, name: orders}]", "circuitBreaker: {window: 1m, slowCallDuration: 250ms}");
  const ejecting = policy("q", "[{kind: Service, name: stock}]", "outlierDetection: {interval: 2s}");
  expect(compiled(base + text + ejecting).snapshot.policies.traffic?.map(({ circuit }) => circuit)).toEqual([
    {
      policy: "shop/p",
      breaker: {
        windowMs: 60_000,
        minRequests: 20,
        failurePercent: 50,
        slowCallPercent: 80,
        openForMs: 5000,
        maxOpenForMs: 60_000,
        halfOpenRequests: 5,
      },
      slowCallMs: 250,
      outlier: null,
    },
    {
      policy: "shop/q",
      breaker: null,
      slowCallMs: 0,
      outlier: {
        consecutiveFailures: 5,
        intervalMs: 2000,
        baseEjectionMs: 30_000,
        maxEjectionMs: 300_000,
        maxEjectionPercent: 50,
      },
    },
  ]);
});

it("services are guarded by themselves or through a rule that leads to them", () => {
  expect(guardedServices(compiled(base + SERVICE).snapshot)).toEqual(["shop/orders"]);
  expect(guardedServices(compiled(base + RULE).snapshot)).toEqual(["shop/orders", "shop/stock"]);
  expect(guardedServices(compiled(base).snapshot)).toEqual([]);
});

it("services that are only capped are coordinated, not guarded", () => {
  const { snapshot } = compiled(`${base}
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: cap, namespace: shop}
spec: {targetRefs: [{kind: Service, name: orders}], concurrency: {max: 5}}
`);
  expect([guardedServices(snapshot), coordinatedServices(snapshot)]).toEqual([[], ["shop/orders"]]);
});
