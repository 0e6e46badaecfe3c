// Sessions of browsers: what the cookie is, when it ends, and that no page of another site can make use of it.
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { sweep } from "../../../src/registry/sweep.ts";
import {
  api,
  ask,
  FIRST_LOAD_MS,
  mint,
  ROOT_TOKEN,
  type Sent,
  serviceYaml,
  tokenFor,
} from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";
import { as, cookieOf, HOST, login, OWN, sessionOf } from "../../support/worker/session.ts";

const HOUR_MS = 3_600_000;
const FLAGS = "; Path=/; Max-Age=28800; Secure; HttpOnly; SameSite=Strict";

beforeAll(async () => {
  await emptyRegistry();
  await ask("GET", "/_selvage/healthz");
}, FIRST_LOAD_MS);
beforeEach(async () => {
  await emptyRegistry();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const post = (path: string, sent: Sent = {}) => ask("POST", `/_selvage/${path}`, { token: null, ...sent });
const whoami = async (cookie: string) => (await api("GET", "/whoami", as(cookie))).body;
const audit = async () => (await api("GET", "/audit")).body.items;
const advance = (ms: number) => {
  const at = Date.now() + ms;
  vi.spyOn(Date, "now").mockImplementation(() => at);
};

describe("a login with a token", () => {
  it("gives a cookie that no script reads and no other site sends", async () => {
    const token = await tokenFor("operator", ["shop"]);
    const { status, headers, body } = await login(token);
    expect(status).toBe(200);
    expect(body).toMatchObject({ role: "operator", namespaces: ["shop"], expiresAt: expect.any(String) });
    expect(headers.get("set-cookie")).toMatch(/^__Host-selvage-session=[0-9a-f]{64};/);
    expect(headers.get("set-cookie")?.replace(/^[^;]+/, "")).toBe(FLAGS);
    expect(await whoami(cookieOf(headers))).toMatchObject({
      name: expect.stringMatching(/^token:/),
      role: "operator",
      namespaces: ["shop"],
      by: "session",
    });
  });

  it("has the rights of the token and no others", async () => {
    const cookie = await sessionOf(await tokenFor("viewer"));
    expect((await api("GET", "/resources", as(cookie))).status).toBe(200);
    const refused = await api("POST", "/apply", { ...as(cookie, OWN), body: serviceYaml("a") });
    expect([refused.status, refused.body.code]).toEqual([403, "SLV2003"]);
  });

  it("keeps only digests", async () => {
    const secret = (await sessionOf(ROOT_TOKEN)).split("=")[1] ?? "";
    const { results } = await env.DB.prepare("SELECT * FROM sessions").all();
    const kept = JSON.stringify([results, await audit()]);
    expect(results).toHaveLength(1);
    expect(kept).not.toContain(secret);
    expect(kept).not.toContain(ROOT_TOKEN);
  });

  it("makes a new secret whatever the browser brought along, and ends the session before (session fixation)", async () => {
    const planted = `__Host-selvage-session=${"a".repeat(64)}`;
    const first = await sessionOf(ROOT_TOKEN, { cookie: planted });
    expect(first).not.toBe(planted);
    expect((await api("GET", "/whoami", as(planted))).status).toBe(401);
    const second = await sessionOf(ROOT_TOKEN, { cookie: first });
    expect(second).not.toBe(first);
    expect((await api("GET", "/whoami", as(first))).status).toBe(401);
    expect((await api("GET", "/whoami", as(second))).status).toBe(200);
  });

  it("refuses an unknown token without a cookie, and writes it down, ten times a minute at most", async () => {
    for (let n = 0; n < 15; n++) {
      const { status, headers, body } = await login(`wrong-${n}`);
      expect([status, body.code, headers.get("set-cookie")]).toEqual([401, "SLV2001", null]);
    }
    const rows = (await audit()).filter(({ action }) => action === "login");
    expect(rows).toHaveLength(10);
    expect(rows[0]).toMatchObject({ actor: "unknown", role: null, outcome: "refused", detail: { code: "SLV2001" } });
    expect(JSON.stringify(rows)).not.toContain("wrong-");
  });

  it.each([
    ["no token", {}, 422],
    ["more than a token", { token: "a", role: "admin" }, 422],
    ["no JSON", "token=a", 415],
  ])("refuses %s", async (_, body, status) => {
    expect(
      (await post("login", { body, type: typeof body === "string" ? "text/plain" : "application/json" })).status,
    ).toBe(status);
  });

  it("leads to a page that says who one is and lets one out; to a stranger it offers the login", async () => {
    const stranger = await ask("GET", "/_selvage/", { token: null });
    expect(stranger.status).toBe(200);
    expect(stranger.text).toContain('href="/_selvage/login"');
    expect(stranger.text).not.toContain("<script");
    expect((await ask("GET", "/_selvage", { token: null })).status).toBe(200);
    const cookie = await sessionOf(await tokenFor("operator", ["shop"]));
    const known = await ask("GET", "/_selvage/", { token: null, headers: { cookie } });
    expect(known.text).toMatch(/<strong>token:[^<]+<\/strong>,\s+operator\s+of shop\./);
    expect(known.text).toContain('action="/_selvage/logout"');
    const form = { type: "application/x-www-form-urlencoded", headers: OWN };
    const sent = await post("login", { ...form, body: `token=${ROOT_TOKEN}` });
    expect(sent.headers.get("location")).toBe("/_selvage/");
  });

  it("is a page without script for people, which leads where it was asked to", async () => {
    const shown = await ask("GET", "/_selvage/login?return=/_selvage/docs%3Fx=%22%3E", { token: null });
    expect(shown.status).toBe(200);
    expect(shown.headers.get("content-security-policy")).toMatch(/default-src 'none'.*form-action 'self'$/);
    expect(shown.text).not.toContain('"">');
    expect(shown.text).not.toContain("<script");
    const form = { type: "application/x-www-form-urlencoded", headers: OWN };
    const sent = await post("login", { ...form, body: `token=${ROOT_TOKEN}&return=/_selvage/problems/SLV1000` });
    expect([sent.status, sent.headers.get("location")]).toEqual([303, "/_selvage/problems/SLV1000"]);
    expect(sent.headers.get("set-cookie")).toContain(FLAGS);
    const wrong = await post("login", { ...form, body: "token=wrong" });
    expect([wrong.status, wrong.headers.get("set-cookie")]).toEqual([401, null]);
    expect(wrong.text).toContain("That token is not known here");
  });

  it.each([
    "https://evil.example/",
    "//evil.example/",
    "/_selvage/../../evil",
    "/\\evil.example",
    "/_selvage/..//evil.example",
    "javascript:alert(1)",
    "/svc/orders/",
    "/_selvage/%0d%0aset-cookie:x",
  ])("never leads to %s", async (target) => {
    const body = `token=${ROOT_TOKEN}&return=${encodeURIComponent(target)}`;
    const { headers } = await post("login", { body, type: "application/x-www-form-urlencoded", headers: OWN });
    const location = headers.get("location") ?? "";
    expect(new URL(location, HOST).host).toBe("mesh.test");
    expect(new URL(location, HOST).pathname).toMatch(/^\/_selvage\//);
  });

  it.each([
    ["of another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    ["of a sibling", { origin: "http://other.mesh.test", "sec-fetch-site": "same-site" }],
    ["of a sandboxed frame", { origin: "null", "sec-fetch-site": "cross-site" }],
    ["that says nothing of itself", {}],
  ])("refuses a form %s (login CSRF)", async (_, headers) => {
    const body = `token=${ROOT_TOKEN}`;
    const refused = await post("login", { body, type: "application/x-www-form-urlencoded", headers });
    expect([refused.status, refused.body.code, refused.headers.get("set-cookie")]).toEqual([403, "SLV2010", null]);
  });
});

describe("a session", () => {
  it("ends with logout, here and in the browser", async () => {
    const cookie = await sessionOf(ROOT_TOKEN);
    const out = await post("logout", { headers: { cookie, ...OWN } });
    expect([out.status, out.body]).toEqual([200, { loggedOut: true }]);
    expect(out.headers.get("set-cookie")).toBe(
      "__Host-selvage-session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict",
    );
    expect((await api("GET", "/whoami", as(cookie))).status).toBe(401);
    expect((await audit()).map(({ action, actor }) => [action, actor])).toEqual([
      ["logout", "bootstrap"],
      ["login", "bootstrap"],
    ]);
    expect((await post("logout", { headers: { cookie, origin: "https://evil.example" } })).status).toBe(403);
  });

  it("ends with its token", async () => {
    const { id, token } = await mint({ name: "mia", role: "admin" });
    const cookie = await sessionOf(token);
    expect((await api("DELETE", `/tokens/${id}`)).status).toBe(200);
    expect((await api("GET", "/whoami", as(cookie))).status).toBe(401);
  });

  it("ends when its token expires, and a write after that is in the audit", async () => {
    const { id, token } = await mint({
      name: "mia",
      role: "admin",
      expiresAt: new Date(Date.now() + HOUR_MS).toISOString(),
    });
    const { headers, body } = await login(token);
    expect(Date.parse(String(body.expiresAt))).toBeLessThanOrEqual(Date.now() + HOUR_MS);
    const cookie = cookieOf(headers);
    await env.DB.prepare("UPDATE tokens SET expires_at = '2020-01-01T00:00:00Z' WHERE id = ?").bind(id).run();
    expect((await api("POST", "/apply", { ...as(cookie, OWN), body: serviceYaml("a") })).status).toBe(401);
    expect((await audit())[0]).toMatchObject({ actor: `token:${id}`, action: "apply", outcome: "refused" });
  });

  it("of the bootstrap token ends when that is another one, or none", async () => {
    const cookie = await sessionOf(ROOT_TOKEN);
    for (const SELVAGE_ADMIN_TOKEN of ["another", ""]) {
      expect((await api("GET", "/whoami", { ...as(cookie), env: { SELVAGE_ADMIN_TOKEN } })).status).toBe(401);
    }
    expect((await api("GET", "/whoami", as(cookie))).status).toBe(200);
  });

  it("ends after an hour without use, and after eight hours in any case", async () => {
    const cookie = await sessionOf(ROOT_TOKEN);
    for (let hour = 0; hour < 8; hour++) {
      expect([hour, (await api("GET", "/whoami", as(cookie))).status]).toEqual([hour, 200]);
      advance(0.99 * HOUR_MS);
    }
    advance(0.1 * HOUR_MS);
    expect((await api("GET", "/whoami", as(cookie))).status).toBe(401);
    const idle = await sessionOf(ROOT_TOKEN);
    advance(1.01 * HOUR_MS);
    expect((await api("GET", "/whoami", as(idle))).status).toBe(401);
    expect(await sweep(env, Date.now())).toEqual([]);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM sessions").first("n")).toBe(0);
  });

  it.each([
    ["a value that is none", "__Host-selvage-session=x"],
    ["another name", `selvage-session=${"a".repeat(64)}`],
    ["the cookie twice", "twice"],
  ])("is not %s", async (_, given) => {
    const good = await sessionOf(ROOT_TOKEN);
    const cookie = given === "twice" ? `${good}; __Host-selvage-session=${"a".repeat(64)}` : given;
    expect((await api("GET", "/whoami", as(cookie))).status).toBe(401);
  });

  it("does not help a bearer token that is no good", async () => {
    const cookie = await sessionOf(ROOT_TOKEN);
    expect((await api("GET", "/whoami", { token: "wrong", headers: { cookie } })).status).toBe(401);
  });
});
