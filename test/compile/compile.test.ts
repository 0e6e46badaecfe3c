import { describe, expect, it } from "vitest";
import { writtenId } from "../support/written-id.ts";
import { compile } from "../../src/compile/compile.ts";
import { compiled, documentsOf, NOW, request, answer, service, told, words } from "../support/compiled.ts";

const one = (spec: string): string => `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: ${spec}
---`;
const cluster = (name: string, spec = "{}"): string => `
apiVersion: selvage.dev/v1
kind: Cluster
metadata: {name: ${name}}
spec: ${spec}
---`;

describe("services", () => {
  it("have the endpoints of their document, named by their addresses, in their clusters", () => {
    const spec = `{exposure: public, endpoints: [
      {url: "https://a.example.com/base", cluster: eu-1, version: v1, weight: 3, priority: 1}, {binding: ORDERS_V2}]}`;
    expect(compiled(cluster("eu-1") + one(spec)).snapshot.services["shop/orders"]).toEqual({
      namespace: "shop",
      name: "orders",
      exposure: "public",
      endpoints: [
        {
          id: writtenId("shop/orders", "https://a.example.com/base", "v1"),
          address: { url: "https://a.example.com/base" },
          cluster: "eu-1",
          version: "v1",
          weight: 3,
          priority: 1,
        },
        {
          id: writtenId("shop/orders", "ORDERS_V2"),
          address: { binding: "ORDERS_V2" },
          cluster: "default",
          version: null,
          weight: 1,
          priority: 0,
        },
      ],
      timeouts: { requestMs: 15_000, perTryMs: 0 },
      policies: {},
    });
  });

  it("of Kubernetes are registry entries of the mesh without endpoints", () => {
    const core =
      "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {ports: [{port: 80}], selector: {app: web}}";
    expect(compiled(core).snapshot.services["shop/web"]).toMatchObject({ exposure: "mesh", endpoints: [] });
  });

  it("are in the cluster `local` of a local mesh, where private addresses are allowed", () => {
    const spec = '{endpoints: [{url: "http://127.0.0.1:9001"}]}';
    const local = compiled(one(spec), { localMesh: true });
    expect(local.findings).toEqual([]);
    expect(local.snapshot.services["shop/orders"]?.endpoints[0]?.cluster).toBe("local");
    expect(compiled(one(spec)).findings).toMatchObject([
      { severity: "error", code: "SLV1208", ref: "Service/shop/orders", pointer: "/spec/endpoints/0/url" },
    ]);
  });

  it("must not name a cluster that nobody has declared", () => {
    const spec = '{endpoints: [{url: "https://a.example.com", cluster: moon}]}';
    const { findings } = compiled(one(spec));
    expect(findings).toEqual([
      {
        severity: "error",
        code: "SLV1207",
        ref: "Service/shop/orders",
        pointer: "/spec/endpoints/0/cluster",
        message: 'There is no cluster "moon"',
        hint: "Apply a Cluster of that name, or leave cluster out for the built-in one.",
      },
    ]);
    expect(compiled(cluster("moon") + one(spec)).findings).toEqual([]);
    // `local` is a cluster only where there is one.
    expect(told(compiled(one(spec.replace("moon", "local"))).findings)).toEqual([
      "SLV1207 Service/shop/orders /spec/endpoints/0/cluster",
    ]);
  });

  it("may have private addresses where their cluster says so, and nowhere else", () => {
    const spec = '{endpoints: [{url: "http://10.0.0.7", cluster: lab}]}';
    expect(compiled(cluster("lab", "{allowPrivateAddresses: true}") + one(spec)).findings).toEqual([]);
    expect(told(compiled(cluster("lab") + one(spec)).findings)).toEqual([
      "SLV1208 Service/shop/orders /spec/endpoints/0/url",
    ]);
  });
});

describe("the snapshot", () => {
  it("of an empty mesh has the built-in Gateway, which answers nothing", () => {
    const empty = compile([], { revision: 7, now: NOW, localMesh: false });
    expect(empty.snapshot).toMatchObject({ schema: 2, revision: 7, services: {}, router: { rules: [], matches: [] } });
    expect(empty.snapshot.router.listeners).toEqual([
      { gateway: "selvage-system/selvage", name: "all", port: 0, protocol: null, hostname: "*", group: 0 },
    ]);
    expect(answer(empty, request("GET", "http://any.example/"))).toBeNull();
  });

  it("is plain JSON, the same for the same documents in any order", () => {
    const route = (name: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, namespace: shop}
spec: {hostnames: ["${name}.example.com"], rules: [{matches: [{path: {type: RegularExpression, value: "/[a-z]+"}}], backendRefs: [{name: orders}]}]}
---`;
    const documents = documentsOf(service("orders") + service("stock") + route("a") + route("b"));
    const options = { revision: 1, now: NOW, localMesh: false };
    const { snapshot } = compile(documents, options);
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
    expect(JSON.stringify(compile(documents.toReversed(), options).snapshot)).toBe(JSON.stringify(snapshot));
    expect(snapshot.router.programs).toHaveLength(1);
  });

  it("changes nothing in the documents it is made of", () => {
    const documents = documentsOf(service("orders"));
    const before = JSON.stringify(documents);
    compile(documents, { revision: 1, now: NOW, localMesh: false });
    expect(JSON.stringify(documents)).toBe(before);
  });
});

describe("statuses", () => {
  const mesh = (parent: string): string => `${service("orders")}
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec: {parentRefs: [{name: ${parent}, namespace: selvage-system}], rules: [{backendRefs: [{name: orders}]}]}
`;
  const REF = "HTTPRoute/shop/r";
  const LATER = "2026-11-24T00:00:00Z";

  it("carry the generation they were made for", () => {
    const { statuses } = compiled(mesh("selvage"), { generations: new Map([[REF, 4]]) });
    expect(statuses.get(REF)).toMatchObject({
      parents: [{ conditions: [{ observedGeneration: 4 }, { observedGeneration: 4 }] }],
    });
    expect(statuses.get("Service/shop/orders")).toMatchObject({ conditions: [{ observedGeneration: 1 }] });
  });

  it("keep the time of a condition while it stays, and change it when it changes", () => {
    const first = compiled(mesh("missing"));
    const times = (result: ReturnType<typeof compiled>): unknown => {
      const status = result.statuses.get(REF);
      return status !== undefined && "parents" in status
        ? status.parents[0]?.conditions.map(({ lastTransitionTime }) => lastTransitionTime)
        : null;
    };
    expect(times(first)).toEqual([NOW, NOW]);
    expect(times(compiled(mesh("missing"), { now: LATER, previous: first.statuses }))).toEqual([NOW, NOW]);
    // Another parent is another story: nothing is carried over from the first.
    expect(times(compiled(mesh("selvage"), { now: LATER, previous: first.statuses }))).toEqual([LATER, LATER]);
    const gateway =
      "\n---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: missing, namespace: selvage-system}\nspec: {gatewayClassName: a, listeners: [{name: a, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}]}\n";
    expect(times(compiled(mesh("missing") + gateway, { now: LATER, previous: first.statuses }))).toEqual([LATER, NOW]);
  });

  it("of every document say at least that it was accepted", () => {
    const { statuses } = compiled(`${cluster("eu-1")}
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
{apiVersion: selvage.dev/v1, kind: Application, metadata: {name: app, namespace: shop}, spec: {}}
`);
    expect([...statuses.keys()].toSorted()).toEqual([
      "Application/shop/app",
      "Cluster/default/eu-1",
      "Namespace/default/shop",
    ]);
    for (const status of statuses.values()) {
      expect("conditions" in status && words(status.conditions)).toEqual({ Accepted: "True Accepted" });
    }
  });
});

describe("references that dangle", () => {
  it("are told with the pointer where they stand", () => {
    const { findings } = compiled(`
{apiVersion: selvage.dev/v1, kind: Rollout, metadata: {name: a, namespace: shop}, spec: {service: orders, stable: v1, canary: v2, steps: [{weight: 100}]}}
---
{apiVersion: selvage.dev/v1, kind: Contract, metadata: {name: b, namespace: shop}, spec: {application: web/app, service: orders, tier: gold}}
---
{apiVersion: selvage.dev/v1, kind: Override, metadata: {name: c, namespace: shop}, spec: {target: {kind: trafficpolicy, name: p}, patch: {a: 1}, reason: x, expiresAt: "2026-11-23T13:00:00Z"}}
`);
    expect(findings.map(({ code, ref, pointer, message }) => `${code} ${ref} ${pointer}: ${message}`)).toEqual([
      "SLV1212 Rollout/shop/a /spec/service: There is no Service shop/orders",
      "SLV1212 Contract/shop/b /spec/application: There is no Application web/app",
      "SLV1212 Contract/shop/b /spec/service: There is no Service shop/orders",
      "SLV1212 Contract/shop/b /spec/tier: There is no Tier shop/gold",
      "SLV1212 Override/shop/c /spec/target: There is no TrafficPolicy shop/p",
    ]);
  });
});
