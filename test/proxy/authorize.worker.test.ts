// What AuthorizationPolicies do to requests: where they hold, which path they judge, and what a refusal looks like.
import { describe, expect, it } from "vitest";
import {
  bearing,
  CLAIMS,
  GUARDED_URL,
  inlineProviders,
  newIssuers,
  policyYaml,
} from "../support/worker/guarded-mesh.ts";
import { problemOf, routeYaml, serviceYaml, testMesh, type TestMesh } from "../support/worker/test-mesh.ts";

const policy = (name: string, target: string, spec: string): string => `
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: shop}
spec: {targetRefs: [${target}], ${spec}}
---
`;
const onService = (spec: string, name = "guard"): string => policy(name, "{kind: Service, name: orders}", spec);
const SVC = "http://any.example/svc/orders.shop";

async function statuses(mesh: TestMesh, ...paths: string[]): Promise<number[]> {
  const found: number[] = [];
  for (const path of paths) {
    found.push((await mesh.send(path)).status);
  }
  return found;
}

describe("a refusal", () => {
  it("is a 403 that names the DENY, and nothing is sent to the service", async () => {
    const mesh = testMesh(serviceYaml("orders") + onService("action: DENY, rules: [{to: [{paths: [/admin/*]}]}]"));
    const answer = await mesh.send(`${SVC}/admin/x`);
    expect(answer.status).toBe(403);
    expect(answer.headers.get("selvage-decision")).toBe('authorize; policy="AuthorizationPolicy/shop/guard"; rev=7');
    expect(answer.headers.get("selvage-revision")).toBe("7");
    expect(await problemOf(answer)).toMatchObject({
      code: "SLV2150",
      status: 403,
      title: "A policy does not let the caller do this",
      detail: "An AuthorizationPolicy denies this request",
    });
    expect(mesh.sent).toEqual([]);
    expect(await statuses(mesh, `${SVC}/orders`)).toEqual([200]);
  });

  it("names the first ALLOW when none allows, and says so", async () => {
    const mesh = testMesh(
      serviceYaml("orders") + onService("rules: [{to: [{methods: [GET]}]}]") + onService("rules: []", "second"),
    );
    const answer = await mesh.send(`${SVC}/`, { method: "POST", body: "x" });
    expect(answer.headers.get("selvage-decision")).toBe('authorize; policy="AuthorizationPolicy/shop/guard"; rev=7');
    expect(await problemOf(answer)).toMatchObject({
      code: "SLV2150",
      detail: "There are AuthorizationPolicies that allow, and none of them allows this request",
    });
    expect(await statuses(mesh, `${SVC}/`)).toEqual([200]);
  });

  it("comes after 401 and before limits, answers by filters, and 404 of the service's own routes", async () => {
    const closed = serviceYaml("orders").replace("exposure: public", "exposure: mesh") + onService("rules: []");
    expect((await testMesh(closed).send(`${SVC}/`)).status).toBe(401);
    const redirecting = routeYaml(
      "[{filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: /secret}}}]}]",
    );
    const mesh = testMesh(redirecting + policy("guard", "{kind: HTTPRoute, name: route}", "rules: []"));
    const answer = await mesh.send("http://shop.example/");
    expect(answer.status).toBe(403);
    expect(answer.headers.get("location")).toBeNull();
  });

  it("comes when a policy that holds is missing from the snapshot", async () => {
    const mesh = testMesh(serviceYaml("orders") + onService("rules: [{}]"));
    (mesh.snapshot.policies.authorization as unknown[]).length = 0;
    const answer = await mesh.send(`${SVC}/`);
    expect(answer.status).toBe(403);
    expect(await problemOf(answer)).toMatchObject({ detail: "The policies that hold here are not known" });
    expect(mesh.sent).toEqual([]);
  });

  it("has no body for HEAD, and can be read by a page that may read answers", async () => {
    const cors = routeYaml(
      '[{backendRefs: [{name: orders}], filters: [{type: CORS, cors: {allowOrigins: ["https://page.example"]}}]}]',
    );
    const mesh = testMesh(serviceYaml("orders") + cors + onService("rules: []"));
    const answer = await mesh.send("http://shop.example/", {
      method: "HEAD",
      headers: { origin: "https://page.example" },
    });
    expect([answer.status, await answer.text()]).toEqual([403, ""]);
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://page.example");
  });

  it("is traced with the policies that only report", async () => {
    const mesh = testMesh(
      serviceYaml("orders") +
        onService("action: AUDIT, rules: [{to: [{methods: [GET]}]}]", "watch") +
        onService("rules: [{}]"),
    );
    expect(await statuses(mesh, `${SVC}/`)).toEqual([200]);
    expect(mesh.traced.find(([stage]) => stage === "authorize")).toEqual([
      "authorize",
      { allowed: true, policy: "shop/guard", audited: ["shop/watch"] },
    ]);
  });
});

describe("the path that is judged", () => {
  const allow = onService("rules: [{to: [{paths: [/orders/*]}]}]");
  const deny = onService("action: DENY, rules: [{to: [{paths: [/admin, /admin/*]}]}]");

  it("is the one after what addressed the service", async () => {
    const mesh = testMesh(serviceYaml("orders") + allow, { env: { MESH_DOMAIN: "mesh.example" } });
    expect(
      await statuses(mesh, `${SVC}/orders/1`, `${SVC}/other`, SVC, "http://orders.shop.mesh.example/orders/1"),
    ).toEqual([200, 403, 403, 200]);
  });

  it("is the one that the caller sent, before a rewrite, for an ALLOW", async () => {
    const rewriting = (to: string): string =>
      routeYaml(
        `[{matches: [{path: {value: /shop}}], backendRefs: [{name: orders}], filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: ${to}}}}]}]`,
      );
    const inside = testMesh(serviceYaml("orders") + allow + rewriting("/orders"));
    expect(await statuses(inside, "http://shop.example/shop/1")).toEqual([403]);
    const outside = testMesh(
      serviceYaml("orders") + onService("rules: [{to: [{paths: [/shop/*]}]}]") + rewriting("/x"),
    );
    expect(await statuses(outside, "http://shop.example/shop/1")).toEqual([200]);
    expect(outside.sent[0]?.url).toBe("http://orders.example/x/1");
  });

  it("is the one that is forwarded, byte for byte, whatever a snapshot says", async () => {
    const rewriting = (to: string): TestMesh => {
      const yaml = routeYaml(
        "[{matches: [{path: {value: /p}}], backendRefs: [{name: orders}], filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /to}}}]}]",
      );
      const deny = onService("action: DENY, rules: [{to: [{paths: [/admin, /admin/*]}]}]");
      const mesh = testMesh(serviceYaml("orders") + yaml + deny);
      // As a release before paths were checked has written it.
      const [filter] = mesh.snapshot.router.rules[0]!.filters;
      Object.defineProperty(filter, "path", { value: { type: "ReplacePrefixMatch", value: to } });
      return mesh;
    };
    for (const to of ["/..", "/%2f/..", "/a%/..", "/x/..;/../..", "/;x/.."]) {
      const mesh = rewriting(to);
      const answer = await mesh.send("http://shop.example/p/admin/x");
      expect([to, answer.status]).toEqual([to, 500]);
      expect((await problemOf(answer)).detail).toMatch(
        /^Rule 0 of HTTPRoute shop\/route rewrites the path to one that/,
      );
      expect(mesh.sent).toEqual([]);
    }
    expect((await rewriting("/a/..").send("http://shop.example/p/admin/x")).status).toBe(403);
    const mesh = rewriting("/é/{x}");
    expect((await mesh.send("http://shop.example/p/a?q=1")).status).toBe(200);
    expect(new URL(mesh.sent[0]!.url).pathname).toBe("/%C3%A9/%7Bx%7D/a");
    const answer = await rewriting(`/${"x".repeat(1000)}`).send(`http://shop.example/p/${"y".repeat(7500)}`);
    expect([answer.status, (await problemOf(answer)).code]).toEqual([414, "SLV5002"]);
  });

  it("is every one on the way for a DENY: no route can rewrite around it", async () => {
    const around = routeYaml(
      "[{matches: [{path: {value: /x}}], backendRefs: [{name: orders}], filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /admin/../admin}}}]}]",
    );
    const mesh = testMesh(serviceYaml("orders") + deny + around);
    expect(await statuses(mesh, "http://shop.example/x", "http://shop.example/x/1", `${SVC}/x`)).toEqual([
      403, 403, 200,
    ]);
    const sent = testMesh(serviceYaml("orders") + onService('action: DENY, rules: [{to: [{paths: ["/svc/*"]}]}]'));
    expect(await statuses(sent, `${SVC}/x`)).toEqual([403]);
  });

  it.each([
    "/admin",
    "/%61dmin/x",
    "/x/../admin/x",
    "//admin//x",
    "/admin;v=1/x",
    "/admin%3Bx",
    "/x/%2e%2e/admin",
    "/admin?x",
    "/admin#x",
  ])("is canonical: %s is refused by a DENY of /admin", async (path) => {
    const mesh = testMesh(serviceYaml("orders") + deny);
    expect(await statuses(mesh, `${SVC}${path}`)).toEqual([403]);
  });

  it("is the one that goes on: parameters cannot move what addressed the service", async () => {
    const mesh = testMesh(serviceYaml("orders") + serviceYaml("admin") + deny);
    expect(
      await statuses(
        mesh,
        "http://any.example/;x/svc/orders.shop/admin",
        "http://any.example/svc/;x/orders.shop/admin",
      ),
    ).toEqual([400, 400]);
    expect(await statuses(mesh, "http://any.example/svc;x/orders.shop;y/admin;z")).toEqual([403]);
    expect(mesh.sent).toEqual([]);
  });
});

describe("policies hold", () => {
  it("on the mesh, the gateway, the service, the route and the rule, all at once", async () => {
    const route = routeYaml(
      "[{name: read, backendRefs: [{name: orders}], matches: [{path: {value: /read}}]}, {name: write, backendRefs: [{name: orders}]}]",
    );
    const denyHeader = (name: string, target: string): string =>
      policy(name, target, `action: DENY, rules: [{when: [{key: "header:x-${name}", values: ["*"]}]}]`);
    const mesh = testMesh(
      serviceYaml("orders") +
        route +
        denyHeader("mesh", "{kind: Mesh}") +
        denyHeader("service", "{kind: Service, name: orders}") +
        denyHeader("route", "{kind: HTTPRoute, name: route}") +
        denyHeader("rule", "{kind: HTTPRoute, name: route, sectionName: read}"),
    );
    const sent = async (path: string, name: string): Promise<number> =>
      (await mesh.send(path, { headers: { [`x-${name}`]: "1" } })).status;
    const read = "http://shop.example/read";
    for (const name of ["mesh", "service", "route", "rule"]) {
      expect([name, await sent(read, name)]).toEqual([name, 403]);
    }
    expect(await sent("http://shop.example/other", "rule")).toBe(200);
    expect(await sent(`${SVC}/`, "route")).toBe(200);
    expect(await sent(`${SVC}/`, "service")).toBe(403);
  });

  it("for the address that the platform tells, never for one that the caller tells", async () => {
    const allow = onService("rules: [{from: [{ipBlocks: [203.0.113.0/24]}]}]");
    const spoofed = { "x-forwarded-for": "203.0.113.9", "x-real-ip": "203.0.113.9", forwarded: "for=203.0.113.9" };
    const unknown = testMesh(serviceYaml("orders") + allow, { env: { LOCAL_CLIENT_ADDRESS: undefined } });
    expect((await unknown.send(`${SVC}/`, { headers: { ...spoofed, "cf-connecting-ip": "203.0.113.9" } })).status).toBe(
      403,
    );
    const known = (address: string): TestMesh =>
      testMesh(serviceYaml("orders") + allow, { env: { LOCAL_CLIENT_ADDRESS: address } });
    expect((await known("192.0.2.7").send(`${SVC}/`, { headers: spoofed })).status).toBe(403);
    expect((await known("::ffff:203.0.113.9").send(`${SVC}/`)).status).toBe(200);
    const denied = testMesh(
      serviceYaml("orders") + onService("action: DENY, rules: [{from: [{ipBlocks: [203.0.113.0/24]}]}]"),
      { env: { LOCAL_CLIENT_ADDRESS: undefined } },
    );
    expect((await denied.send(`${SVC}/`)).status).toBe(403);
  });
});

describe("an end user", () => {
  it("is known by the claims and the name that their token proves, and by nothing that they say", async () => {
    const kit = await newIssuers();
    const authentication = policyYaml(`mode: permit, jwt: {providers: ${inlineProviders(kit)}}`);
    const authorization = onService(
      `rules: [{from: [{principals: ["${CLAIMS.iss}/u1"]}]}, {when: [{key: "claim:groups", values: [admin]}]}]`,
    );
    const mesh = testMesh(serviceYaml("orders") + authentication + authorization);
    const status = async (init?: RequestInit): Promise<number> => (await mesh.send(GUARDED_URL, init)).status;
    const someone = { ...CLAIMS, sub: "u2" };
    expect(await status(bearing(await kit.sign(CLAIMS)))).toBe(200);
    expect(await status(bearing(await kit.sign(someone)))).toBe(403);
    expect(await status(bearing(await kit.sign({ ...someone, groups: ["dev", "admin"] })))).toBe(200);
    expect(await status(bearing(await kit.sign({ ...someone, groups: { admin: true } })))).toBe(403);
    expect(await status()).toBe(403);
    expect(await status({ headers: { "x-user": "u1", groups: "admin", "selvage-source": "u1" } })).toBe(403);
    expect(await status(bearing(await kit.sign({ ...CLAIMS, exp: 1 })))).toBe(401);
  });
});
