// What is public beside the API, and what answers where there is no call: 404, 405, and the admin host.
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { api, applied, ask, FIRST_LOAD_MS, serviceYaml } from "../../support/worker/admin.ts";
import { failingDatabase } from "../../support/worker/databases.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

beforeAll(async () => {
  await emptyRegistry();
  await ask("GET", "/_selvage/healthz");
}, FIRST_LOAD_MS);

const open = (path: string, headers: Record<string, string> = {}) => ask("GET", path, { token: null, headers });

describe("health", () => {
  it("is told to anybody", async () => {
    expect((await open("/_selvage/healthz")).body).toEqual({ status: "ok" });
  });

  it("knows the registry's revision and the isolate's own", async () => {
    const { revision } = (await applied(serviceYaml("orders"))).body;
    const { status, body } = await open("/_selvage/readyz");
    expect(status).toBe(200);
    expect(body).toMatchObject({ ready: true, registry: "reachable", revision });
  });

  it("stays ready on the last good snapshot when the registry cannot be reached", async () => {
    await open("/_selvage/readyz");
    const { status, body } = await ask("GET", "/_selvage/readyz", {
      token: null,
      env: { DB: failingDatabase(env.DB, 0) },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ready: true, registry: "unreachable", revision: null });
  });
});

describe("the reference page", () => {
  it("is one page without any script or foreign asset", async () => {
    const { status, headers, text } = await open("/_selvage/docs");
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; frame-ancestors 'none'/,
    );
    expect(text).not.toMatch(
      /<script|<link|<img|src=|@import|url\(|https?:\/\/(?!json-schema\.org)[a-z.]+\/[^<]*\.(js|css)/i,
    );
    const style = new TextEncoder().encode(/<style>([^]*?)<\/style>/.exec(text)![1]);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", style));
    expect(headers.get("content-security-policy")).toContain(`'sha256-${btoa(String.fromCharCode(...digest))}'`);
  });

  it("tells the bounds and the default of a number in a query", async () => {
    const { body } = await open("/_selvage/openapi.json");
    expect(body.paths["/_selvage/v1/requests"]?.["get"]).toMatchObject({
      parameters: expect.arrayContaining([
        expect.objectContaining({ name: "limit", schema: { type: "integer", minimum: 1, maximum: 500, default: 50 } }),
      ]),
    });
  });

  it("shows every operation of the OpenAPI document", async () => {
    const { body } = await open("/_selvage/openapi.json");
    const { text } = await open("/_selvage/docs");
    for (const item of Object.values(body.paths)) {
      for (const { operationId } of Object.values(item)) {
        expect(text).toContain(`id="${operationId}"`);
      }
    }
    expect(text).not.toContain("[object Object]");
    expect(text).not.toContain("undefined");
  });
});

describe("large pages", () => {
  it("are answered twenty times at once to an address, then 429 with the time to come again", async () => {
    const asking = (path: string, address: string) =>
      ask("GET", path, { token: null, env: { LOCAL_CLIENT_ADDRESS: address } });
    for (let nth = 0; nth < 10; nth++) {
      expect((await asking("/_selvage/docs", "192.0.2.77")).status).toBe(200);
      expect((await asking("/_selvage/openapi.json", "192.0.2.77")).status).toBe(200);
    }
    const { status, body, headers } = await asking("/_selvage/openapi.json", "192.0.2.77");
    expect([status, body.code]).toEqual([429, "SLV4002"]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect((await asking("/_selvage/openapi.json", "192.0.2.78")).status).toBe(200);
    expect((await asking("/_selvage/healthz", "192.0.2.77")).status).toBe(200);
  });
});

describe("/_selvage/problems/{code}", () => {
  it("explains a problem as JSON, and as a page to browsers", async () => {
    const json = await open("/_selvage/problems/SLV3001");
    expect(json.body).toMatchObject({ code: "SLV3001", status: 412, title: "The mesh moved since you looked" });
    expect(json.body.fix).toContain("currentEtag");
    const page = await open("/_selvage/problems/slv3001", { accept: "text/html,*/*" });
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.text).toContain("<code>currentEtag</code>");
  });

  it("explains a finding", async () => {
    expect((await open("/_selvage/problems/SLV1202")).body).toMatchObject({ code: "SLV1202", status: null });
  });

  it("answers 404 to what is no code, whatever it holds", async () => {
    const { status, text } = await open("/_selvage/problems/%3Cscript%3E", { accept: "text/html" });
    expect(status).toBe(404);
    expect(text).not.toContain("<script");
  });
});

describe("what is no call", () => {
  it.each([
    ["/_selvage/v1/aply", ["/_selvage/v1/apply"]],
    ["/_selvage/apply", ["/_selvage/v1/apply"]],
    ["/_selvage/v1/namespaces/shop/service/orders/endpoint", ["/_selvage/v1/namespaces/shop/service/orders"]],
    [
      "/_selvage/v1/namespaces/shop/services/orders/endpoint",
      ["/_selvage/v1/namespaces/shop/services/orders/endpoints"],
    ],
    ["/_selvage/v1/", []],
    ["/_selvage/v2/nothing-like-it", []],
  ])("answers 404 to %s, with the nearest call", async (path, suggestions) => {
    const { status, body } = await open(path);
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: "SLV1006", suggestions });
  });

  it("answers 405 with the methods that exist", async () => {
    const { status, body, headers } = await api("PATCH", "/namespaces/shop/service/orders");
    expect(status).toBe(405);
    expect(headers.get("allow")).toBe("DELETE, GET, HEAD, PUT");
    expect(body.detail).toBe(
      "PATCH is not a method of /_selvage/v1/namespaces/shop/service/orders; it takes DELETE, GET, HEAD, PUT.",
    );
  });

  it("has no CORS: OPTIONS is not a method of any call", async () => {
    const headers = { origin: "https://evil.example", "access-control-request-method": "POST" };
    const answered = await ask("OPTIONS", "/_selvage/v1/apply", { token: null, headers });
    expect(answered.status).toBe(405);
    expect([...answered.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it.each([
    "/%5fselvage/v1/resources",
    "/a/../_selvage/v1/resources",
    "//_selvage/v1/resources",
    "/_selvage/v1/./resources",
  ])("takes %s for the call that it is, with its guard", async (path) => {
    expect((await open(path)).status).toBe(401);
    expect((await ask("GET", path)).body).toMatchObject({ items: expect.any(Array) });
  });

  it("keeps a harmless x-request-id, and makes one in place of any other", async () => {
    const kept = await open("/_selvage/v1/resources", { "x-request-id": "trace-7.b" });
    expect(kept.body.requestId).toBe("trace-7.b");
    const made = await open("/_selvage/v1/resources", { "x-request-id": "a b<c>" });
    expect(made.body.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("marks refusals as the mesh's own", async () => {
    const { headers } = await open("/_selvage/v1/resources");
    expect(headers.get("selvage-decision")).toMatch(/^admin; policy="listResources"; rev=\d+$/);
  });
});

describe("ADMIN_HOST", () => {
  const at = (path: string, ADMIN_HOST: string) => ask("GET", path, { token: null, env: { ADMIN_HOST } });

  it("is the only host that answers below /_selvage/", async () => {
    expect((await at("/_selvage/healthz", "mesh.test")).status).toBe(200);
    for (const path of ["/_selvage/healthz", "/_selvage/v1/resources", "/%5Fselvage/docs"]) {
      const { status, body } = await at(path, "admin.test");
      expect(status).toBe(404);
      expect(body).toMatchObject({ code: "SLV5003", detail: "There is nothing at this address." });
    }
  });
});

describe("a failure", () => {
  const broken = <Binding extends object>(): Binding =>
    new Proxy({} as Binding, {
      get: () => () => {
        throw new TypeError("inner words");
      },
    });

  it.each([
    ["the registry", "/resources", { DB: broken<typeof env.DB>() }, 503, "SLV9001"],
    ["the mesh object", "/revisions/0/propagation", { MESH: broken<typeof env.MESH>() }, 503, "SLV9001"],
  ])("of %s tells an id, and nothing of what went wrong", async (_, path, overridden, expected, code) => {
    const { status, body, text } = await api("GET", path, { env: overridden });
    expect([status, body.code]).toEqual([expected, code]);
    expect(text).not.toContain("inner words");
  });

  it("of our own code tells an id, nothing of what went wrong, and the log the rest", async () => {
    await applied(serviceYaml("api"));
    const logged = vi.spyOn(console, "error").mockReturnValue();
    const grouping = vi.spyOn(Map, "groupBy").mockImplementation(() => {
      throw new TypeError("inner words");
    });
    const { status, body, text } = await api("GET", "/catalog");
    grouping.mockRestore();
    expect([status, body.code]).toEqual([500, "SLV9000"]);
    expect(text).not.toContain("inner words");
    expect(logged).toHaveBeenCalledWith(expect.stringContaining(body.requestId));
    logged.mockRestore();
  });
});
