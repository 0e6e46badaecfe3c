import { describe, expect, it } from "vitest";
import type { Held } from "../../../src/model/snapshot/policies.ts";
import { compiled, heldBy, service } from "../../support/compiled.ts";

const policy = (name: string, targets: string, more = "", namespace = "shop"): string => `
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec: {targetRefs: ${targets}, limits: [{name: one, requests: 10, window: 1s${more}}]}
---`;
const route = (name: string, parents = ""): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, namespace: shop}
spec:
  hostnames: [${name}.example]
  ${parents}
  rules:
    - {name: first, matches: [{path: {value: /a}}], backendRefs: [{name: orders}]}
    - {name: second, matches: [{path: {value: /b}}], backendRefs: [{name: orders}]}
---`;
const gateway = (name: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: shop}
spec: {gatewayClassName: selvage, listeners: [{name: http, port: 80, protocol: HTTP}]}
---`;

/** Names of the policies whose limits hold for each rule of a route, and for the service by itself. */
function limitsOf(yaml: string) {
  const { snapshot } = compiled(yaml);
  const names = (place: Held | undefined): string[] =>
    heldBy(snapshot, place).limits.map((one) => one?.policy.split("/")[1] ?? "?");
  return {
    service: names(snapshot.services["shop/orders"]),
    rules: snapshot.router.rules.map(({ backends }) => names(backends[0])),
  };
}

describe("limits", () => {
  it("of mesh, service, route and rule add up", () => {
    const yaml =
      service("orders") +
      route("web") +
      policy("of-mesh", "[{kind: Mesh}]") +
      policy("of-service", "[{kind: Service, name: orders}]") +
      policy("of-route", "[{kind: HTTPRoute, name: web}]") +
      policy("of-rule", "[{kind: HTTPRoute, name: web, sectionName: second}]");
    expect(limitsOf(yaml)).toEqual({
      service: ["of-mesh", "of-service"],
      rules: [
        ["of-mesh", "of-service", "of-route"],
        ["of-mesh", "of-service", "of-route", "of-rule"],
      ],
    });
  });

  it("of a Gateway hold for what came through it, and not for what came through another", () => {
    const parents = "parentRefs: [{name: front}, {name: back}]";
    const yaml =
      service("orders") +
      gateway("front") +
      gateway("back") +
      route("web", parents) +
      policy("of-front", "[{kind: Gateway, name: front}]");
    expect(limitsOf(yaml)).toEqual({ service: [], rules: [["of-front"], ["of-front"], [], []] });
  });

  it("count once for a request that several targets of their policy cover", () => {
    const yaml =
      service("orders") +
      route("web") +
      policy("both", "[{kind: Mesh}, {kind: Service, name: orders}, {kind: HTTPRoute, name: web}]");
    expect(limitsOf(yaml)).toEqual({ service: ["both"], rules: [["both"], ["both"]] });
  });

  it("attach within their policy's namespace only", () => {
    expect(
      limitsOf(service("orders") + policy("away", "[{kind: Service, name: orders}]", "", "other")).service,
    ).toEqual([]);
  });
});

describe("a compiled limit", () => {
  const limit = (more: string) =>
    compiled(service("orders") + policy("p", "[{kind: Mesh}]", more)).snapshot.policies.limit?.[0];

  it("has every default filled", () => {
    expect(limit("")).toEqual({
      policy: "shop/p",
      name: "one",
      terms: { algorithm: "gcra", requests: 10, windowMs: 1000, burst: 5 },
      mode: "leased",
      key: [{ from: "client" }],
      whenUnavailable: "local-estimate",
      shadow: false,
      queue: null,
      headers: "ietf",
    });
  });

  it("has durations as milliseconds, and its key in parts", () => {
    const more = ', key: [ip, "header:X-Tenant", "cookie:sid", "claim:a:b"], queue: {maxWait: 250ms, max: 3}';
    expect(limit(more)).toMatchObject({
      key: [
        { from: "ip" },
        { from: "header", name: "x-tenant" },
        { from: "cookie", name: "sid" },
        { from: "claim", name: "a:b" },
      ],
      queue: { maxWaitMs: 250, max: 3 },
    });
  });
});
