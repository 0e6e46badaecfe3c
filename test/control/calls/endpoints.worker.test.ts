// Dynamic registration, heartbeats, and the catalog that shows what came of it.
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import {
  catalogSchema,
  endpointListSchema,
  endpointStateSchema,
  heartbeatResultSchema,
} from "../../../src/model/api/endpoints.ts";
import { api, applied, ask, FIRST_LOAD_MS, serviceYaml, tokenFor } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";
import { writtenId } from "../../support/written-id.ts";

beforeAll(() => ask("GET", "/_selvage/healthz"), FIRST_LOAD_MS);
beforeEach(async () => {
  await emptyRegistry();
  await applied(serviceYaml("orders", "shop", 'endpoints: [{url: "https://orders.example.com", version: v1}]'));
});
afterEach(() => vi.unstubAllGlobals());

const LIST = "/namespaces/shop/services/orders/endpoints";
const register = (id: string, body: unknown = { url: "http://127.0.0.1:9001", version: "v2", ttl: "30s" }) =>
  api("PUT", `${LIST}/${id}`, { body });

describe("endpoints", () => {
  it("of a namespace are so many for operators who are limited to it, and those that are there may register again", async () => {
    await env.DB.prepare(
      `INSERT INTO endpoints (namespace, service, id, url, cluster, weight, priority, registered_at, registered_by, generation)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
       SELECT 'shop', 'orders', 'e' || i, 'http://127.0.0.1:9001', 'local', 1, 0, '2026-01-01T00:00:00Z', 'x', 1 FROM n`,
    ).run();
    const token = await tokenFor("operator", ["shop"]);
    const put = (id: string, as?: string) =>
      api("PUT", `${LIST}/${id}`, {
        body: { url: "http://127.0.0.1:9001" },
        ...(as === undefined ? {} : { token: as }),
      });
    expect(await put("more", token)).toMatchObject({ status: 403, body: { code: "SLV2003", requiredNamespace: "*" } });
    expect([(await put("e7", token)).status, (await put("more")).status]).toEqual([200, 201]);
  });

  it("are registered, listed beside the document's own, drained and removed", async () => {
    const put = await register("one");
    expect(put.status).toBe(201);
    expect(endpointStateSchema.parse(put.body)).toEqual(put.body);
    expect(put.body).toMatchObject({
      id: "one",
      cluster: "local",
      version: "v2",
      weight: 1,
      draining: false,
      health: "healthy",
      ttl: "30s",
    });
    expect((await register("one")).status).toBe(200);

    const { body } = await api("GET", LIST);
    expect(endpointListSchema.parse(body)).toEqual(body);
    expect(body.items).toMatchObject([
      {
        id: writtenId("shop/orders", "https://orders.example.com", "v1"),
        source: "static",
        url: "https://orders.example.com",
        version: "v1",
        health: "unknown",
      },
      { id: "one", source: "dynamic", url: "http://127.0.0.1:9001" },
    ]);

    expect((await api("POST", `${LIST}/one/drain`)).body).toMatchObject({ draining: true, health: "draining" });
    expect((await api("DELETE", `${LIST}/one`)).body).toMatchObject({ id: "one" });
    const after = (await api("GET", LIST)).body;
    expect(after.items).toHaveLength(1);
    expect(after.generation).toBeGreaterThan(body.generation);
    const actions = (await api("GET", "/audit")).body.items.map(({ action }) => action);
    expect(actions.slice(0, 3)).toEqual(["deleteEndpoint", "drainEndpoint", "putEndpoint"]);
  });

  it("are created by the first of several who register the same at once", async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => register("one")));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 201]);
    expect((await register("one")).status).toBe(200);
  });

  it("change no revision", async () => {
    await register("one");
    expect((await api("GET", "/revisions")).body.revision).toBe(1);
  });

  it.each([
    [{ url: "http://127.0.0.1:1", binding: "X" }, 422, "SLV1003", "#", "An endpoint is either a url or a binding"],
    [{}, 422, "SLV1003", "#", "An endpoint is either a url or a binding"],
    [{ url: "ftp://x.example" }, 422, "SLV1003", "#/url", "This is not an absolute http or https URL"],
    [{ url: "https://a:b@x.example" }, 422, "SLV1003", "#/url", "The URL carries credentials"],
    [{ url: "https://x.example", wieght: 2 }, 422, "SLV1003", "#/wieght", 'There is no field "wieght" in the document'],
    [{ url: "https://x.example", ttl: "soon" }, 422, "SLV1003", "#/ttl", '"soon" is not a duration'],
    [
      { url: "https://x.example", cluster: "mars" },
      422,
      "SLV1009",
      "#/cluster",
      'There is no cluster "mars". Apply a Cluster of that name first.',
    ],
    [
      { url: "http://10.0.0.1", cluster: "default" },
      422,
      "SLV1009",
      "#/url",
      expect.stringContaining("The URL points to"),
    ],
  ])("are not registered from %j", async (sent, status, code, pointer, detail) => {
    const answered = await register("bad", sent);
    expect(answered.status).toBe(status);
    expect(answered.body).toMatchObject({ code, errors: [{ pointer, detail }] });
    expect((await api("GET", LIST)).body.items).toHaveLength(1);
  });

  it.each([
    ["PUT", "/namespaces/shop/services/absent/endpoints/one", { url: "https://x.example" }],
    ["GET", "/namespaces/shop/services/absent/endpoints", undefined],
    ["DELETE", `${LIST}/absent`, undefined],
    ["POST", `${LIST}/absent/drain`, undefined],
  ])("answer 404 to %s %s", async (method, path, body) => {
    const answered = await api(method, path, body === undefined ? {} : { body });
    expect(answered.status).toBe(404);
    expect(answered.body.code).toBe("SLV1005");
  });

  it("keep ids of document endpoints for these", async () => {
    const { status, body } = await register("static-0");
    expect(status).toBe(422);
    expect(body).toMatchObject({
      code: "SLV1009",
      detail: 'Ids that start with "static-" belong to the endpoints of Service documents.',
    });
  });
});

describe("heartbeats", () => {
  it("renew leases, in the order of the request, and tell who must register again", async () => {
    await register("one");
    const before = Date.now();
    const { status, body } = await api("POST", "/heartbeats", {
      body: {
        endpoints: [
          { namespace: "shop", service: "orders", id: "gone" },
          { namespace: "shop", service: "orders", id: "one" },
        ],
      },
    });
    expect(status).toBe(200);
    expect(heartbeatResultSchema.parse(body)).toEqual(body);
    expect(body.results).toMatchObject([
      { id: "gone", ok: false, expiresAt: null },
      { id: "one", ok: true },
    ]);
    expect(Date.parse(body.results[1]!.expiresAt)).toBeGreaterThanOrEqual(before + 30_000);
    const actions = (await api("GET", "/audit")).body.items.map(({ action }) => action);
    expect(actions).not.toContain("heartbeat");
  });

  it("are refused when empty or too many", async () => {
    const one = { service: "orders", id: "one" };
    for (const endpoints of [[], Array.from({ length: 501 }, () => one)]) {
      const { status, body } = await api("POST", "/heartbeats", { body: { endpoints } });
      expect(status).toBe(422);
      expect(body.errors[0]!.pointer).toBe("#/endpoints");
    }
  });
});

describe("the catalog", () => {
  it("shows services with addresses, versions, endpoints and where their description is", async () => {
    await applied(
      serviceYaml(
        "docs",
        "shop",
        'owner: web, description: "Reads", openapi: {inline: {openapi: "3.1.0"}}, links: [{url: "https://wiki.example"}]',
      ),
    );
    await register("one");
    const { body } = await api("GET", "/catalog?namespace=shop", { env: { MESH_DOMAIN: "mesh.example" } });
    expect(catalogSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      revision: 2,
      items: [
        {
          name: "docs",
          owner: "web",
          description: "Reads",
          openapi: "/_selvage/v1/catalog/shop/docs/openapi.json",
          links: [{ url: "https://wiki.example" }],
          endpoints: [],
        },
        {
          name: "orders",
          exposure: "mesh",
          openapi: null,
          addresses: ["/svc/orders.shop/", "https://orders.shop.mesh.example/"],
          versions: [
            { version: "v1", endpoints: 1 },
            { version: "v2", endpoints: 1 },
          ],
        },
      ],
    });
    expect((await api("GET", "/catalog/shop/docs/openapi.json")).body).toEqual({ openapi: "3.1.0" });
  });

  it("answers 404 for a service without a description, and for no service", async () => {
    expect((await api("GET", "/catalog/shop/orders/openapi.json")).body.detail).toBe(
      "The service shop/orders has no OpenAPI description.",
    );
    expect((await api("GET", "/catalog/shop/absent/openapi.json")).body.detail).toBe(
      "There is no service shop/absent.",
    );
  });

  const openapiFrom = async (url: string, response: (init: RequestInit) => Response | Promise<Response>) => {
    const fetched = vi.fn(async (_: string, init: RequestInit) => {
      expect(init.redirect).toBe("manual");
      return response(init);
    });
    vi.stubGlobal("fetch", fetched);
    await applied(serviceYaml("api", "shop", `openapi: {url: "${url}"}`));
    return { ...(await api("GET", "/catalog/shop/api/openapi.json")), fetched };
  };

  it.each([
    ["JSON", '{"openapi": "3.0.3", "info": {}}'],
    ["YAML", 'openapi: "3.0.3"\ninfo: {}\n'],
  ])("fetches a description in %s and answers it as JSON", async (_, text) => {
    const { status, body, headers } = await openapiFrom("http://127.0.0.1:1/api", () => new Response(text));
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/json");
    expect(body).toEqual({ openapi: "3.0.3", info: {} });
  });

  it.each([
    ["a redirect", () => Response.redirect("http://169.254.169.254/", 302), "answered 302."],
    ["an error", () => new Response("no", { status: 500 }), "answered 500."],
    ["a page", () => new Response("<html>secret</html>"), "is no OpenAPI description."],
    ["other JSON", () => Response.json({ secret: "x" }), "is no OpenAPI description."],
    ["more than 2 MiB", () => new Response(" ".repeat(2 * 1024 * 1024 + 1)), "has more than 2097152 bytes (2 MiB)."],
    ["a failure", () => Promise.reject(new Error("refused")), "cannot be reached."],
  ])("answers 502 to %s, without showing it", async (_, response, detail) => {
    const answered = await openapiFrom("http://127.0.0.1:1/api", response);
    expect(answered.status).toBe(502);
    expect(answered.body).toMatchObject({ code: "SLV5006", detail: `http://127.0.0.1:1/api ${detail}` });
    expect(answered.text).not.toContain("secret");
  });

  it("fetches nothing from link-local addresses, nor privately where the cluster does not allow it", async () => {
    const metadata = await openapiFrom("http://169.254.169.254/latest", () => Response.json({ openapi: "3.1.0" }));
    expect(metadata.status).toBe(502);
    expect(metadata.fetched).not.toHaveBeenCalled();
    const elsewhere = await api("GET", "/catalog/shop/api/openapi.json", { env: { LOCAL_MESH: "false" } });
    expect(elsewhere.status).toBe(502);
    expect(metadata.fetched).not.toHaveBeenCalled();
  });

  it("answers 504 when the description does not come in time", async () => {
    const { setTimeout } = globalThis;
    vi.stubGlobal("setTimeout", (act: () => void, ms: number) => setTimeout(act, ms === 5000 ? 0 : ms));
    const never = ({ signal }: RequestInit): Promise<Response> =>
      new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("aborted"))));
    const { status, body } = await openapiFrom("http://127.0.0.1:1/api", never);
    expect(status).toBe(504);
    expect(body).toMatchObject({ code: "SLV5007", detail: "http://127.0.0.1:1/api did not answer within 5 s." });
  });
});
