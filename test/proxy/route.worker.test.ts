import { describe, expect, it } from "vitest";
import { problemOf, routeYaml, serviceYaml, testMesh, type TestMesh } from "../support/worker/test-mesh.ts";

const to = (mesh: TestMesh): string[] => mesh.sent.map(({ url }) => url);

describe("a service's own address", () => {
  const yaml = `${serviceYaml("orders")}${serviceYaml("private").replace("exposure: public", "exposure: mesh")}
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders}
spec: {exposure: public, endpoints: [{url: "http://default-orders.example/base"}]}
`;

  it("is a path under /svc/, which is cut off and told", async () => {
    const mesh = testMesh(yaml);
    await mesh.send("http://any.example/svc/orders.shop/a/b?c=1");
    expect(to(mesh)).toEqual(["http://orders.example/a/b?c=1"]);
    expect(mesh.sent[0]?.headers.get("x-forwarded-prefix")).toBe("/svc/orders.shop");
    expect(mesh.sent[0]?.headers.get("x-forwarded-host")).toBe("any.example");
  });

  it("without a namespace is that of the service in default", async () => {
    const mesh = testMesh(yaml);
    await mesh.send("http://any.example/svc/orders/a");
    expect(to(mesh)).toEqual(["http://default-orders.example/base/a"]);
  });

  it("without a path is the service's root", async () => {
    const mesh = testMesh(yaml);
    await mesh.send("http://any.example/svc/orders.shop");
    await mesh.send("http://any.example/svc/orders.shop?q");
    expect(to(mesh)).toEqual(["http://orders.example/", "http://orders.example/?q"]);
  });

  it("keeps path parameters, and is found despite them", async () => {
    const mesh = testMesh(yaml);
    await mesh.send("http://any.example/svc;a=1/orders.shop;b=2/x;c=3");
    expect(to(mesh)).toEqual(["http://orders.example/x;c=3"]);
  });

  it("is a host below the mesh domain", async () => {
    const mesh = testMesh(yaml, { env: { MESH_DOMAIN: "mesh.example" } });
    await mesh.send("http://orders.shop.mesh.example:8787/svc/x");
    expect(to(mesh)).toEqual(["http://orders.example/svc/x"]);
    expect(mesh.sent[0]?.headers.has("x-forwarded-prefix")).toBe(false);
    expect(mesh.sent[0]?.headers.get("x-forwarded-host")).toBe("orders.shop.mesh.example:8787");
  });

  it("needs an identity unless the service is public", async () => {
    const mesh = testMesh(yaml, { env: { MESH_DOMAIN: "mesh.example" } });
    for (const url of ["http://any.example/svc/private.shop/x", "http://private.shop.mesh.example/x"]) {
      const answer = await mesh.send(url);
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="selvage"');
      expect(answer.headers.get("selvage-decision")).toBe('authenticate; policy="Service/shop/private"; rev=7');
      expect(await problemOf(answer)).toMatchObject({
        code: "SLV2101",
        detail: 'The service shop/private takes only callers with an identity: its exposure is "mesh"',
      });
    }
    expect(mesh.sent).toEqual([]);
  });

  it("of a service that does not exist is a 404 that says so", async () => {
    const answer = await testMesh(yaml).send("http://any.example/svc/orderz.shop/x");
    expect(answer.status).toBe(404);
    expect(await problemOf(answer)).toMatchObject({
      code: "SLV5003",
      detail: "There is no service shop/orderz, and no route matches GET /svc/orderz.shop/x on any.example",
    });
  });
});

describe("which wins", () => {
  const services = `${serviceYaml("orders")}${serviceYaml("web")}`;

  it("a route on the hostname, over a service's path", async () => {
    const mesh = testMesh(services + routeYaml("[{backendRefs: [{name: web}]}]"));
    await mesh.send("http://shop.example/svc/orders.shop/x");
    await mesh.send("http://other.example/svc/orders.shop/x");
    expect(to(mesh)).toEqual(["http://web.example/svc/orders.shop/x", "http://orders.example/x"]);
  });

  it("a service's path, over a route on every host", async () => {
    const mesh = testMesh(services + routeYaml("[{backendRefs: [{name: web}]}]", "all", "[]"));
    await mesh.send("http://shop.example/svc/orders.shop/x");
    await mesh.send("http://shop.example/svc/unknown.shop/x");
    await mesh.send("http://shop.example/x");
    expect(to(mesh)).toEqual([
      "http://orders.example/x",
      "http://web.example/svc/unknown.shop/x",
      "http://web.example/x",
    ]);
  });

  it("a service's path, where the hostname's routes do not match it", async () => {
    const rules = "[{matches: [{path: {value: /web}}], backendRefs: [{name: web}]}]";
    const mesh = testMesh(services + routeYaml(rules));
    await mesh.send("http://shop.example/svc/orders.shop/x");
    expect(to(mesh)).toEqual(["http://orders.example/x"]);
  });
});

describe("a service's own routes (GAMMA)", () => {
  const yaml = `${serviceYaml("orders")}${serviceYaml("beta")}
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: mesh, namespace: shop}
spec:
  parentRefs: [{group: "selvage.dev", kind: Service, name: orders}]
  rules:
    - matches: [{path: {value: /beta}}]
      filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}}}]
      backendRefs: [{name: beta}]
    - matches: [{path: {value: /plain}}]
      backendRefs: [{name: orders}]
`;

  it("apply to calls addressed to it, below the part that addresses it", async () => {
    const mesh = testMesh(yaml);
    await mesh.send("http://any.example/svc/orders.shop/beta/x");
    await mesh.send("http://any.example/svc/orders.shop/plain");
    expect(to(mesh)).toEqual(["http://beta.example/b/x", "http://orders.example/plain"]);
  });

  it("are all there is once there are any", async () => {
    const answer = await testMesh(yaml).send("http://any.example/svc/orders.shop/other");
    expect(answer.status).toBe(404);
    expect(answer.headers.get("selvage-decision")).toBe('route; policy="Service/shop/orders"; rev=7');
    expect(await problemOf(answer)).toMatchObject({
      detail:
        "The service shop/orders has routes of its own, and none of them matches this method, path, headers and query",
    });
  });
});

describe("rules of a Gateway", () => {
  const yaml = `${serviceYaml("one")}${serviceYaml("two")}${routeYaml(`
    - name: special
      matches:
        - path: {type: Exact, value: /exact}
        - {path: {value: /q}, queryParams: [{name: kind, value: special one}]}
        - {path: {value: /h}, headers: [{name: X-Kind, value: special}]}
        - {path: {value: /m}, method: POST}
      backendRefs: [{name: two}]
    - backendRefs: [{name: one}]`)}`;

  it.each([
    ["/exact", {}, "two"],
    ["/exact/", {}, "one"],
    ["/q?kind=special%20one&kind=2", {}, "two"],
    ["/q?kind=2&kind=special%20one", {}, "one"],
    ["/h", { headers: { "x-kind": "special" } }, "two"],
    ["/h", { headers: { "x-kind": "special, other" } }, "one"],
    ["/m", { method: "POST" }, "two"],
    ["/m", {}, "one"],
  ])("choose for %s %j: %s", async (path, init, service) => {
    const mesh = testMesh(yaml);
    await mesh.send(`http://shop.example${path}`, init);
    expect(to(mesh)).toEqual([`http://${service}.example${path}`]);
  });

  it("match the canonical path, whatever was sent", async () => {
    const mesh = testMesh(yaml);
    await mesh.send("http://shop.example/%65xact;v=1");
    expect(to(mesh)).toEqual(["http://two.example/exact;v=1"]);
  });

  it("spread requests by weight", async () => {
    const weighted = routeYaml("[{backendRefs: [{name: one, weight: 3}, {name: two, weight: 1}]}]");
    const mesh = testMesh(serviceYaml("one") + serviceYaml("two") + weighted, { random: [0.7, 0, 0.8, 0] });
    await mesh.send("http://shop.example/");
    expect(to(mesh)).toEqual(["http://one.example/"]);
    const other = testMesh(serviceYaml("one") + serviceYaml("two") + weighted, { random: [0.8, 0] });
    await other.send("http://shop.example/");
    expect(to(other)).toEqual(["http://two.example/"]);
  });

  it("publish a service that is otherwise for the mesh only", async () => {
    const mesh = testMesh(
      serviceYaml("one").replace("exposure: public", "exposure: mesh") + routeYaml("[{backendRefs: [{name: one}]}]"),
    );
    expect((await mesh.send("http://shop.example/")).status).toBe(200);
  });
});

describe("a rule that leads nowhere", () => {
  it.each([
    ["to a service that does not exist", "[{backendRefs: [{name: nobody}]}]", /nobody/],
    ["without backends", "[{}]", /Rule 0 of HTTPRoute shop\/route has no backend with a weight above 0/],
    ["whose weights are all 0", "[{backendRefs: [{name: one, weight: 0}]}]", /has no backend with a weight above 0/],
    ["to a kind that is no Service", "[{backendRefs: [{kind: Bucket, name: one}]}]", /./],
    ["to another namespace without a grant", "[{backendRefs: [{name: far, namespace: elsewhere}]}]", /./],
  ])("%s answers 500", async (_, rules, detail) => {
    const far = serviceYaml("far").replace("namespace: shop", "namespace: elsewhere");
    const answer = await testMesh(serviceYaml("one") + far + routeYaml(rules)).send("http://shop.example/");
    expect(answer.status).toBe(500);
    expect(answer.headers.get("selvage-decision")).toBe('route; policy="HTTPRoute/shop/route/0"; rev=7');
    const problem = await problemOf(answer);
    expect(problem).toMatchObject({ code: "SLV5004" });
    expect(problem["detail"]).toMatch(detail);
  });

  it("with no endpoint answers 503 and when to come back", async () => {
    const answer = await testMesh(serviceYaml("one", "[]") + routeYaml("[{backendRefs: [{name: one}]}]")).send(
      "http://shop.example/",
    );
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("1");
    expect(answer.headers.get("selvage-decision")).toBe('forward; policy="HTTPRoute/shop/route/0"; rev=7');
    expect(await problemOf(answer)).toMatchObject({
      code: "SLV5005",
      detail: "The service shop/one has no endpoint: none is registered",
    });
  });

  it("with no endpoint of the version it names says which", async () => {
    const yaml = serviceYaml("one") + routeYaml("[{backendRefs: [{name: one, version: v9}]}]");
    const answer = await testMesh(yaml).send("http://shop.example/");
    expect(await problemOf(answer)).toMatchObject({
      code: "SLV5005",
      version: "v9",
      detail: "The service shop/one has no endpoint of version v9: none of the 1 registered can be used",
    });
  });
});

describe("a request that no route matches", () => {
  const yaml =
    serviceYaml("one") +
    routeYaml("[{matches: [{path: {value: /orders}}, {path: {value: /orders/special}}], backendRefs: [{name: one}]}]");

  it("is told the listeners and the nearest routes in a local mesh", async () => {
    const answer = await testMesh(yaml).send("http://shop.example/order");
    expect(answer.status).toBe(404);
    expect(await problemOf(answer)).toMatchObject({
      code: "SLV5003",
      detail: "No route matches GET /order on shop.example",
      listeners: expect.arrayContaining([expect.objectContaining({ gateway: "selvage-system/selvage" })]),
      routes: [
        { route: "shop/route", rule: "0", host: "shop.example", path: "/orders", type: "PathPrefix", method: null },
      ],
    });
  });

  it("is told nothing about others' routes elsewhere", async () => {
    const problem = await problemOf(
      await testMesh(yaml, { env: { LOCAL_MESH: "" } }).send("http://shop.example/order"),
    );
    expect(problem["detail"]).toBe("No route matches GET /order on shop.example");
    expect(problem).not.toHaveProperty("routes");
    expect(problem).not.toHaveProperty("listeners");
  });
});
