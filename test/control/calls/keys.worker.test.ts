// The mesh's signing keys as everybody and as operators see them.
import { beforeAll, describe, expect, it } from "vitest";
import { api, ask, FIRST_LOAD_MS } from "../../support/worker/admin.ts";
import { published } from "../../support/worker/published.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

const MESH = "spiffe://mesh.local";

beforeAll(async () => {
  await emptyRegistry();
}, FIRST_LOAD_MS);

describe("what is published", () => {
  it("are the public keys in force, and nothing private", async () => {
    const { headers, text } = await published("jwks.json");
    expect(headers.get("content-type")).toBe("application/jwk-set+json");
    const { keys } = JSON.parse(text) as { keys: readonly { kid: string }[] };
    const { items } = (await api("GET", "/keys")).body;
    expect(keys.map(({ kid }) => kid).sort()).toEqual(items.map((item) => String(item.kid)).sort());
    expect(keys).toContainEqual({
      kty: "EC",
      crv: "P-256",
      x: expect.any(String),
      y: expect.any(String),
      kid: expect.any(String),
      use: "sig",
      alg: "ES256",
    });
    expect(text).not.toContain('"d"');
  });

  it("is where to find them and the token call", async () => {
    const { text } = await published("openid-configuration", { MESH_URL: "https://mesh.example" });
    expect(JSON.parse(text)).toMatchObject({
      issuer: MESH,
      jwks_uri: "https://mesh.example/_selvage/.well-known/jwks.json",
      token_endpoint: "https://mesh.example/_selvage/v1/oauth/token",
    });
  });
});

it("is never said in the words of a request: a mesh that does not know its address does not say one", async () => {
  const { status, body } = await ask("GET", "/_selvage/.well-known/openid-configuration", {
    token: null,
    headers: { host: "evil.example" },
  });
  expect([status, body.code]).toEqual([404, "SLV1005"]);
  // Where its problems are explained is another matter: that page is at the address which was asked.
  const { type: _page, ...said } = body;
  expect(JSON.stringify(said)).not.toMatch(/mesh\.test|evil\.example/);
});

describe("operators", () => {
  it("see the keys, ask for new ones and take one out of use, and all of that is in the audit", async () => {
    const before = (await api("GET", "/keys")).body.items;
    expect(before.map((item) => item.state)).toEqual(["signing", "next"]);
    const rotated = await api("POST", "/keys/rotate");
    expect(Date.parse(String(rotated.body.rotatesAt))).toBeLessThanOrEqual(Date.now() + 600_000);
    const kid = String(before[1]?.kid);
    const revoked = await api("POST", `/keys/${kid}/revoke`);
    expect(revoked.body.items.find((item) => item.kid === kid)?.state).toBe("revoked");
    expect((await api("POST", `/keys/${kid}/revoke`)).status).toBe(404);
    const audit = (await api("GET", "/audit")).body.items.map(({ action }) => action);
    expect(audit.slice(0, 4)).toEqual(["revokeKey", "revokeKey", "revokeKey", "rotateKeys"]);
  });
});
