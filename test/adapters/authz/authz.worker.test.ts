import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { keySetOfKeys } from "../../../src/tokens/key-set.ts";
import { readToken } from "../../../src/tokens/read-token.ts";
import { verifyToken } from "../../../src/tokens/verify-token.ts";
import { meshKeys } from "../../support/worker/mesh-keys.ts";
import { NOW, problemOf, serviceYaml, testMesh, type TestMeshOptions } from "../../support/worker/test-mesh.ts";

const ORIGIN = "http://mesh.example";

const routes = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ours, namespace: shop}
spec:
  parentRefs: [{kind: Service, group: selvage.dev, name: listed}]
  rules:
    - matches: [{path: {value: /orders}}]
      backendRefs: [{name: listed}]
---
`;

const limited = `
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: two, namespace: shop}
spec:
  targetRefs: [{kind: Service, name: limited}]
  limits: [{name: two, requests: 2, window: 1m, mode: local, key: [ip]}]
---
`;

const DOCUMENTS =
  serviceYaml("open") +
  serviceYaml("limited") +
  serviceYaml("listed") +
  serviceYaml("closed").replace("exposure: public", "exposure: mesh") +
  routes +
  limited;

function mesh(options: TestMeshOptions = {}) {
  return testMesh(DOCUMENTS, { ...options, env: { ...env, LOCAL_MESH: "true", ADAPTER_TOKEN: "", ...options.env } });
}

const nginxAsks = (uri: string, more: Record<string, string> = {}): RequestInit => ({
  headers: { "x-original-uri": uri, "x-original-method": "GET", "x-original-host": "shop.example", ...more },
});

describe("Envoy's ext_authz", () => {
  it("is allowed with exactly 200, no body, and headers for the service", async () => {
    const answer = await mesh().ask(`${ORIGIN}/_selvage/authz/envoy/open.shop/orders/7?x=1`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe("");
    expect(answer.headers.get("selvage-decision")).toBe('allow; policy="Service/shop/open"; rev=7');
    expect(answer.headers.get("selvage-source")).toBe("anonymous");
    expect(answer.headers.get("x-request-id")).toBe("new-id");
  });

  it("hands out the assertion that services check, in place of what the client claims", async () => {
    const keys = await meshKeys("k1", "k2");
    const answer = await mesh({ ports: { keys: () => keys } }).ask(`${ORIGIN}/_selvage/authz/envoy/open.shop/`, {
      headers: { "selvage-assertion": "forged" },
    });
    const token = readToken(answer.headers.get("selvage-assertion") ?? "");
    if (!token.ok) {
      throw new Error(token.reason);
    }
    const terms = { issuer: "spiffe://mesh.local", audiences: ["shop/open"], algorithms: ["ES256"], clockSkewMs: 0 };
    const more = { requiredClaims: ["exp"], types: ["selvage-assertion+jwt"] };
    const verified = await verifyToken(token, keySetOfKeys(keys.accepted, "ES256"), { ...terms, ...more }, NOW);
    expect(verified).toMatchObject({ ok: true, claims: { sub: "anonymous" } });
    expect(answer.headers.get("x-envoy-auth-headers-to-remove")).toBeNull();
  });

  it("sends nothing to the service", async () => {
    const { ask, sent } = mesh();
    await ask(`${ORIGIN}/_selvage/authz/envoy/open.shop/`);
    expect(sent).toEqual([]);
  });

  it("is told to remove what only the mesh may say", async () => {
    const answer = await mesh().ask(`${ORIGIN}/_selvage/authz/envoy/open.shop/`, {
      headers: { "selvage-assertion": "forged", "x-custom": "kept", "x-forwarded-for": "203.0.113.7" },
    });
    expect(answer.headers.get("x-envoy-auth-headers-to-remove")).toBe("selvage-assertion");
  });

  it("is refused with the mesh's own status and body", async () => {
    const answer = await mesh().ask(`${ORIGIN}/_selvage/authz/envoy/closed.shop/`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toContain("Bearer");
    expect(await problemOf(answer)).toMatchObject({ code: "SLV2101" });
  });

  it("asks with the client's own method", async () => {
    const { ask } = mesh();
    expect((await ask(`${ORIGIN}/_selvage/authz/envoy/open.shop/x`, { method: "DELETE" })).status).toBe(200);
  });

  it("knows the client by the last address of X-Forwarded-For", async () => {
    const { ask } = mesh();
    const from = (forwarded: string) =>
      ask(`${ORIGIN}/_selvage/authz/envoy/limited.shop/`, { headers: { "x-forwarded-for": forwarded } });
    expect((await from("198.51.100.1, 203.0.113.7")).status).toBe(200);
    expect((await from("198.51.100.2, 203.0.113.7")).status).toBe(200);
    const third = await from("198.51.100.3, 203.0.113.7");
    expect(third.status).toBe(429);
    expect(third.headers.get("retry-after")).not.toBeNull();
    expect((await from("203.0.113.8")).status).toBe(200);
  });

  it.each([
    ["/orders%2f..%2fadmin", "an encoded slash"],
    ["/orders/..%5cadmin", "an encoded backslash"],
    ["/a;b/..;/x", "parameters behind dots"],
    ["/%zz", "a bad escape"],
  ])("refuses %s (%s) with 400", async (path) => {
    const answer = await mesh().ask(`${ORIGIN}/_selvage/authz/envoy/open.shop${path}`);
    expect(answer.status).toBe(400);
    expect(await problemOf(answer)).toMatchObject({ code: "SLV5000" });
  });

  it("judges the canonical path by the service's own routes", async () => {
    const { ask } = mesh();
    expect((await ask(`${ORIGIN}/_selvage/authz/envoy/listed.shop/ord%65rs/1`)).status).toBe(200);
    const other = await ask(`${ORIGIN}/_selvage/authz/envoy/listed.shop/admin`);
    expect(other.status).toBe(404);
    expect(await problemOf(other)).toMatchObject({ code: "SLV5003" });
  });

  it("refuses a question that names another service than the proxy's own", async () => {
    const answer = await mesh().ask(`${ORIGIN}/_selvage/authz/envoy/open.shop/x`, {
      headers: { "selvage-service": "closed.shop" },
    });
    expect(answer.status).toBe(403);
    expect(await problemOf(answer)).toMatchObject({ code: "SLV2191" });
  });

  it("does not pass a question on that climbed out of the adapter's path", async () => {
    const { send, sent } = mesh();
    const answer = await send(`${ORIGIN}/svc/open.shop/x`, { headers: { "selvage-service": "closed.shop" } });
    expect(answer.status).toBe(403);
    expect(await problemOf(answer)).toMatchObject({ code: "SLV2191" });
    expect(sent).toEqual([]);
  });
});

describe("nginx's auth_request", () => {
  const at = (service: string) => `${ORIGIN}/_selvage/authz/nginx/${service}`;

  it("is allowed with 200", async () => {
    const answer = await mesh().ask(at("open.shop"), nginxAsks("/orders/7?x=1"));
    expect(answer.status).toBe(200);
  });

  it("is refused with 401 and its WWW-Authenticate", async () => {
    const answer = await mesh().ask(at("closed.shop"), nginxAsks("/"));
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toContain("Bearer");
    expect(answer.headers.get("selvage-status")).toBe("401");
  });

  it("gets 403 for a limit, with what it would have been and when to come back", async () => {
    const { ask } = mesh();
    const once = () => ask(at("limited.shop"), nginxAsks("/", { "x-real-ip": "203.0.113.9" }));
    expect([(await once()).status, (await once()).status]).toEqual([200, 200]);
    const third = await once();
    expect(third.status).toBe(403);
    expect(third.headers.get("selvage-status")).toBe("429");
    expect(third.headers.get("x-mesh-status")).toBe("429");
    expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(third.headers.get("selvage-decision")).toBe('limit; policy="RateLimitPolicy/shop/two/two"; rev=7');
  });

  it("gets 403 for a path that has no canonical form", async () => {
    const answer = await mesh().ask(at("open.shop"), nginxAsks("/a/..%2fadmin"));
    expect(answer.status).toBe(403);
    expect(answer.headers.get("selvage-status")).toBe("400");
  });

  it("says so when nginx does not tell the URI", async () => {
    const answer = await mesh().ask(at("open.shop"));
    expect(answer.status).toBe(400);
    expect((await problemOf(answer)).detail).toContain("proxy_set_header X-Original-URI $request_uri");
  });

  it("judges the method that the client used", async () => {
    const answer = await mesh().ask(at("open.shop"), nginxAsks("/", { "x-original-method": "trace" }));
    expect(answer.status).toBe(403);
    expect(answer.headers.get("selvage-status")).toBe("400");
  });
});

describe("Traefik's forwardAuth", () => {
  const at = (service: string) => `${ORIGIN}/_selvage/authz/traefik/${service}`;
  const traefikAsks = (uri: string, more: Record<string, string> = {}): RequestInit => ({
    headers: {
      "x-forwarded-method": "POST",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "shop.example",
      "x-forwarded-uri": uri,
      "x-forwarded-for": "203.0.113.7",
      ...more,
    },
  });

  it("is allowed with 200 and headers to copy", async () => {
    const answer = await mesh().ask(at("open.shop"), traefikAsks("/orders"));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("selvage-source")).toBe("anonymous");
  });

  it("hands the mesh's answer to the client as it is", async () => {
    const { ask } = mesh();
    for (let nth = 0; nth < 2; nth++) {
      expect((await ask(at("limited.shop"), traefikAsks("/"))).status).toBe(200);
    }
    const third = await ask(at("limited.shop"), traefikAsks("/"));
    expect(third.status).toBe(429);
    expect(third.headers.get("retry-after")).not.toBeNull();
    expect(await problemOf(third)).toMatchObject({ code: "SLV4001" });
  });

  it("says so when the proxy does not tell the URI", async () => {
    const answer = await mesh().ask(at("open.shop"));
    expect(answer.status).toBe(400);
    expect((await problemOf(answer)).detail).toContain("X-Forwarded-Uri is missing");
  });
});

describe("every adapter", () => {
  it.each(["envoy", "nginx", "traefik"])("refuses a service that does not exist (%s)", async (name) => {
    const answer = await mesh().ask(`${ORIGIN}/_selvage/authz/${name}/nobody.shop/`, {
      headers: { "x-original-uri": "/", "x-forwarded-uri": "/" },
    });
    expect(answer.status).toBe(name === "nginx" ? 403 : 404);
  });

  it.each([
    "/_selvage/authz/haproxy/open.shop/",
    "/_selvage/authz/envoy",
    "/_selvage/authz/envoy/OPEN/",
    "/_selvage/authz/",
  ])("answers 404 at %s", async (path) => {
    const answer = await mesh().ask(`${ORIGIN}${path}`);
    expect(answer.status).toBe(404);
    expect((await problemOf(answer)).detail).toContain("envoy, nginx, traefik");
  });

  it("spends the same quota as traffic through the mesh", async () => {
    const { ask, send } = mesh({ env: { LOCAL_CLIENT_ADDRESS: "203.0.113.7" } });
    expect((await send(`${ORIGIN}/svc/limited.shop/`)).status).toBe(200);
    const asked = () =>
      ask(`${ORIGIN}/_selvage/authz/envoy/limited.shop/`, { headers: { "x-forwarded-for": "203.0.113.7" } });
    expect((await asked()).status).toBe(200);
    expect((await asked()).status).toBe(429);
    expect((await send(`${ORIGIN}/svc/limited.shop/`)).status).toBe(429);
  });

  it("is closed outside a local mesh while there is no adapter token", async () => {
    const answer = await mesh({ env: { LOCAL_MESH: "false" } }).ask(`${ORIGIN}/_selvage/authz/envoy/open.shop/`);
    expect(answer.status).toBe(403);
    expect(await problemOf(answer)).toMatchObject({ code: "SLV2190" });
  });

  it("asks proxies for the adapter token where there is one", async () => {
    const { ask } = mesh({ env: { LOCAL_MESH: "false", ADAPTER_TOKEN: "let-me-ask" } });
    const sent = async (token: string): Promise<number> => {
      const headers = { "selvage-adapter-token": token };
      return (await ask(`${ORIGIN}/_selvage/authz/envoy/open.shop/`, { headers })).status;
    };
    expect(await sent("let-me-ask")).toBe(200);
    expect(await sent("let-me-as")).toBe(403);
    expect((await ask(`${ORIGIN}/_selvage/authz/envoy/open.shop/`)).status).toBe(403);
  });

  it("answers 503 while the mesh has no configuration", async () => {
    const { ask } = mesh({ ports: { current: () => Promise.resolve(null) } });
    expect((await ask(`${ORIGIN}/_selvage/authz/envoy/open.shop/`)).status).toBe(503);
  });
});
