// Identity end to end: a workload gets a token with its credentials, calls a service that only takes the mesh's word,
// and a key that is revoked under it ends that.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SigningKeys } from "../../src/model/api/identity.ts";
import { selvage, type NodeRequest } from "../../src/verify/express.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

let mesh: TestMesh;
let service: Server;
let port = 0;
beforeAll(async () => {
  mesh = await startMesh({ edges: 2 });
  const check = selvage({
    jwksUrl: `${mesh.url}/_selvage/.well-known/jwks.json`,
    audience: "default/orders",
    assertion: "request",
  });
  service = createServer((request, response) => {
    const known: NodeRequest = Object.assign(request, {});
    check(known, response, () => void response.end(JSON.stringify(known.selvage)));
  });
  await new Promise<void>((resolve) => void service.listen(0, "127.0.0.1", resolve));
  port = (service.address() as AddressInfo).port;
  const applied = await mesh.cli(
    ["apply", "-f", "-", "--wait"],
    `apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders}
spec: {exposure: mesh, assertion: request, endpoints: [{url: "http://127.0.0.1:${port}"}]}
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: storefront}
`,
  );
  expect(applied.code, applied.stderr).toBe(0);
});
afterAll(async () => {
  await mesh.stop();
  service.close();
});

interface Minted {
  readonly clientId: string;
  readonly clientSecret: string;
}
let client: Minted;

async function accessToken(): Promise<string> {
  const { clientId, clientSecret } = client;
  const response = await fetch(`${mesh.url}/_selvage/v1/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "client_credentials" }),
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
  });
  const body = (await response.json()) as { access_token: string };
  expect(response.status, JSON.stringify(body)).toBe(200);
  return body.access_token;
}

/**
 * What the mesh itself says of a token that it does not accept; a service that takes only the mesh's word has a 401 of
 * its own.
 */
const TOKEN_REFUSED = "SLV2110";

const call = async (url: string, token: string | null): Promise<{ status: number; text: string }> => {
  const headers: Record<string, string> = token === null ? {} : { "selvage-identity": token };
  const response = await fetch(`${url}/svc/orders/items?page=2`, { headers });
  return { status: response.status, text: await response.text() };
};

describe("a workload", () => {
  it("without credentials is refused by the mesh, and around the mesh by the service", async () => {
    expect((await call(mesh.url, null)).status).toBe(401);
    expect((await fetch(`http://127.0.0.1:${port}/items?page=2`)).status).toBe(401);
  });

  it("with credentials is known to the mesh and to the service", async () => {
    const minted = await mesh.client.call<Minted & { revision: number }>(
      "POST",
      "/services/default/storefront/credentials",
    );
    if (!minted.ok) {
      throw new Error("no credentials");
    }
    client = minted.value;
    const token = await accessToken();
    // The new client is a revision on its way: every edge has it within seconds.
    for (const url of mesh.urls) {
      const until = Date.now() + 10_000;
      while ((await call(url, token)).status === 401 && Date.now() < until) {
        await sleep(100);
      }
      const { status, text } = await call(url, token);
      expect([status, JSON.parse(text)]).toMatchObject([
        200,
        { subject: "spiffe://mesh.local/ns/default/sa/storefront", actors: [] },
      ]);
    }
  });

  it("is refused on every edge once the key that signed its token is revoked, and a new token works", async () => {
    const token = await accessToken();
    const listed = await mesh.cli(["keys", "get", "-o", "json"]);
    const signing = (JSON.parse(listed.stdout) as SigningKeys).items.find(({ state }) => state === "signing");
    const revoked = await mesh.cli(["keys", "revoke", signing?.kid ?? ""]);
    expect(revoked.code, revoked.stderr).toBe(0);
    const startedAt = Date.now();
    const pending = new Set(mesh.urls);
    while (pending.size > 0 && Date.now() - startedAt < 61_000) {
      for (const url of pending) {
        if ((await call(url, token)).text.includes(TOKEN_REFUSED)) {
          pending.delete(url);
        }
      }
      await sleep(200);
    }
    console.log(`every edge refused the revoked key after ${Date.now() - startedAt} ms`);
    expect([...pending]).toEqual([]);
    const fresh = await accessToken();
    for (const url of mesh.urls) {
      expect((await call(url, fresh)).status).toBe(200);
    }
    expect(mesh.log()).not.toContain(client.clientSecret);
    expect(mesh.log()).not.toContain(token.slice(-20));
  });
});
