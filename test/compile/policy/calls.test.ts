import { describe, expect, it } from "vitest";
import type { CallPolicy } from "../../../src/model/snapshot/call-policy.ts";
import type { Fault } from "../../../src/model/snapshot/fault.ts";
import { compiled, gateway, heldBy, service, told, words } from "../../support/compiled.ts";

const document = (kind: string, name: string, spec: string): string => `
apiVersion: selvage.dev/v1
kind: ${kind}
metadata: {name: ${name}, namespace: shop}
spec: ${spec}
---`;
const TARGETS = {
  rule: "{kind: HTTPRoute, name: r, sectionName: own}",
  route: "{kind: HTTPRoute, name: r}",
  service: "{kind: Service, name: orders}",
  gateway: "{kind: Gateway, name: edge}",
  mesh: "{kind: Mesh}",
};
type PolicyPlace = keyof typeof TARGETS;
const base = `${service("orders")}${service("stock")}${gateway("edge")}
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  rules: [{name: own, backendRefs: [{name: orders}, {name: stock}]}]
---`;

/** A policy on each place, each with as many attempts as the name of its place has letters. */
const retries = (...places: PolicyPlace[]): string =>
  places
    .map((at) => document("TrafficPolicy", at, `{targetRefs: [${TARGETS[at]}], retry: {attempts: ${at.length % 6}}}`))
    .join("");

function backendsOf(
  yaml: string,
): readonly { readonly calls?: CallPolicy | null; readonly fault?: Fault | undefined }[] {
  const { snapshot } = compiled(base + yaml);
  return (snapshot.router.rules[0]?.backends ?? []).map((backend) => {
    const { traffic, fault } = heldBy(snapshot, backend);
    return traffic === undefined ? { fault } : { calls: traffic.calls, fault };
  });
}

describe("what a TrafficPolicy says about tries and endpoints", () => {
  it("is in the snapshot in milliseconds, with every default filled", () => {
    const spec = "{targetRefs: [{kind: Service, name: orders}], retry: {}, loadBalancer: {}, failover: {}}";
    expect(backendsOf(document("TrafficPolicy", "p", spec))[0]?.calls).toEqual({
      retry: {
        attempts: 1,
        on: ["connect-failure", "gateway-error"],
        methods: ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"],
        baseMs: 25,
        maxMs: 250,
        budget: { percent: 20, minPerSecond: 10 },
      },
      balance: { policy: "peak-ewma" },
      failover: { overprovisioning: 140, panicThreshold: 50, order: ["same-region", "any"] },
    });
  });

  it("is nothing without a policy, or with one that has none of these sections", () => {
    expect(backendsOf("")[0]).not.toHaveProperty("calls");
    const silent = document("TrafficPolicy", "p", `{targetRefs: [${TARGETS.mesh}]}`);
    expect(backendsOf(silent)[0]).toMatchObject({ calls: null });
  });

  it("comes with how a service's endpoints are probed, as numbers", () => {
    const checked = (check: string): unknown =>
      compiled(service("probed").replace("spec: {", `spec: {healthCheck: ${check}, `)).snapshot.services["shop/probed"]
        ?.health;
    expect(checked("{}")).toEqual({
      path: "/healthz",
      intervalMs: 10_000,
      timeoutMs: 2000,
      healthyThreshold: 2,
      unhealthyThreshold: 3,
      statuses: [[200, 299]],
    });
    expect(checked('{interval: 1ms, timeout: 1s, expectedStatuses: ["200", "300-399"]}')).toMatchObject({
      intervalMs: 100,
      statuses: [
        [200, 200],
        [300, 399],
      ],
    });
    expect(compiled(service("plain")).snapshot.services["shop/plain"]).not.toHaveProperty("health");
  });

  it("comes with where the clusters are, as far as their documents say", () => {
    const clusters = (spec: string, localMesh: boolean): unknown =>
      compiled(
        `${base}
apiVersion: selvage.dev/v1
kind: Cluster
metadata: {name: eu-1}
spec: ${spec}`,
        { localMesh },
      ).snapshot.clusters;
    const eu = { region: "eu", continents: ["EU"], colos: ["AMS"], private: true };
    const spec = "{region: eu, locality: {continents: [EU], colos: [AMS]}, allowPrivateAddresses: true}";
    expect(clusters(spec, false)).toEqual({ "eu-1": eu });
    const nothing = { region: null, continents: [], colos: [], private: false };
    expect(clusters("{}", true)).toEqual({ "eu-1": nothing, local: { ...nothing, private: true } });
    expect(compiled(base, { localMesh: false }).snapshot).not.toHaveProperty("clusters");
  });

  it("knows what a ring hashes", () => {
    const spec = `{targetRefs: [${TARGETS.mesh}], loadBalancer: {policy: ring-hash, key: "header:X-User"}}`;
    expect(backendsOf(document("TrafficPolicy", "p", spec))[0]?.calls?.balance).toEqual({
      policy: "ring-hash",
      key: { from: "header", name: "x-user" },
    });
  });

  it("comes from the most specific policy: rule, route, service, gateway, mesh", () => {
    const attempts = (...places: PolicyPlace[]): (number | undefined)[] =>
      backendsOf(retries(...places)).map(({ calls }) => calls?.retry?.attempts);
    expect(attempts("mesh")).toEqual([4, 4]);
    expect(attempts("mesh", "gateway")).toEqual([1, 1]);
    expect(attempts("mesh", "service")).toEqual([1, 4]);
    expect(attempts("mesh", "service", "route")).toEqual([5, 5]);
    expect(attempts("mesh", "service", "rule")).toEqual([4, 4]);
  });

  it("comes from that policy whole: what it leaves out is not filled from a wider one", () => {
    const own = document("TrafficPolicy", "own", `{targetRefs: [${TARGETS.rule}], loadBalancer: {policy: random}}`);
    expect(backendsOf(retries("mesh", "service") + own)[0]?.calls).toEqual({
      retry: null,
      balance: { policy: "random" },
      failover: null,
    });
    const silent = document("TrafficPolicy", "own", `{targetRefs: [${TARGETS.rule}]}`);
    expect(backendsOf(retries("mesh", "service") + silent)[0]).toMatchObject({ calls: null });
  });

  it("holds for a service's own address, where routes and Gateways have no say", () => {
    const { snapshot } = compiled(base + retries("mesh", "gateway", "route", "rule"));
    expect(heldBy(snapshot, snapshot.services["shop/orders"]).traffic?.calls?.retry?.attempts).toBe(4);
  });
});

/** A policy on each place that aborts with a status of its own. */
const STATUS = { rule: 501, route: 502, service: 503, gateway: 504, mesh: 505 };
const faults = (...places: PolicyPlace[]): string =>
  places
    .map((at) => document("FaultPolicy", at, `{targetRefs: [${TARGETS[at]}], abort: {status: ${STATUS[at]}}}`))
    .join("");

describe("a FaultPolicy", () => {
  it("is in the snapshot with its delay in milliseconds and its headers in lower case", () => {
    const spec = `{targetRefs: [${TARGETS.service}], delay: {duration: 1.5s, percentage: 5}, match: {headers: [{name: X-Chaos, value: "1"}]}}`;
    expect(backendsOf(document("FaultPolicy", "p", spec)).map(({ fault }) => fault)).toEqual([
      {
        policy: "shop/p",
        delay: { ms: 1500, percentage: 5 },
        abort: null,
        headers: [{ type: "Exact", name: "x-chaos", value: "1" }],
      },
      undefined,
    ]);
  });

  it("holds by the most specific target: rule, route, service, gateway, mesh", () => {
    const statuses = (...places: PolicyPlace[]): (number | undefined)[] =>
      backendsOf(faults(...places)).map(({ fault }) => fault?.abort?.status);
    expect(statuses("mesh")).toEqual([505, 505]);
    expect(statuses("mesh", "gateway")).toEqual([504, 504]);
    expect(statuses("mesh", "gateway", "service")).toEqual([503, 504]);
    expect(statuses("mesh", "gateway", "service", "route")).toEqual([502, 502]);
    expect(statuses("mesh", "gateway", "service", "route", "rule")).toEqual([501, 501]);
    const { snapshot } = compiled(base + faults("mesh", "gateway", "route"));
    expect(heldBy(snapshot, snapshot.services["shop/orders"]).fault?.abort?.status).toBe(505);
  });

  it("that comes second to a target is told so, and says so in its status", () => {
    const second = document("FaultPolicy", "z-second", `{targetRefs: [${TARGETS.mesh}], abort: {status: 500}}`);
    const result = compiled(base + faults("mesh") + second);
    expect(told(result.findings)).toContain("SLV1210 FaultPolicy/shop/z-second /spec/targetRefs/0");
    const status = result.statuses.get("FaultPolicy/shop/z-second");
    expect(status !== undefined && "conditions" in status ? words(status.conditions) : {}).toEqual({
      Accepted: "False Conflicted",
    });
  });

  it("with a pattern that is none is an error of its own, not of a route", () => {
    const match = "match: {headers: [{type: RegularExpression, name: a, value: '('}]}";
    const result = compiled(base + document("FaultPolicy", "p", `{abort: {status: 500}, ${match}}`));
    expect(told(result.findings)).toContain("SLV1215 FaultPolicy/shop/p /spec/match/headers/0/value");
  });
});
