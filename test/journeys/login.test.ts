// Operators whom somebody else proves, over real sockets: the walk to an OpenID provider and back as a browser makes
// it, tokens of the provider as bearer tokens, and the word of Cloudflare Access.
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Browser } from "../support/browser.ts";
import { startBackend, type Backend } from "../support/backend.ts";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  startIdentityProvider,
  type IdentityProvider,
} from "../support/tokens/identity-provider.ts";
import { encodePart, signerOf, signJws } from "../support/tokens/jws.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

const MAIL = { email: "mia@example.com", email_verified: true };
const ROLES = [
  { email: "mia@example.com", role: "admin" },
  { group: "sre", role: "operator", namespaces: ["shop"] },
  { domain: "example.com", role: "viewer" },
  { claim: "common_name", value: "ci.access", role: "operator" },
];

let provider: IdentityProvider;
let mesh: TestMesh;
let backend: Backend;
beforeAll(async () => {
  [provider, backend] = await Promise.all([startIdentityProvider(), startBackend("shop")]);
  const variables = {
    OPERATOR_OIDC_ISSUER: provider.issuer,
    OPERATOR_OIDC_CLIENT_ID: CLIENT_ID,
    OPERATOR_OIDC_CLIENT_SECRET: CLIENT_SECRET,
    OPERATOR_ROLES: JSON.stringify(ROLES),
    ACCESS_TEAM_DOMAIN: provider.issuer,
    ACCESS_AUD: "aud-tag, other-tag",
  };
  const args = Object.entries(variables).flatMap(([name, value]) => ["--var", `${name}=${value}`]);
  mesh = await startMesh({ args });
});
afterAll(async () => {
  await mesh.stop();
  await Promise.all([provider.close(), backend.close()]);
});
beforeEach(() => {
  provider.claims = MAIL;
  provider.forge = null;
});

async function loggedIn(): Promise<Browser> {
  const browser = new Browser(mesh.url);
  const { code, state } = provider.authorize(await browser.setOut());
  const back = await browser.comeBack({ code, state });
  expect([back.status, back.said]).toEqual([200, expect.stringContaining("Logged in")]);
  return browser;
}
const lastAudit = async (): Promise<unknown> => {
  const answer = await mesh.client.call<{ items: readonly unknown[] }>("GET", "/audit", { query: { limit: 1 } });
  return answer.ok ? answer.value.items[0] : null;
};

describe("a login at the provider", () => {
  it("asks with PKCE, state and nonce, and comes back with a session", async () => {
    const browser = new Browser(mesh.url);
    const location = new URL(await browser.setOut("/_selvage/login?return=/_selvage/problems/SLV2012"));
    expect(location.origin + location.pathname).toBe(`${provider.issuer}/authorize`);
    expect(Object.fromEntries(location.searchParams)).toEqual({
      prompt: "login",
      response_type: "code",
      client_id: CLIENT_ID,
      redirect_uri: `${mesh.url}/_selvage/login/callback`,
      scope: "openid email profile",
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
    });
    const { code, state } = provider.authorize(location.href);
    const back = await browser.comeBack({ code, state, iss: provider.issuer });
    expect(back.status).toBe(200);
    expect(back.said).toContain('content="0; url=/_selvage/problems/SLV2012"');
    expect(back.headers.getSetCookie().map((line) => line.replace(/=[^;]*/, ""))).toEqual([
      "__Host-selvage-login; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax",
      "__Host-selvage-session; Path=/; Max-Age=28800; Secure; HttpOnly; SameSite=Strict",
    ]);
    expect(await browser.whoami()).toMatchObject({ name: "oidc:mia@example.com", role: "admin", by: "session" });
    expect(await lastAudit()).toMatchObject({ action: "login", actor: "oidc:mia@example.com", outcome: "allowed" });
  });

  it("leads back to the very address that was asked for, dots and all", async () => {
    const deep = "/_selvage/ui/services/shop/orders?until=2026-11-29T12:00:00.000Z&q=a+b&path=/v1.2/x~y";
    const browser = new Browser(mesh.url);
    const out = await browser.setOut(`/_selvage/login?return=${encodeURIComponent(deep)}`);
    const back = await browser.comeBack(provider.authorize(out));
    expect(back.said).toContain(`content="0; url=${deep.replaceAll("&", "&amp;")}"`);
  });

  it.each([
    [
      "a group with namespaces",
      { email: "leo@elsewhere.com", email_verified: true, groups: ["dev", "sre"] },
      "operator",
      ["shop"],
    ],
    ["a domain", { email: "Leo@Example.com", email_verified: true }, "viewer", null],
  ])("gives the role of the first rule that fits: %s", async (_, claims, role, namespaces) => {
    provider.claims = claims;
    expect(await (await loggedIn()).whoami()).toMatchObject({ role, namespaces });
  });

  it.each([
    ["nobody's rule", { email: "eve@evil.example", email_verified: true }],
    ["an address that nobody has verified", { email: "mia@example.com" }],
    ["an address that is said to be verified in words", { email: "mia@example.com", email_verified: "true" }],
    ["a domain inside an address", { email: "mia@example.com@evil.example", email_verified: true }],
    ["a domain that only ends alike", { email: "mia@notexample.com", email_verified: true }],
    ["a group in one text", { groups: "sre,dev" }],
  ])("gives no session, and 403, to %s", async (_, claims) => {
    provider.claims = { email: undefined, email_verified: undefined, ...claims };
    const browser = new Browser(mesh.url);
    const { code, state } = provider.authorize(await browser.setOut());
    const back = await browser.comeBack({ code, state });
    expect([back.status, JSON.parse(back.said).code]).toEqual([403, "SLV2012"]);
    expect([...browser.cookies.keys()]).toEqual([]);
    expect(await lastAudit()).toMatchObject({
      action: "login",
      actor: expect.stringMatching(/^oidc:/),
      outcome: "refused",
    });
  });

  it.each<[string, (right: { code: string; state: string }) => Record<string, string>]>([
    ["another state", ({ code }) => ({ code, state: "A".repeat(43) })],
    ["no state", ({ code }) => ({ code })],
    ["no code", ({ state }) => ({ state })],
    ["a code that was never given", ({ state }) => ({ state, code: "code-x" })],
    ["the word of another provider", ({ code, state }) => ({ code, state, iss: "https://evil.example" })],
    ["an error", ({ state }) => ({ state, error: "access_denied" })],
  ])("is refused when the browser comes back with %s", async (_, query) => {
    const browser = new Browser(mesh.url);
    const back = await browser.comeBack(query(provider.authorize(await browser.setOut())));
    expect([back.status, JSON.parse(back.said).code]).toEqual([401, "SLV2011"]);
    expect([...browser.cookies.keys()]).toEqual([]);
  });

  it("is refused to a browser that did not set out, or set out anew meanwhile (login CSRF)", async () => {
    const [attacker, victim] = [new Browser(mesh.url), new Browser(mesh.url)];
    const right = provider.authorize(await attacker.setOut());
    expect((await victim.comeBack({ code: right.code, state: right.state })).status).toBe(401);
    await victim.setOut();
    expect((await victim.comeBack({ code: right.code, state: right.state })).status).toBe(401);
    expect([...victim.cookies.keys()]).toEqual([]);
  });

  it("takes a code once", async () => {
    const browser = new Browser(mesh.url);
    const { code, state } = provider.authorize(await browser.setOut());
    const trip = browser.cookies.get("__Host-selvage-login") ?? "";
    expect((await browser.comeBack({ code, state })).status).toBe(200);
    browser.cookies.set("__Host-selvage-login", trip);
    expect((await browser.comeBack({ code, state })).status).toBe(401);
  });

  type Right = Readonly<Record<string, unknown>>;
  const now = (): number => Math.floor(Date.now() / 1000);
  const sign = (claims: Right) => provider.sign(claims);
  const tamper = (token: string): string => {
    const [head, , signature] = token.split(".");
    return `${head}.${encodePart({ iss: provider.issuer, aud: CLIENT_ID, sub: "x", exp: now() + 300, iat: now(), ...MAIL })}.${signature}`;
  };
  it.each<[string, (right: Right) => Promise<string>]>([
    ["another nonce", (right) => sign({ ...right, nonce: "A".repeat(43) })],
    ["no nonce", (right) => sign({ ...right, nonce: undefined })],
    ["another audience", (right) => sign({ ...right, aud: "another-client" })],
    ["no audience", (right) => sign({ ...right, aud: undefined })],
    ["several audiences without azp", (right) => sign({ ...right, aud: [CLIENT_ID, "other"] })],
    ["another authorized party", (right) => sign({ ...right, azp: "other" })],
    ["another issuer", (right) => sign({ ...right, iss: "https://evil.example" })],
    ["its issuer with a slash more", (right) => sign({ ...right, iss: `${provider.issuer}/` })],
    ["no time of its end", (right) => sign({ ...right, exp: undefined })],
    ["its end behind it", (right) => sign({ ...right, exp: now() - 31 })],
    ["its beginning ahead", (right) => sign({ ...right, nbf: now() + 60 })],
    ["an issue time ahead", (right) => sign({ ...right, iat: now() + 60 })],
    ["no subject", (right) => sign({ ...right, sub: undefined })],
    ["alg none", async (right) => `${encodePart({ alg: "none" })}.${encodePart(right)}.`],
    [
      "the public key as a shared one (HS256)",
      async (right) => {
        const signed = `${encodePart({ alg: "HS256", kid: provider.signer.kid })}.${encodePart(right)}`;
        const key = JSON.stringify(provider.signer.jwk);
        return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
      },
    ],
    [
      "a key of its own under the right kid",
      async (right) => signJws(await signerOf("RS256", provider.signer.kid), right),
    ],
    [
      "a key that it brings along (jwk)",
      async (right) => {
        const own = await signerOf("RS256", "own");
        return signJws(own, right, { jwk: own.jwk, jku: "http://127.0.0.1:1/jwks" });
      },
    ],
    ["claims that were changed", async (right) => tamper(await sign(right))],
    ["another type", async (right) => signJws(provider.signer, right, { typ: "logout+jwt" })],
    ["five parts", async (right) => `${await sign(right)}.a.b`],
  ])("is refused when the ID token has %s", async (_, forge) => {
    provider.forge = forge;
    const browser = new Browser(mesh.url);
    const { code, state } = provider.authorize(await browser.setOut());
    const back = await browser.comeBack({ code, state });
    expect([back.status, JSON.parse(back.said).code]).toEqual([401, "SLV2011"]);
    expect([...browser.cookies.keys()]).toEqual([]);
  });

  it("asks nobody for keys that tokens point to, and the provider for its own once", () => {
    expect(provider.asked.filter((path) => path === "/jwks").length).toBeLessThanOrEqual(2);
    expect(provider.asked.filter((path) => path.startsWith("/.well-known")).length).toBe(1);
  });

  it("leaves the form for tokens open", async () => {
    const shown = await new Browser(mesh.url).go("/_selvage/login?method=token");
    expect([shown.status, shown.said]).toEqual([200, expect.stringContaining('name="token"')]);
  });
});

describe("a session", () => {
  const own = (): Record<string, string> => ({ origin: mesh.url, "sec-fetch-site": "same-origin" });

  it("writes from our own page and from no other, until it is logged out", async () => {
    const browser = await loggedIn();
    const body = JSON.stringify({ apiVersion: "selvage.dev/v1", kind: "Service", metadata: { name: "a" }, spec: {} });
    const json = { "content-type": "application/json" };
    const evil = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
    const write = (headers: Record<string, string>) =>
      browser.go("/_selvage/v1/apply", { method: "POST", headers, body });
    expect((await write({ ...own(), ...json })).status).toBe(200);
    expect((await write({ ...evil, ...json })).status).toBe(403);
    expect((await write({ ...own(), "content-type": "text/plain" })).status).toBe(403);
    expect((await browser.go("/_selvage/logout", { method: "POST", headers: own() })).status).toBe(200);
    expect([...browser.cookies.keys()]).toEqual([]);
    expect(await browser.whoami()).toMatchObject({ code: "SLV2001" });
  });

  it("is never seen by a service behind the same host", async () => {
    const manifest = `apiVersion: selvage.dev/v1\nkind: Service\nmetadata: {name: shop}\nspec: {exposure: public, endpoints: [{url: "${backend.url}"}]}\n`;
    expect((await mesh.cli(["apply", "-f", "-", "--wait"], manifest)).code).toBe(0);
    const browser = await loggedIn();
    browser.cookies.set("basket", "7");
    expect((await browser.go("/svc/shop/")).status).toBe(200);
    expect(backend.headers.at(-1)?.cookie).toBe("basket=7");
  });
});

describe("a token of the provider as a bearer token", () => {
  const now = (): number => Math.floor(Date.now() / 1000);
  const claims = (): Record<string, unknown> => ({
    iss: provider.issuer,
    aud: CLIENT_ID,
    sub: "mia-1",
    iat: now(),
    exp: now() + 300,
    ...MAIL,
  });
  const ask = async (headers: Record<string, string>, method = "GET", path = "/whoami"): Promise<[number, string]> => {
    const response = await fetch(`${mesh.url}/_selvage/v1${path}`, { method, headers });
    const body = JSON.parse(await response.text());
    return [response.status, body.code ?? `${body.name} ${body.role} ${body.by}`];
  };
  const bearer = async (more: Record<string, unknown> = {}): Promise<Record<string, string>> => ({
    authorization: `Bearer ${await provider.sign({ ...claims(), ...more })}`,
  });

  it("is an operator, without any of what browsers must show", async () => {
    expect(await ask(await bearer())).toEqual([200, "oidc:mia@example.com admin bearer"]);
    expect(await ask(await bearer({ email: "eve@evil.example" }))).toEqual([403, "SLV2012"]);
    expect(await ask(await bearer({ aud: "other" }))).toEqual([401, "SLV2001"]);
    expect(await ask(await bearer({ exp: now() - 60 }))).toEqual([401, "SLV2001"]);
    expect(await ask(await bearer({ iss: "https://evil.example" }))).toEqual([401, "SLV2001"]);
  });

  it("from Access counts with its own audience, and is held to the origin when it is a person's", async () => {
    const access = async (more: Record<string, unknown> = {}): Promise<Record<string, string>> => ({
      "cf-access-jwt-assertion": await provider.sign({
        ...claims(),
        aud: ["other-tag"],
        email_verified: undefined,
        ...more,
      }),
    });
    expect(await ask(await access())).toEqual([200, "access:mia@example.com admin access"]);
    expect(await ask(await access({ aud: CLIENT_ID }))).toEqual([401, "SLV2001"]);
    expect(await ask(await access({ email: "eve@evil.example" }))).toEqual([403, "SLV2012"]);
    expect(await ask({ "cf-access-jwt-assertion": "nonsense" })).toEqual([401, "SLV2001"]);
    expect(await ask(await access(), "POST", "/diff")).toEqual([403, "SLV2010"]);
    const service = { email: undefined, common_name: "ci.access", sub: "" };
    expect(await ask(await access(service))).toEqual([200, "access:ci.access operator access"]);
    expect((await ask(await access(service), "POST", "/diff"))[1]).not.toBe("SLV2010");
  });
});
