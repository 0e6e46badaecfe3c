// Requests that a browser proves by itself: only pages of this host may make use of a session.
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { api, applied, ask, FIRST_LOAD_MS, ROOT_TOKEN, serviceYaml } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";
import { as, HOST, OWN, sessionOf } from "../../support/worker/session.ts";

beforeAll(async () => {
  await emptyRegistry();
  await ask("GET", "/_selvage/healthz");
}, FIRST_LOAD_MS);
beforeEach(async () => {
  await emptyRegistry();
});

const audit = async () => (await api("GET", "/audit")).body.items;

describe("a write by session", () => {
  const json = { "content-type": "application/json" };
  const yaml = { "content-type": "application/yaml" };

  it.each<[string, Record<string, string>]>([
    ["JSON of our own page", { ...OWN, ...json }],
    ["YAML of our own page", { ...OWN, ...yaml }],
  ])("is let in: %s", async (_, headers) => {
    const cookie = await sessionOf(ROOT_TOKEN);
    const body =
      headers["content-type"] === "application/json"
        ? { apiVersion: "selvage.dev/v1", kind: "Service", metadata: { name: "a" }, spec: {} }
        : serviceYaml("a");
    expect((await api("POST", "/apply", { ...as(cookie, headers), body })).status).toBe(200);
  });

  it.each<[string, Record<string, string>, string]>([
    [
      "a form of another site",
      {
        origin: "https://evil.example",
        "sec-fetch-site": "cross-site",
        "content-type": "application/x-www-form-urlencoded",
      },
      'Sec-Fetch-Site is "cross-site"',
    ],
    [
      "text/plain that holds JSON, of another site",
      { origin: "https://evil.example", "sec-fetch-site": "cross-site", "content-type": "text/plain" },
      'Sec-Fetch-Site is "cross-site"',
    ],
    ["text/plain that holds JSON, of our own", { ...OWN, "content-type": "text/plain" }, "a form could have sent it"],
    ["a form of our own", { ...OWN, "content-type": "multipart/form-data; boundary=x" }, "a form could have sent it"],
    [
      "a sibling of the host",
      { origin: "http://a.mesh.test", "sec-fetch-site": "same-site", ...json },
      'Sec-Fetch-Site is "same-site"',
    ],
    [
      "another origin, whatever else it says",
      { origin: "https://evil.example", "sec-fetch-site": "same-origin", ...json },
      "Origin is another one",
    ],
    [
      "another port",
      { origin: "http://mesh.test:8080", "sec-fetch-site": "same-origin", ...json },
      "Origin is another one",
    ],
    ["an opaque origin", { origin: "null", "sec-fetch-site": "same-origin", ...json }, "Origin is another one"],
    [
      "an origin that only begins like ours",
      { origin: "http://mesh.test.evil.example", "sec-fetch-site": "same-origin", ...json },
      "Origin is another one",
    ],
    ["no Origin", { "sec-fetch-site": "same-origin", ...json }, "Origin is missing"],
    ["no Sec-Fetch-Site", { origin: HOST, ...json }, "Sec-Fetch-Site is missing"],
    [
      "Sec-Fetch-Site none: the address bar writes nothing",
      { origin: HOST, "sec-fetch-site": "none", ...json },
      'Sec-Fetch-Site is "none"',
    ],
  ])("is refused, and in the audit: %s", async (_, headers, why) => {
    const cookie = await sessionOf(ROOT_TOKEN);
    const refused = await api("POST", "/apply", {
      ...as(cookie, headers),
      body: serviceYaml("a"),
      type: headers["content-type"] ?? "",
    });
    expect([refused.status, refused.body.code]).toEqual([403, "SLV2010"]);
    expect(refused.body.detail).toContain(why);
    expect((await audit())[0]).toMatchObject({
      actor: "bootstrap",
      role: "admin",
      action: "apply",
      outcome: "refused",
      detail: { code: "SLV2010" },
    });
    expect((await api("GET", "/revisions")).body.items).toEqual([]);
  });

  it("without a body needs the header that a page of another site would have to ask for", async () => {
    await applied(serviceYaml("a"));
    const cookie = await sessionOf(ROOT_TOKEN);
    expect((await api("POST", "/revisions/1/rollback", as(cookie, OWN))).body.code).toBe("SLV2010");
    expect((await api("POST", "/revisions/1/rollback", as(cookie, { ...OWN, "selvage-csrf": "1" }))).status).toBe(200);
    expect((await api("DELETE", "/namespaces/shop/service/a", as(cookie, { ...OWN, "if-match": "*" }))).status).toBe(
      403,
    );
  });

  it("is not one that X-HTTP-Method-Override makes of a read", async () => {
    const cookie = await sessionOf(ROOT_TOKEN);
    const headers = { "x-http-method-override": "DELETE" };
    expect((await api("GET", "/resources", as(cookie, headers))).status).toBe(200);
  });
});

describe("a read by session", () => {
  it.each([
    ["our own page", "same-origin", 200],
    ["the address bar", "none", 200],
    ["a page of another site", "cross-site", 403],
    ["a page of a sibling", "same-site", 403],
  ])("of %s", async (_, site, status) => {
    const cookie = await sessionOf(ROOT_TOKEN);
    expect((await api("GET", "/resources", as(cookie, { "sec-fetch-site": site }))).status).toBe(status);
  });

  it("that asks for a WebSocket is held to the origin as a write is", async () => {
    const cookie = await sessionOf(ROOT_TOKEN);
    const upgrade = { upgrade: "websocket" };
    expect((await api("GET", "/resources", as(cookie, upgrade))).body.code).toBe("SLV2010");
    const foreign = { ...upgrade, origin: "https://evil.example", "sec-fetch-site": "same-origin" };
    expect((await api("GET", "/resources", as(cookie, foreign))).body.code).toBe("SLV2010");
    expect((await api("GET", "/resources", as(cookie, { ...upgrade, ...OWN }))).status).toBe(200);
    // Chromium says Origin and nothing else.
    const { "sec-fetch-site": _, ...bare } = { ...upgrade, ...OWN };
    expect((await api("GET", "/resources", as(cookie, bare))).status).toBe(200);
    expect((await api("GET", "/resources", as(cookie, { ...bare, origin: "https://evil.example" }))).status).toBe(403);
    expect((await api("GET", "/resources", as(cookie, { ...bare, "sec-fetch-site": "same-site" }))).status).toBe(403);
  });
});

describe("a bearer token", () => {
  it("needs neither Origin nor Sec-Fetch-Site, and is taken from any site that has it", async () => {
    const headers = { origin: "https://ci.example", "sec-fetch-site": "cross-site" };
    expect((await api("POST", "/apply", { body: serviceYaml("a"), headers })).status).toBe(200);
  });
});
