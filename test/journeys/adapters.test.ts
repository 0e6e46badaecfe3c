// Promise: services behind proxies that users already run get the mesh's decisions, the same as through the mesh.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBackend, type Backend } from "../support/backend.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";
import { sendRaw } from "../support/raw/tcp.ts";
import { nginxMissing, startNginx, type Nginx } from "../support/nginx.ts";

const EXAMPLE = readFileSync(new URL("../../examples/nginx/selvage.conf", import.meta.url), "utf8");

const documents = (url: string, requests: number): string => `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {exposure: public, endpoints: [{url: "${url}"}]}
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: ledger, namespace: shop}
spec: {exposure: mesh, endpoints: [{url: "${url}"}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders, namespace: shop}
spec:
  parentRefs: [{kind: Service, group: selvage.dev, name: orders}]
  rules:
    - matches: [{path: {value: /old}}]
      filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: /new}, statusCode: 301}}]
    - matches: [{path: {value: /gone}}]
      filters: [{type: DirectResponse, directResponse: {statusCode: 410, body: {string: "It is gone"}}}]
    - matches: [{path: {value: /hello}}]
      filters: [{type: DirectResponse, directResponse: {statusCode: 200, body: {string: "Hello, you"}}}]
    - filters: [{type: CORS, cors: {allowOrigins: ["https://page.example"], allowMethods: [PUT]}}]
      backendRefs: [{name: orders}]
---
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: orders, namespace: shop}
spec:
  targetRefs: [{kind: Service, name: orders}]
  limits: [{name: few, requests: ${requests}, window: 1h, mode: strict, key: ["header:x-tenant"]}]
`;

let mesh: TestMesh;
let backend: Backend;

beforeAll(async () => {
  backend = await startBackend("orders");
  mesh = await startMesh();
  const applied = await mesh.cli(["apply", "--wait", "-f", "-"], documents(backend.url, 3));
  expect(applied.code, applied.stderr).toBe(0);
}, 120_000);

afterAll(async () => {
  await mesh?.stop();
  await backend?.close();
});

describe("the adapter for Envoy, over raw sockets", () => {
  const statusOf = async (path: string, headers = ""): Promise<number> => {
    const answer = await sendRaw(
      Number(new URL(mesh.url).port),
      `GET ${path} HTTP/1.1\r\nhost: shop.example\r\n${headers}connection: close\r\n\r\n`,
    );
    return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
  };

  it("allows with 200 what the mesh would let pass", async () => {
    expect(await statusOf("/_selvage/authz/envoy/orders.shop/orders/1?x=1")).toBe(200);
  });

  it("refuses with 401 where an identity is missing", async () => {
    expect(await statusOf("/_selvage/authz/envoy/ledger.shop/")).toBe(401);
  });

  it.each([
    ["/_selvage/authz/envoy/ledger.shop/%2e%2e/orders.shop/x", 400],
    ["/_selvage/authz/envoy/ledger.shop/%2e%2e/%2e%2e/%2e%2e/healthz", 400],
    ["/_selvage/authz/envoy/ledger.shop/%2e%2e/%2e%2e/%2e%2e/%2e%2e/svc/orders.shop/x", 400],
    ["/_selvage/authz/envoy/ledger.shop/..%2f..%2f..%2fhealthz", 400],
    ["/_selvage/authz/envoy/ledger.shop/%2e%2e%2f%2e%2e%2fx", 400],
    ["/_selvage/authz/envoy/ledger.shop/x?y=/../../", 401],
    ["/_selvage/authz/envoy/ledger.shop//orders.shop/x", 401],
  ])("does not let %s speak for another service", async (path, status) => {
    expect(await statusOf(path)).toBe(status);
  });

  it.each([
    "/_selvage/authz/envoy/ledger.shop/../orders.shop/x",
    "/_selvage/authz/envoy/ledger.shop/../../../healthz",
    "/_selvage/authz/envoy/ledger.shop/../../../../svc/orders.shop/x",
    "/_selvage/authz/envoy/ledger.shop/../../../ratelimit/healthcheck",
  ])("refuses %s, whichever of the servers on the way makes it canonical", async (path) => {
    // 400: it came as it was sent; 403: something on the way resolved it, and the header tells.
    expect([400, 403]).toContain(await statusOf(path, "selvage-service: ledger.shop\r\n"));
  });
});

describe("nginx in front of a service", () => {
  let nginx: Nginx | null = null;

  const site = (service: string): string =>
    EXAMPLE.replaceAll("127.0.0.1:8787", new URL(mesh.url).host)
      .replaceAll("127.0.0.1:9000", new URL(backend.url).host)
      .replaceAll("orders.shop", service);

  afterAll(() => nginx?.stop());

  const missing = nginxMissing();

  it("lets pass, refuses, and limits as the mesh decides", async ({ skip }) => {
    if (missing !== null) {
      skip(missing);
    }
    nginx = await startNginx(site("orders.shop"));
    const before = backend.requests.length;
    const send = (tenant: string): Promise<Response> =>
      fetch(`${nginx?.url}/orders/7?x=1`, { headers: { "x-tenant": tenant, "selvage-source": "forged" } });
    const first = await send("a");
    expect(first.status).toBe(200);
    expect(await first.text()).toBe("orders");
    expect(first.headers.get("ratelimit")).toMatch(/^"few";r=2/);
    expect((await send("a")).status).toBe(200);
    expect((await send("a")).status).toBe(200);
    const over = await send("a");
    expect(over.status).toBe(429);
    expect(Number(over.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(over.headers.get("selvage-decision")).toContain('limit; policy="RateLimitPolicy/shop/orders/few"');
    expect((await send("b")).status).toBe(200);
    expect(backend.requests.length - before).toBe(4);
    // What a rule answers by itself reaches clients without the service: redirects, fixed answers, leave for pages.
    const moved = await fetch(`${nginx.url}/old?x=1`, { redirect: "manual" });
    expect([moved.status, moved.headers.get("location")]).toEqual([301, `${nginx.url}/new?x=1`]);
    // A fixed answer costs two questions.
    const gone = await fetch(`${nginx.url}/gone?x=1`, { method: "POST", body: "x", headers: { "x-tenant": "d" } });
    expect([gone.status, await gone.text()]).toEqual([410, "It is gone"]);
    const hello = await fetch(`${nginx.url}/hello`, { headers: { "x-tenant": "e" } });
    expect([hello.status, await hello.text()]).toEqual([203, "Hello, you"]);
    const asked = (page: string): Promise<Response> =>
      fetch(`${nginx?.url}/orders/7`, {
        method: "OPTIONS",
        headers: { origin: page, "access-control-request-method": "PUT" },
      });
    const permitted = await asked("https://page.example");
    expect([permitted.status, permitted.headers.get("access-control-allow-origin")]).toEqual([
      204,
      "https://page.example",
    ]);
    expect(permitted.headers.get("access-control-allow-methods")).toBe("PUT");
    const stranger = await asked("https://evil.example");
    expect(stranger.headers.get("access-control-allow-origin")).toBeNull();
    expect(backend.requests.length - before).toBe(4);
    const read = await fetch(`${nginx.url}/orders/7`, { headers: { origin: "https://page.example", "x-tenant": "c" } });
    expect([read.status, read.headers.get("access-control-allow-origin")]).toEqual([200, "https://page.example"]);
    await nginx.stop();
    nginx = null;
  }, 60_000);

  it("hands the client the mesh's 401 with its challenge", async ({ skip }) => {
    if (missing !== null) {
      skip(missing);
    }
    nginx = await startNginx(site("ledger.shop"));
    const before = backend.requests.length;
    const answer = await fetch(`${nginx.url}/`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toContain("Bearer");
    const crooked = await sendRaw(
      nginx.port,
      "GET /a/..%2fb HTTP/1.1\r\nhost: shop.example\r\nconnection: close\r\n\r\n",
    );
    expect(crooked).toMatch(/^HTTP\/1\.1 (400|401|403)/);
    expect(backend.requests.length).toBe(before);
    await nginx.stop();
    nginx = null;
  }, 60_000);

  it("refuses everything while the mesh cannot be asked", async ({ skip }) => {
    if (missing !== null) {
      skip(missing);
    }
    nginx = await startNginx(site("orders.shop").replaceAll(new URL(mesh.url).host, "127.0.0.1:9"));
    expect((await fetch(`${nginx.url}/`)).status).toBe(500);
    await nginx.stop();
    nginx = null;
  }, 60_000);
});
