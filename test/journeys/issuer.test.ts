// An issuer with a key set of its own and a mesh of four isolates, over real sockets: who is let in, and how often it
// is asked.
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startBackend, type Backend } from "../support/backend.ts";
import { signJws, signerOf, type Signer } from "../support/tokens/jws.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

const ISSUER = "https://id.example.com/";

let mesh: TestMesh;
let backend: Backend;
let issuer: Server;
let signer: Signer;
let stranger: Signer;
let asked = 0;

beforeAll(async () => {
  [mesh, backend, signer, stranger] = await Promise.all([
    startMesh({ edges: 4 }),
    startBackend("orders"),
    signerOf("ES256", "k1"),
    signerOf("ES256", "unknown"),
  ]);
  issuer = createServer((_request, response) => {
    asked++;
    response.end(JSON.stringify({ keys: [signer.jwk] }));
  });
  await new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", resolve));
  const address = issuer.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const applied = await mesh.cli(
    ["apply", "-f", "-", "--wait"],
    `apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders}
spec: {exposure: public, endpoints: [{url: "${backend.url}"}]}
---
apiVersion: selvage.dev/v1
kind: AuthenticationPolicy
metadata: {name: door}
spec:
  targetRefs: [{kind: Service, name: orders}]
  jwt: {providers: [{name: idp, issuer: "${ISSUER}", audiences: [orders], jwksUri: "http://127.0.0.1:${port}/jwks"}]}
`,
  );
  expect(applied.code, applied.stderr).toBe(0);
});
afterAll(async () => {
  await mesh.stop();
  await backend.close();
  issuer.close();
});

async function send(edge: number, token: string | null): Promise<number> {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${mesh.urls[edge % 4] ?? mesh.url}/svc/orders/`, { headers });
  await response.arrayBuffer();
  return response.status;
}

const tokenOf = (by: Signer, more: object = {}, header: Record<string, unknown> = {}): Promise<string> => {
  const now = Math.floor(Date.now() / 1000);
  return signJws(by, { iss: ISSUER, aud: "orders", sub: "u1", iat: now, exp: now + 300, ...more }, header);
};

it("lets its callers in on every edge, and is asked once", async () => {
  expect(await send(0, null)).toBe(401);
  expect(asked).toBe(0);
  const tokens = await Promise.all(Array.from({ length: 40 }, (_, nth) => tokenOf(signer, { sub: `u${nth}` })));
  const statuses = await Promise.all(tokens.map((token, nth) => send(nth, token)));
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(asked).toBe(1);
});

it("is not asked again by four hundred made-up key ids, and its callers are served meanwhile", async () => {
  const good = await tokenOf(signer);
  const forged = await Promise.all(Array.from({ length: 400 }, (_, nth) => tokenOf(stranger, {}, { kid: `k-${nth}` })));
  const statuses = await Promise.all(forged.map((token, nth) => send(nth, token)));
  expect(new Set(statuses)).toEqual(new Set([401]));
  expect(await send(1, good)).toBe(200);
  // The first fetch was less than 30 s ago.
  expect(asked).toBe(1);
});
