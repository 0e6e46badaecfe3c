// A request that names one service and is led to another by a route: the policies of the named service hold, too, and a
// route of a namespace that was given nothing cannot say who may call a service of another one.
import { describe, expect, it } from "vitest";
import { basic, CLIENT, keys, meshOf, SECRET } from "../support/worker/clients-mesh.ts";
import { policyYaml } from "../support/worker/guarded-mesh.ts";
import { problemOf, serviceYaml, testMesh, type TestMesh } from "../support/worker/test-mesh.ts";

const closed = (name: string, namespace = "shop"): string =>
  serviceYaml(name).replace("exposure: public", "exposure: mesh").replace("namespace: shop", `namespace: ${namespace}`);

/** A route of a service that leads all its requests to another one. */
const leading = (from: string, to: string, more = ""): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: led, namespace: ${from.split("/")[0]}}
spec:
  parentRefs: [{group: selvage.dev, kind: Service, name: ${from.split("/")[1]}}]
  rules: [{backendRefs: [{group: selvage.dev, kind: Service, namespace: ${to.split("/")[0]}, name: ${to.split("/")[1]}}]${more}}]
---
`;
const of = (kind: string, name: string, namespace: string, spec: string): string => `
apiVersion: selvage.dev/v1
kind: ${kind}
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
---
`;
const SVC = "http://any.example/svc";

async function statusOf(mesh: TestMesh, path: string, init?: RequestInit): Promise<number> {
  return (await mesh.send(`${SVC}${path}`, init)).status;
}

describe("the policies of the named service hold where its route leads to another", () => {
  const pair = serviceYaml("orders") + serviceYaml("canary") + leading("shop/orders", "shop/canary");

  it("AuthorizationPolicies add up", async () => {
    const guard = (name: string, path: string): string =>
      of(
        "AuthorizationPolicy",
        name,
        "shop",
        `{targetRefs: [{kind: Service, name: ${name}}], action: DENY, rules: [{to: [{paths: [${path}]}]}]}`,
      );
    const mesh = testMesh(pair + guard("orders", "/a") + guard("canary", "/b"));
    const found = [];
    for (const path of ["/a", "/b", "/c"]) {
      found.push(await statusOf(mesh, `/orders.shop${path}`));
    }
    expect(found).toEqual([403, 403, 200]);
    // Named by itself, the other service has nothing of it.
    expect(await statusOf(mesh, "/canary.shop/a")).toBe(200);
  });

  it("its AuthenticationPolicy holds where the other has none", async () => {
    const mesh = meshOf(pair + policyYaml(CLIENT));
    expect(await statusOf(mesh, "/orders.shop/x")).toBe(401);
    expect(await statusOf(mesh, "/orders.shop/x", { headers: basic("web", SECRET) })).toBe(200);
    expect(await statusOf(mesh, "/canary.shop/x")).toBe(200);
  });

  it("its contracts are asked for, and told of", async () => {
    const entry = { contract: "shop/c", tier: "gold", limits: [] };
    const tiered = { "shop/orders": true } as const;
    const without = meshOf(pair + policyYaml(CLIENT), { tiered });
    const answer = await without.send(`${SVC}/orders.shop/x`, { headers: basic("web", SECRET) });
    expect(await problemOf(answer)).toMatchObject({
      status: 401,
      code: "SLV2111",
      detail: "The application has no approved contract with the service shop/orders",
    });
    const contracts = { "shop/orders": { "shop/web": entry } };
    const withOne = meshOf(pair + policyYaml(CLIENT), { tiered, contracts });
    expect(await statusOf(withOne, "/orders.shop/x", { headers: basic("web", SECRET) })).toBe(200);
  });

  it("its limits are counted", async () => {
    const limit = of(
      "RateLimitPolicy",
      "one",
      "shop",
      "{targetRefs: [{kind: Service, name: orders}], limits: [{name: one, requests: 1, window: 1m, mode: local, key: []}]}",
    );
    const mesh = testMesh(pair + limit);
    expect([await statusOf(mesh, "/orders.shop/x"), await statusOf(mesh, "/orders.shop/x")]).toEqual([200, 429]);
    expect(await statusOf(mesh, "/canary.shop/x")).toBe(200);
  });
});

describe("a route of a namespace that was granted nothing leads nobody to another's service", () => {
  const pair = closed("front", "evil") + closed("orders") + leading("evil/front", "shop/orders");
  const open = (target: string): string =>
    of("AuthenticationPolicy", "open", "evil", `{targetRefs: [${target}], mode: permit, mesh: {required: false}}`);

  it.each(["{kind: HTTPRoute, name: led}", "{kind: Service, name: front}"])(
    "whatever its policies on %s let in",
    async (target) => {
      const mesh = testMesh(pair + open(target), { ports: { keys: () => keys } });
      expect(await statusOf(mesh, "/front.evil/x")).toBe(500);
      expect(mesh.sent).toEqual([]);
    },
  );

  it("and says who may come once the other namespace has granted it the service", async () => {
    const grant = `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: evil, namespace: shop}
spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: evil}], to: [{group: selvage.dev, kind: Service}]}
---
`;
    const mesh = testMesh(pair + open("{kind: HTTPRoute, name: led}") + grant);
    expect(await statusOf(mesh, "/front.evil/x")).toBe(200);
  });
});

it("what is wrong with a backend is told to nobody who would not be let in", async () => {
  const mesh = meshOf(serviceYaml("orders") + leading("shop/orders", "other/secret") + policyYaml(CLIENT));
  expect(await statusOf(mesh, "/orders.shop/x")).toBe(401);
  expect(await statusOf(mesh, "/orders.shop/x", { headers: basic("web", SECRET) })).toBe(500);
});

describe("a proxy that asks about a service", () => {
  const asking = (mesh: TestMesh, init: RequestInit = {}): Promise<Response> =>
    mesh.ask("http://mesh.example/_selvage/authz/envoy/orders.shop/x", init);
  const judged = (verdict: () => Response, forwardBody = ""): TestMesh => {
    const filter = `, filters: [{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: judge}, http: {path: /}${forwardBody}}}]`;
    const documents = serviceYaml("orders") + serviceYaml("judge") + leading("shop/orders", "shop/orders", filter);
    return testMesh(documents, { service: verdict });
  };

  it("is told what the route's authorization service lets pass, and what that adds", async () => {
    const mesh = judged(() => new Response(null, { headers: { "x-seen-by": "judge" } }));
    const answer = await asking(mesh, { method: "POST", headers: { authorization: "Basic abc" } });
    expect([answer.status, answer.headers.get("x-seen-by")]).toEqual([200, "judge"]);
    expect(mesh.sent.map(({ url, method }) => [method, url])).toEqual([["POST", "http://judge.example/x"]]);
    expect(mesh.sent[0]?.headers.get("authorization")).toBe("Basic abc");
  });

  it("is refused as the route's authorization service refuses", async () => {
    const answer = await asking(judged(() => new Response("not you", { status: 403 })));
    expect([answer.status, await answer.text()]).toEqual([403, "not you"]);
    expect(answer.headers.get("selvage-decision")).toContain("external-auth");
  });

  it("is refused where that service would have to see a body, which the proxy did not show", async () => {
    const mesh = judged(() => new Response(), ", forwardBody: {maxSize: 100}");
    const answer = await asking(mesh, { method: "POST" });
    expect([answer.status, mesh.sent.length]).toEqual([403, 0]);
    expect(await problemOf(answer)).toMatchObject({ code: "SLV2003" });
    expect((await asking(mesh)).status).toBe(200);
  });

  it("hears the service's own no, wherever its route leads", async () => {
    const guard = of(
      "AuthorizationPolicy",
      "shut",
      "shop",
      "{targetRefs: [{kind: Service, name: orders}], action: DENY, rules: [{}]}",
    );
    const mesh = testMesh(serviceYaml("orders") + serviceYaml("open") + leading("shop/orders", "shop/open") + guard);
    expect((await asking(mesh)).status).toBe(403);
  });
});

it.each(["Bearer\tforged", "bearer\u00a0forged", "Basic\tforged"])(
  "a bad proof is not overlooked because of the space before it: %j",
  async (authorization) => {
    const mesh = meshOf(serviceYaml("orders") + policyYaml(`mode: permit, ${JWT}, ${CLIENT}`));
    expect(await statusOf(mesh, "/orders.shop/x", { headers: { authorization } })).toBe(401);
  },
);
const JWT = `jwt: {providers: [{name: idp, issuer: "https://id.example.com/", secretRef: {name: KEY}, algorithms: [HS256]}]}`;
