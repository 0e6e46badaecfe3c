// What a proxy tells about a request (host, URI) must not become another path than the one that it forwards.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { meshKeys } from "../../support/worker/mesh-keys.ts";
import { serviceYaml, testMesh } from "../../support/worker/test-mesh.ts";

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
});
