// What IPAccessPolicies do to requests through the mesh and to requests that other proxies ask about: by the address
// that is the caller's, before anything else is told or checked.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { problemOf, routeYaml, serviceYaml, testMesh, type TestMesh } from "../support/worker/test-mesh.ts";

const policy = (name: string, target: string, spec: string): string => `
apiVersion: selvage.dev/v1
kind: IPAccessPolicy
metadata: {name: ${name}, namespace: shop}
spec: {targetRefs: [${target}], ${spec}}
---
`;
const ORDERS = "{kind: Service, name: orders}";
const SVC = "http://any.example/svc/orders.shop/";

const mesh = (documents: string): TestMesh =>
  testMesh(documents, { env: { ...env, LOCAL_MESH: "", ADAPTER_TOKEN: "secret" } });
const from = (address: string, more: Record<string, string> = {}): RequestInit => ({
  headers: { "cf-connecting-ip": address, ...more },
});
async function statuses(of: TestMesh, url: string, ...addresses: string[]): Promise<number[]> {
  return Promise.all(addresses.map(async (address) => (await of.send(url, from(address))).status));
}

describe("a request through the mesh", () => {
  it("is refused with a 403 that names the policy, and nothing is sent", async () => {
    const of = mesh(serviceYaml("orders") + policy("office", ORDERS, "deny: [198.51.100.0/24]"));
    const answer = await of.send(SVC, from("198.51.100.9"));
    expect(answer.status).toBe(403);
    expect(answer.headers.get("selvage-decision")).toBe('ip-access; policy="IPAccessPolicy/shop/office"; rev=7');
    expect(await problemOf(answer)).toMatchObject({
      code: "SLV2150",
      detail: "An IPAccessPolicy denies the address that this request comes from",
    });
    expect(of.sent).toEqual([]);
    expect(await statuses(of, SVC, "198.51.101.9")).toEqual([200]);
  });

  it("is judged by the platform's address and by no header of its own", async () => {
    const of = mesh(serviceYaml("orders") + policy("office", ORDERS, "allow: [203.0.113.0/24]"));
    const forged = { "x-forwarded-for": "203.0.113.1", "x-real-ip": "203.0.113.1", forwarded: "for=203.0.113.1" };
    expect((await of.send(SVC, from("198.51.100.9", forged))).status).toBe(403);
    const answer = await of.send(SVC, { headers: forged });
    expect(answer.status).toBe(403);
    expect((await problemOf(answer)).detail).toBe(
      "Which address this request comes from, or which addresses may come here, is not known",
    );
    expect(await statuses(of, SVC, "203.0.113.1", "::ffff:203.0.113.1", "64:ff9b::203.0.113.1")).toEqual([
      200, 200, 200,
    ]);
  });

  it("must pass the policies of mesh, service, route and rule, all of them", async () => {
    const of = mesh(
      serviceYaml("orders") +
        routeYaml("[{name: one, backendRefs: [{name: orders}]}]") +
        policy("mesh", "{kind: Mesh}", "deny: [192.0.2.1]") +
        policy("service", ORDERS, "deny: [192.0.2.2]") +
        policy("route", "{kind: HTTPRoute, name: route}", "deny: [192.0.2.3]") +
        policy("rule", "{kind: HTTPRoute, name: route, sectionName: one}", "deny: [192.0.2.4]"),
    );
    const addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"];
    expect(await statuses(of, "http://shop.example/", ...addresses)).toEqual([403, 403, 403, 403, 200]);
    expect(await statuses(of, SVC, ...addresses)).toEqual([403, 403, 200, 200, 200]);
  });

  it("is refused before a proof is asked for, a preflight answered or a redirect told", async () => {
    const closed = serviceYaml("orders").replace("exposure: public", "exposure: mesh");
    const shut = policy("mesh", "{kind: Mesh}", "deny: [192.0.2.1]");
    expect(await statuses(mesh(closed + shut), SVC, "192.0.2.1", "192.0.2.2")).toEqual([403, 401]);
    const redirecting = routeYaml(
      "[{filters: [{type: RequestRedirect, requestRedirect: {hostname: secret.example}}]}]",
    );
    const answer = await mesh(redirecting + shut).send("http://shop.example/", from("192.0.2.1"));
    expect([answer.status, answer.headers.get("location")]).toEqual([403, null]);
    const cors =
      '[{backendRefs: [{name: orders}], filters: [{type: CORS, cors: {allowOrigins: ["https://page.example"]}}]}]';
    const asked = { origin: "https://page.example", "access-control-request-method": "GET" };
    const preflight = { method: "OPTIONS", ...from("192.0.2.1", asked) };
    expect((await mesh(closed + routeYaml(cors) + shut).send("http://shop.example/", preflight)).status).toBe(403);
  });

  it("is refused when a policy that holds is missing from the snapshot", async () => {
    const of = mesh(serviceYaml("orders") + policy("office", ORDERS, "deny: [192.0.2.1]"));
    (of.snapshot.policies.ipAccess as unknown[]).length = 0;
    expect(await statuses(of, SVC, "192.0.2.2")).toEqual([403]);
    expect(of.sent).toEqual([]);
  });

  it("is told to whoever listens with the policy and the address", async () => {
    const of = mesh(serviceYaml("orders") + policy("office", ORDERS, "deny: [192.0.2.1]"));
    await statuses(of, SVC, "192.0.2.1");
    const facts = {
      allowed: false,
      because: "denied",
      policy: "shop/office",
      address: "192.0.2.1",
      policies: ["IPAccessPolicy/shop/office"],
    };
    expect(of.traced).toContainEqual(["ip-access", facts]);
  });
});

describe("a request that another proxy asks about", () => {
  const of = mesh(serviceYaml("orders") + policy("office", ORDERS, "allow: [203.0.113.0/24], deny: [203.0.113.9]"));
  const decided = async (adapter: string, headers: Record<string, string>): Promise<string> => {
    const asked = { "selvage-adapter-token": "secret", "cf-connecting-ip": "203.0.113.1", ...headers };
    const suffix = adapter === "envoy" ? "/orders/7" : "";
    const answer = await of.ask(`http://mesh.example/_selvage/authz/${adapter}/orders.shop${suffix}`, {
      headers: asked,
    });
    return `${answer.status} ${answer.headers.get("selvage-decision")?.split(";")[0]}`;
  };
  const ASKS = {
    envoy: (ip: string) => ({ "x-forwarded-for": `203.0.113.1, ${ip}` }),
    nginx: (ip: string) => ({
      "x-real-ip": ip,
      "x-original-uri": "/orders/7",
      "x-original-method": "GET",
      "x-original-host": "shop.example",
    }),
    traefik: (ip: string) => ({
      "x-forwarded-for": `203.0.113.1, ${ip}`,
      "x-forwarded-uri": "/orders/7",
      "x-forwarded-method": "GET",
      "x-forwarded-host": "shop.example",
      "x-forwarded-proto": "https",
    }),
  };

  it.each(Object.entries(ASKS))("%s: is judged by the address that the proxy saw", async (adapter, headers) => {
    expect(await decided(adapter, headers("203.0.113.2"))).toMatch(/^20\d allow$/);
    expect(await decided(adapter, headers("203.0.113.9"))).toBe("403 ip-access");
    expect(await decided(adapter, headers("198.51.100.1"))).toBe("403 ip-access");
    expect(await decided(adapter, headers("nonsense"))).toMatch(/^40[03] /);
  });
});
