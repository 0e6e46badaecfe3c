// What a proxy tells about a request (host, URI) must not become another path than the one that it forwards.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { meshKeys } from "../../support/worker/mesh-keys.ts";
import { problemOf, serviceYaml, testMesh } from "../../support/worker/test-mesh.ts";

const ORIGIN = "http://mesh.example";
const asking = (uri: string, more: Record<string, string> = {}): RequestInit => ({
  headers: { "x-original-uri": uri, "x-original-method": "GET", "x-original-host": "shop.example", ...more },
});

describe("what is told cannot be read as another path", () => {
  const shut = `
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: shut, namespace: shop}
spec: {targetRefs: [{kind: Service, name: open}], action: DENY, rules: [{to: [{paths: [/admin]}]}]}
---
`;
  it.each(["shop.example/x", "shop.example?", "shop.example#", "shop.example\\x", "a@shop.example"])(
    "by a host such as %s",
    async (host) => {
      const { ask } = testMesh(serviceYaml("open") + shut, { env: { ...env, LOCAL_MESH: "true", ADAPTER_TOKEN: "" } });
      const nginx = await ask(
        `${ORIGIN}/_selvage/authz/nginx/open.shop`,
        asking("/admin", { "x-original-host": host }),
      );
      const traefik = await ask(`${ORIGIN}/_selvage/authz/traefik/open.shop`, {
        headers: { "x-forwarded-uri": "/admin", "x-forwarded-host": host },
      });
      expect([nginx.status, traefik.status]).toEqual([400, 400]);
    },
  );

  it("by a path with several spellings, where the assertion is for one", async () => {
    const keys = await meshKeys("k1", "k2");
    const bound = serviceYaml("bound").replace("exposure: public", "exposure: public, assertion: request");
    const { ask } = testMesh(bound, {
      ports: { keys: () => keys },
      env: { ...env, LOCAL_MESH: "true", ADAPTER_TOKEN: "" },
    });
    const found = [];
    for (const uri of ["/a/./b", "/a/../b", "/a{b}", "/a/b"]) {
      found.push((await ask(`${ORIGIN}/_selvage/authz/nginx/bound.shop`, asking(uri))).headers.get("selvage-status"));
    }
    expect(found).toEqual(["400", "400", "400", null]);
  });

  it.each(["x-original-uri", "x-original-method", "x-original-host"])("by two %s", async (name) => {
    const { ask } = testMesh(serviceYaml("open"), { env: { ...env, LOCAL_MESH: "true", ADAPTER_TOKEN: "" } });
    const headers = new Headers(asking("/a").headers);
    headers.append(name, headers.get(name) ?? "");
    const answer = await ask(`${ORIGIN}/_selvage/authz/nginx/open.shop`, { headers });
    expect(answer.status).toBe(400);
    expect((await problemOf(answer)).detail).toContain(`${name} more than once`);
  });

  it("where servers count segments differently", async () => {
    const { ask } = testMesh(serviceYaml("open"), { env: { ...env, LOCAL_MESH: "true", ADAPTER_TOKEN: "" } });
    const uri = "/x//../admin";
    const nginx = await ask(`${ORIGIN}/_selvage/authz/nginx/open.shop`, asking(uri));
    expect([nginx.status, nginx.headers.get("selvage-status")]).toEqual([403, "400"]);
    const traefik = await ask(`${ORIGIN}/_selvage/authz/traefik/open.shop`, { headers: { "x-forwarded-uri": uri } });
    expect(traefik.status).toBe(400);
    expect((await problemOf(traefik)).detail).toContain("behind an empty segment");
  });

  it("because the answer says which path was judged", async () => {
    const { ask } = testMesh(serviceYaml("open"), { env: { ...env, LOCAL_MESH: "true", ADAPTER_TOKEN: "" } });
    const answers = [
      await ask(`${ORIGIN}/_selvage/authz/nginx/open.shop`, asking("/a/../b//c%65;d?e=%2e")),
      await ask(`${ORIGIN}/_selvage/authz/envoy/open.shop/b/c%65;d?e=%2e`),
      await ask(`${ORIGIN}/_selvage/authz/traefik/open.shop`, { headers: { "x-forwarded-uri": "/b/c%65;d?e=%2e" } }),
    ];
    for (const answer of answers) {
      expect(answer.headers.get("selvage-path")).toBe("/b/ce;d");
    }
  });

  it.each(["/a/../b", "/a//b", "/./b"])("where the proxy could not forward what was judged: %s", async (uri) => {
    const { ask } = testMesh(serviceYaml("open"), { env: { ...env, LOCAL_MESH: "true", ADAPTER_TOKEN: "" } });
    const answer = await ask(`${ORIGIN}/_selvage/authz/traefik/open.shop`, { headers: { "x-forwarded-uri": uri } });
    expect(answer.status).toBe(400);
  });
});
