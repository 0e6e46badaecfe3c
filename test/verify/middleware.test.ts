// The middlewares where they are used: node:http with `(request, response, next)`, Hono, and a fetch handler.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Hono } from "hono";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { selvage as express } from "../../src/verify/express.ts";
import { throughMesh } from "../../src/verify/fetch.ts";
import { selvage as hono } from "../../src/verify/hono.ts";
import type { AssertedCaller } from "../../src/verify/verify-request.ts";
import { boundTo, signingMesh, type SigningMesh } from "../support/tokens/signing-mesh.ts";

let mesh: SigningMesh;
const servers: Server[] = [];
beforeAll(async () => {
  mesh = await signingMesh();
});
afterAll(() => mesh.stop());
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
  }
});
const assertion = (claims: object = {}): Promise<string> => mesh.assert(mesh.published[0]!, Date.now(), claims);
const audience = "shop/orders";

interface Asked {
  readonly method?: string;
  readonly headers: Record<string, string>;
}
type Ask = (path: string, asked: Asked) => Promise<Response>;

async function nodeServer(): Promise<Ask> {
  const check = express({ jwksUrl: mesh.jwksUrl, audience });
  const server = createServer((request, response) => {
    // As Express hands them on: it keeps the address in `originalUrl` and cuts `url` off at mounted paths.
    const withCaller: typeof request & { selvage?: AssertedCaller; originalUrl?: string } = request;
    withCaller.originalUrl = request.url ?? "/";
    request.url = "/cut";
    check(withCaller, response, () => void response.end(withCaller.selvage?.subject));
  });
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return (path, asked) => fetch(`http://127.0.0.1:${port}${path}`, asked);
}

function honoApp(): Promise<Ask> {
  const app = new Hono<{ Variables: { selvage: AssertedCaller } }>();
  app.use(hono({ jwksUrl: mesh.jwksUrl, audience }));
  app.all("*", (context) => context.text(context.get("selvage").subject));
  return Promise.resolve(async (path, asked) => app.request(`http://orders.example${path}`, asked));
}

function fetchHandler(): Promise<Ask> {
  const handle = throughMesh({ jwksUrl: mesh.jwksUrl, audience }, (_request, caller) => new Response(caller.subject));
  return Promise.resolve((path, asked) => handle(new Request(`http://orders.example${path}`, asked)));
}

describe.each([
  ["node:http and Express", nodeServer],
  ["Hono", honoApp],
  ["a fetch handler", fetchHandler],
])("%s", (_title, start) => {
  it("lets the mesh's requests in, and handlers know the caller", async () => {
    const ask = await start();
    const answer = await ask("/items", { headers: { "selvage-assertion": await assertion({ sub: "https://id/u1" }) } });
    expect([answer.status, await answer.text()]).toEqual([200, "https://id/u1"]);
  });

  it("answers everybody else 401, without a word of what was sent", async () => {
    const ask = await start();
    for (const headers of [{}, { "selvage-assertion": "s3cret.s3cret.s3cret" }] as Record<string, string>[]) {
      const answer = await ask("/items", { headers });
      const body = await answer.text();
      expect([answer.status, answer.headers.get("content-type")]).toEqual([401, "application/problem+json"]);
      expect(JSON.parse(body)).toMatchObject({ status: 401, title: "The request did not come through the mesh" });
      expect(body).not.toContain("s3cret");
    }
  });

  it("holds an assertion to the method and path it was signed for", async () => {
    const ask = await start();
    const headers = { "selvage-assertion": await assertion(await boundTo("PUT", "/items/1?x=%27")) };
    expect((await ask("/items/1?x='", { method: "PUT", headers })).status).toBe(200);
    expect((await ask("/items/2?x='", { method: "PUT", headers })).status).toBe(401);
    expect((await ask("/items/1?x='", { method: "DELETE", headers })).status).toBe(401);
  });
});
