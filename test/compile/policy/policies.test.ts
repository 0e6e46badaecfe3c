import { describe, expect, it } from "vitest";
import type { Timeouts } from "../../../src/model/snapshot/traffic.ts";
import { compiled, gateway, service, told, words } from "../../support/compiled.ts";

const policy = (name: string, targetRefs: string, request: string, more = ""): string => `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: ${name}, namespace: shop}
spec: {targetRefs: ${targetRefs}, timeouts: {request: ${request}}${more}}
---`;
const base = `${service("orders")}${service("stock")}${gateway("edge")}${gateway("plain")}
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec:
  parentRefs: [{name: edge}, {name: plain}]
  rules:
    - {name: own, timeouts: {backendRequest: 10ms}, backendRefs: [{name: orders}, {name: stock}]}
    - {matches: [{path: {value: /other}}], backendRefs: [{name: orders}]}
---`;
const RULE = policy("rule", "[{kind: HTTPRoute, name: r, sectionName: own}]", "1s");
const ROUTE = policy("route", "[{kind: HTTPRoute, name: r}]", "2s");
const SERVICE = policy("service", "[{kind: Service, name: orders}]", "3s");
const GATEWAY = policy("gateway", "[{kind: Gateway, name: edge}]", "4s");
const MESH = policy("mesh", "[{kind: Mesh}]", "5s");

/** Timeouts of each backend of each rule as it is reached through one Gateway. */
function through(gateway: string, policies: string): (readonly Timeouts[])[] {
  const { router } = compiled(base + policies).snapshot;
  const listener = router.listeners.findIndex((one) => one.gateway === gateway);
  const rules = new Set(router.matches.filter((match) => match.listener === listener).map(({ rule }) => rule));
  return [...rules]
    .map((rule) => router.rules[rule])
    .toSorted((left, right) => (left?.name === "own" ? -1 : Number(right?.name === "own")))
    .map((rule) => rule?.backends.map(({ timeouts }) => timeouts) ?? []);
}
const seconds = (lists: (readonly Timeouts[])[]): number[][] =>
  lists.map((list) => list.map(({ requestMs }) => requestMs / 1000));

describe("timeouts", () => {
  it("are 15 s for a request and none for a try unless somebody says otherwise", () => {
    expect(through("shop/plain", "")[1]).toEqual([{ requestMs: 15_000, perTryMs: 0 }]);
    expect(compiled(base).snapshot.services["shop/orders"]?.timeouts).toEqual({ requestMs: 15_000, perTryMs: 0 });
  });

  it("are those of the most specific policy: rule, route, service, gateway, mesh", () => {
    expect(seconds(through("shop/edge", MESH))).toEqual([[5, 5], [5]]);
    expect(seconds(through("shop/edge", MESH + GATEWAY))).toEqual([[4, 4], [4]]);
    expect(seconds(through("shop/edge", MESH + GATEWAY + SERVICE))).toEqual([[3, 4], [3]]);
    expect(seconds(through("shop/edge", MESH + GATEWAY + SERVICE + ROUTE))).toEqual([[2, 2], [2]]);
    expect(seconds(through("shop/edge", MESH + GATEWAY + SERVICE + ROUTE + RULE))).toEqual([[1, 1], [2]]);
  });

  it("of a Gateway hold for what is reached through it, not for the same route elsewhere", () => {
    expect(seconds(through("shop/plain", MESH + GATEWAY))).toEqual([[5, 5], [5]]);
  });

  it("of the rule itself come before any policy, field by field", () => {
    expect(through("shop/edge", RULE)[0]?.[0]).toEqual({ requestMs: 1000, perTryMs: 10 });
  });

  it("of a service hold when it is called by its own address; those of Gateways and routes do not", () => {
    const called = (policies: string): number | undefined =>
      compiled(base + policies).snapshot.services["shop/orders"]?.timeouts.requestMs;
    expect(called(GATEWAY + ROUTE + RULE)).toBe(15_000);
    expect(called(MESH)).toBe(5000);
    expect(called(MESH + SERVICE)).toBe(3000);
  });

  it("come from the policy that wins whole: what it leaves out is the default, not a wider policy's", () => {
    const whole = policy("whole", "[{kind: Mesh}]", "5s, perTry: 1s") + SERVICE;
    expect(compiled(base + whole).snapshot.services["shop/orders"]?.timeouts).toEqual({ requestMs: 3000, perTryMs: 0 });
  });
});

describe("policies", () => {
  const condition = (result: ReturnType<typeof compiled>, ref: string): Record<string, string> => {
    const status = result.statuses.get(ref);
    return status !== undefined && "conditions" in status ? words(status.conditions) : {};
  };

  it("attach within their own namespace, the built-in Gateway in its", () => {
    const elsewhere = SERVICE.replace("namespace: shop", "namespace: web");
    const result = compiled(base + elsewhere);
    expect(told(result.findings)).toEqual([
      "SLV1209 TrafficPolicy/web/service /spec/targetRefs/0",
      "SLV1311 TrafficPolicy/web/service /spec/targetRefs",
    ]);
    expect(result.findings[0]?.message).toBe("There is no Service web/orders");
    expect(condition(result, "TrafficPolicy/web/service")).toEqual({ Accepted: "False TargetNotFound" });
    const builtIn = policy("g", "[{kind: Gateway, name: selvage}]", "1s").replace(
      "namespace: shop",
      "namespace: selvage-system",
    );
    expect(compiled(base + builtIn).findings).toEqual([]);
  });

  it("tell of each target that does not exist, rules included", () => {
    const result = compiled(
      base +
        policy(
          "p",
          "[{kind: HTTPRoute, name: r, sectionName: other}, {kind: Service, name: orders}, {kind: HTTPRoute, name: r, sectionName: '1'}]",
          "1s",
        ),
    );
    expect(told(result.findings)).toEqual(["SLV1209 TrafficPolicy/shop/p /spec/targetRefs/0"]);
    expect(result.findings[0]?.message).toBe('The HTTPRoute shop/r has no rule named "other"');
    expect(condition(result, "TrafficPolicy/shop/p")).toEqual({ Accepted: "True Accepted" });
  });

  it("of any kind are told when they select nothing", () => {
    const result = compiled(`
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: a, namespace: shop}
spec: {targetRefs: [{kind: Service, name: missing}], action: DENY, rules: [{}]}
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: t, namespace: shop}
spec: {targetRefs: []}
`);
    expect(told(result.findings)).toEqual([
      "SLV1209 AuthorizationPolicy/shop/a /spec/targetRefs/0",
      "SLV1311 AuthorizationPolicy/shop/a /spec/targetRefs",
      "SLV1311 TrafficPolicy/shop/t /spec/targetRefs",
    ]);
  });

  it("on one target leave it to the oldest", () => {
    const created = new Map([
      ["TrafficPolicy/shop/b", "2026-01-01T00:00:00Z"],
      ["TrafficPolicy/shop/a", "2026-01-02T00:00:00Z"],
    ]);
    const two =
      policy("a", "[{kind: Service, name: orders}]", "1s") + policy("b", "[{kind: Service, name: orders}]", "2s");
    const result = compiled(base + two, { createdAt: created });
    expect(result.snapshot.services["shop/orders"]?.timeouts.requestMs).toBe(2000);
    expect(told(result.findings)).toEqual(["SLV1210 TrafficPolicy/shop/a /spec/targetRefs/0"]);
    expect(condition(result, "TrafficPolicy/shop/a")).toEqual({ Accepted: "False Conflicted" });
    expect(condition(result, "TrafficPolicy/shop/b")).toEqual({ Accepted: "True Accepted" });
  });

  it("that ask for failover need something that tells health", () => {
    const failover = (more: string): string[] =>
      told(compiled(base + policy("p", "[{kind: Service, name: orders}]", "1s", `, failover: {}${more}`)).findings);
    expect(failover("")).toEqual(["SLV1307 TrafficPolicy/shop/p /spec/failover"]);
    expect(failover(", outlierDetection: {}")).toEqual([]);
    const checked = base.replace("spec: {endpoints", "spec: {healthCheck: {}, endpoints");
    expect(compiled(checked + policy("p", "[{kind: Service, name: orders}]", "1s", ", failover: {}")).findings).toEqual(
      [],
    );
    expect(told(compiled(checked + policy("p", "[{kind: Mesh}]", "1s", ", failover: {}")).findings)).toEqual([
      "SLV1307 TrafficPolicy/shop/p /spec/failover",
    ]);
  });
});
