import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startIssuer, type IssuerServer } from "../../../src/cli/issuer/issuer-server.ts";

let issuer: IssuerServer;
beforeAll(async () => {
  issuer = await startIssuer(0, Date.now);
});
afterAll(() => issuer.stop());
const ask = async (query: string): Promise<Response> => fetch(`${issuer.url}/token?${query}`);

it("signs what it is asked for, and its key set says so", async () => {
  const token = (await (await ask("sub=mia&aud=hello&scope=read&group=a&group=b&ttl=5m")).text()).trim();
  const keys = createRemoteJWKSet(new URL(`${issuer.url}/jwks.json`));
  const { payload } = await jwtVerify(token, keys, { issuer: issuer.url, audience: "hello" });
  expect(payload).toMatchObject({ sub: "mia", scope: "read", group: ["a", "b"] });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
});

it("writes issuer and times itself, and bounds how long a token lives", async () => {
  const token = await (await ask("iss=https://other.example&exp=1")).text();
  expect(decodeJwt(token)).toMatchObject({ iss: issuer.url, sub: "somebody" });
  expect((await ask("ttl=25h")).status).toBe(400);
  expect((await ask("ttl=soon")).status).toBe(400);
});

it("is found like any provider", async () => {
  const found = await fetch(`${issuer.url}/.well-known/openid-configuration`);
  expect(await found.json()).toMatchObject({ issuer: issuer.url, jwks_uri: `${issuer.url}/jwks.json` });
  expect((await fetch(`${issuer.url}/other`)).status).toBe(404);
});
