// Promise: what a proxy that asks the mesh forwards is what the mesh judged, also when the service behind it resolves
// paths in its own way. A real nginx in front, with the configuration that is shipped, and a real nginx as the service.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startMesh, type TestMesh } from "../support/mesh.ts";
import { nginxMissing, startNginx, type Nginx } from "../support/nginx.ts";
import { sendRaw } from "../support/raw/tcp.ts";

const EXAMPLE = readFileSync(new URL("../../examples/nginx/selvage.conf", import.meta.url), "utf8");

/** Answers with what it took the path for. */
const SERVICE = `
  server {
    listen 127.0.0.1:8080;
    location = /admin { return 200 "secret $uri"; }
    location /admin/ { return 200 "secret $uri"; }
    location /open { return 200 "open $uri"; }
    location / { return 200 "other $uri"; }
  }`;

const documents = (url: string): string => `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: denied, namespace: shop}
spec: {exposure: public, endpoints: [{url: "${url}"}]}
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: listed, namespace: shop}
spec: {exposure: public, endpoints: [{url: "${url}"}]}
---
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: no-admin, namespace: shop}
spec: {targetRefs: [{kind: Service, name: denied}], action: DENY, rules: [{to: [{paths: [/admin, /admin/*]}]}]}
---
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: only-open, namespace: shop}
spec: {targetRefs: [{kind: Service, name: listed}], action: ALLOW, rules: [{to: [{paths: [/open/*]}]}]}
`;

/** Ways to spell a walk from /open to /admin, and /admin itself. */
const SPELLINGS = [
  "/admin",
  "/admin/x",
  "//admin/x",
  "/admin//x",
  "/%61dmin/x",
  "/adm%69n/x",
  "/./admin/x",
  "/open/../admin/x",
  "/open//../admin/x",
  "/open//../../admin/x",
  "/open///..//../admin/x",
  "/open/%2e%2e/admin/x",
  "/open/%2E./admin/x",
  "/open/.%2e/admin/x",
  "/open//%2e%2e/admin/x",
  "/open/..;/admin/x",
  "/open/..;a=b/admin/x",
  "/open/;/../admin/x",
  "/open/;a/../admin/x",
  "/open/..%3b/admin/x",
  "/open/..%2fadmin/x",
  "/open/..%2Fadmin/x",
  "/open%2f..%2fadmin/x",
  "/open/..\\admin/x",
  "/open/..%5cadmin/x",
  "/open/%2e%2e%5cadmin/x",
  "/open/%252e%252e/admin/x",
  "/open/..%252fadmin/x",
  "/open/%c0%ae%c0%ae/admin/x",
  "/open/..%00/admin/x",
  "/open/x#/../../admin/x",
  "/open/x?/../../admin/x",
  "/admin%23/x",
  "/admin%3f/x",
  "/admin;a=b/x",
  "http://other.example/admin/x",
  "http://other.example/open/../admin/x",
  "http://other.example/open//../admin/x",
  "/open/../open/../admin/x",
  "/open/x/../../admin/./x",
  "/open/\u00e9/../../admin/x",
];

let mesh: TestMesh;
let service: Nginx;
const fronts: Nginx[] = [];
const missing = nginxMissing();

beforeAll(async () => {
  if (missing !== null) {
    return;
  }
  service = await startNginx(SERVICE);
  mesh = await startMesh();
  const applied = await mesh.cli(["apply", "--wait", "-f", "-"], documents(service.url));
  expect(applied.code, applied.stderr).toBe(0);
  for (const name of ["denied", "listed"]) {
    const site = EXAMPLE.replaceAll("127.0.0.1:8787", new URL(mesh.url).host)
      .replaceAll("127.0.0.1:9000", new URL(service.url).host)
      .replaceAll("orders.shop", `${name}.shop`);
    fronts.push(await startNginx(site));
  }
}, 120_000);

afterAll(async () => {
  for (const one of [...fronts, service]) {
    await one?.stop();
  }
  await mesh?.stop();
});

describe("between two nginx, with the shipped configuration", () => {
  const send = (port: number, path: string): Promise<string> =>
    sendRaw(port, `GET ${path} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n`);

  it("reaches the service as the path that was judged, with its query", async ({ skip }) => {
    if (missing !== null) {
      skip(missing);
    }
    for (const { port } of fronts) {
      expect(await send(port, "/open/a/../b//c%65?d=%2e&e")).toMatch(/open \/open\/b\/ce$/);
    }
  });

  it.each(SPELLINGS)("does not lead to what is refused, nor to an error of the proxy: %s", async (path) => {
    if (missing !== null) {
      return;
    }
    for (const { port } of fronts) {
      const answer = await send(port, path);
      expect(answer).toMatch(/^HTTP\/1\.1 (?:200|400|403|404) /);
      expect(answer).not.toContain("secret");
    }
  });
});
