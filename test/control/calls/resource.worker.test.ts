// Documents one by one, and lists of them: preconditions, identity, pages, selectors.
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { resourceSchema } from "../../../src/model/api/resource.ts";
import { api, applied, ask, FIRST_LOAD_MS, serviceYaml, tokenFor } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

beforeAll(() => ask("GET", "/_selvage/healthz"), FIRST_LOAD_MS);
beforeEach(emptyRegistry);

const PATH = "/namespaces/shop/service/orders";
const put = (headers: Record<string, string>, body: unknown = { spec: { exposure: "public" } }, path = PATH) =>
  api("PUT", path, { body, headers });
const created = () => put({ "if-none-match": "*" });

describe("GET", () => {
  it("answers 304 to a reader who has the version, and the document to one who has an older", async () => {
    await created();
    const read = (tag: string, path = PATH) => api("GET", path, { headers: { "if-none-match": tag } });
    for (const tag of ['"1"', 'W/"1"', '"7", "1"', "*"]) {
      const { status, text, headers } = await read(tag);
      expect([status, text, headers.get("etag")], tag).toEqual([304, "", '"1"']);
    }
    for (const tag of ['"0"', "1", ""]) {
      expect((await read(tag)).status, tag).toBe(200);
    }
    expect((await read("*", "/namespaces/shop/service/nobody")).status).toBe(404);
    await put({ "if-match": '"1"' }, { spec: { exposure: "mesh" } });
    expect((await read('"1"')).headers.get("etag")).toBe('"2"');
  });

  it("answers 304 for lists while the mesh has not moved", async () => {
    await created();
    for (const path of ["/resources", "/revisions"]) {
      const read = () => api("GET", path, { headers: { "if-none-match": '"1"' } });
      expect((await read()).status, path).toBe(304);
      expect((await api("GET", path, { headers: { "if-none-match": '"2"' } })).status, path).toBe(200);
    }
    await applied(serviceYaml("other"));
    expect((await api("GET", "/resources", { headers: { "if-none-match": '"1"' } })).status).toBe(200);
  });
});

describe("PUT", () => {
  it("creates with If-None-Match: *, filling in what the path says", async () => {
    const { status, body, headers } = await created();
    expect(status).toBe(201);
    expect(headers.get("etag")).toBe('"1"');
    expect(body).toMatchObject({
      apiVersion: "selvage.dev/v1",
      kind: "Service",
      metadata: { name: "orders", namespace: "shop", resourceVersion: "1", generation: 1, manager: "api" },
      spec: { exposure: "public", endpoints: [] },
      revision: 1,
      warnings: [],
    });
  });

  it("answers a dry run as the write would be answered, and writes nothing", async () => {
    const tried = (path: string, spec: object, headers: Record<string, string>) =>
      api("PUT", `${path}?dryRun=true`, { body: { spec }, headers });
    const made = await tried(PATH, { exposure: "public" }, { "if-none-match": "*" });
    expect([made.status, made.headers.get("etag"), made.body.revision]).toEqual([201, null, 0]);
    const written = await created();
    const { uid, createdAt, updatedAt, ...rest } = resourceSchema.parse(written.body).metadata;
    const timeless = (text: string): unknown => JSON.parse(text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "then"));
    expect(timeless(made.text)).toEqual({
      ...Object(timeless(written.text)),
      revision: 0,
      metadata: { ...rest, uid: expect.stringMatching(/^[0-9a-f-]{36}$/), createdAt: "then", updatedAt: "then" },
    });
    const other = await tried(PATH, { exposure: "mesh" }, { "if-match": '"1"' });
    expect([other.status, other.body.spec.exposure]).toEqual([200, "mesh"]);
    expect(other.body.metadata).toMatchObject({ uid, createdAt, resourceVersion: "2", generation: 2 });
    expect(Date.parse(resourceSchema.parse(other.body).metadata.updatedAt)).toBeGreaterThanOrEqual(
      Date.parse(updatedAt),
    );
    const same = await tried(PATH, { exposure: "public" }, { "if-match": '"1"' });
    expect([same.status, same.body.metadata]).toEqual([200, written.body.metadata]);
    expect((await tried(PATH, { exposure: "mesh" }, { "if-match": '"9"' })).status).toBe(412);
    expect((await tried(PATH, { exposur: "mesh" }, { "if-match": '"1"' })).status).toBe(422);
    const kept = await api("GET", PATH);
    expect([kept.body.spec.exposure, kept.headers.get("etag")]).toEqual(["public", '"1"']);
  });

  it("takes back what GET gave, server-owned metadata and status included", async () => {
    await created();
    const { body, headers } = await api("GET", PATH);
    const changed = { ...body, spec: { ...body.spec, exposure: "mesh" } };
    const answered = await put({ "if-match": headers.get("etag")! }, changed);
    expect(answered.status).toBe(200);
    expect(answered.headers.get("etag")).toBe('"2"');
    expect(answered.body.metadata).toMatchObject({ uid: body.metadata.uid, resourceVersion: "2", generation: 2 });
  });

  it("demands a precondition: 428, with the current ETag", async () => {
    const absent = await put({});
    expect(absent.status).toBe(428);
    expect(absent.body).toMatchObject({
      code: "SLV3002",
      currentEtag: null,
      errors: [{ hint: "It does not exist: If-None-Match: * creates it." }],
    });
    await created();
    const there = await put({});
    expect(there.status).toBe(428);
    expect(there.body).toMatchObject({ currentEtag: '"1"', errors: [{ hint: 'If-Match: "1" is current.' }] });
  });

  it("refuses to create what is there: 412", async () => {
    await created();
    const { status, body } = await created();
    expect(status).toBe(412);
    expect(body).toMatchObject({ code: "SLV3001", currentEtag: '"1"' });
    expect(body.detail).toBe("Service/shop/orders exists already: it is at version 1.");
  });

  it("refuses a stale ETag: 412, with the current one", async () => {
    await created();
    await put({ "if-match": '"1"' }, { spec: { exposure: "mesh" } });
    const { status, body, headers } = await put({ "if-match": '"1"' });
    expect(status).toBe(412);
    expect(body).toMatchObject({ code: "SLV3001", currentEtag: '"2"', detail: "Service/shop/orders is at version 2." });
    expect(headers.get("etag")).toBe('"2"');
  });

  it("refuses If-Match on what does not exist", async () => {
    const { status, body } = await put({ "if-match": '"1"' });
    expect(status).toBe(412);
    expect(body).toMatchObject({ currentEtag: null, detail: "Service/shop/orders does not exist." });
  });

  it("takes a tag that a proxy weakened", async () => {
    await created();
    expect((await put({ "if-match": 'W/"1"' }, { spec: { exposure: "mesh" } })).status).toBe(200);
  });

  it("is not disturbed by changes elsewhere in the mesh", async () => {
    await created();
    await applied(serviceYaml("other"));
    expect((await put({ "if-match": '"1"' }, { spec: { exposure: "mesh" } })).body.revision).toBe(3);
  });

  it("lets one of two writers of the same version win", async () => {
    await created();
    const outcomes = await Promise.all(
      ["left", "right"].map((owner) => put({ "if-match": '"1"' }, { spec: { exposure: "mesh", owner } })),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it("writes whatever is there for an admin who says If-Match: *, and notes it in the audit", async () => {
    await created();
    expect((await put({ "if-match": "*" }, { spec: { exposure: "mesh" } })).status).toBe(200);
    const { items } = (await api("GET", "/audit")).body;
    expect(items[0]).toMatchObject({ action: "put", target: "Service/shop/orders", detail: { forced: true } });
  });

  it("refuses If-Match: * from an operator", async () => {
    await created();
    const token = await tokenFor("operator");
    const { status, body } = await api("PUT", PATH, { body: { spec: {} }, headers: { "if-match": "*" }, token });
    expect(status).toBe(403);
    expect(body).toMatchObject({ code: "SLV2003", requiredRole: "admin" });
  });

  it("refuses a body that is another document than the path's", async () => {
    const { status, body } = await put(
      { "if-none-match": "*" },
      {
        kind: "Gateway",
        metadata: { name: "other" },
        spec: { gatewayClassName: "x", listeners: [{ name: "a", port: 80, protocol: "HTTP" }] },
        apiVersion: "gateway.networking.k8s.io/v1",
      },
    );
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: "SLV1003", errors: [{ pointer: "#/metadata" }] });
    expect(body.detail).toBe("The body is Gateway/shop/other, the path says Service/shop/orders.");
  });

  it("points into the body when the document is not valid", async () => {
    const { status, body } = await put({ "if-none-match": "*" }, { spec: { exposur: "public" } });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ pointer: "#/spec/exposur", code: "SLV1101", hint: "Did you mean exposure?" }]);
  });

  it("takes JSON only", async () => {
    const { status, body } = await api("PUT", PATH, { body: "spec: {}", headers: { "if-none-match": "*" } });
    expect(status).toBe(415);
    expect(body.detail).toBe("This call takes application/json, not application/yaml.");
  });

  it("refuses JSON that does not close", async () => {
    const { status, body } = await api("PUT", PATH, {
      body: "{",
      type: "application/json",
      headers: { "if-none-match": "*" },
    });
    expect(status).toBe(400);
    expect(body.code).toBe("SLV1000");
  });

  it("refuses a namespace that is no name", async () => {
    const { status, body } = await put({ "if-none-match": "*" }, { spec: {} }, "/namespaces/Shop/service/orders");
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: "SLV1008", errors: [{ pointer: "#/path/ns", detail: '"Shop" is not a name' }] });
  });
});

describe("GET", () => {
  it.each(["service", "Service", "SERVICE", "services", "svc"])("takes %s for the kind", async (kind) => {
    await created();
    const { status, body, headers } = await api("GET", `/namespaces/shop/${kind}/orders`);
    expect(status).toBe(200);
    expect(headers.get("etag")).toBe('"1"');
    expect(resourceSchema.parse(body)).toEqual(body);
  });

  it("names what was probably meant", async () => {
    await created();
    const name = await api("GET", "/namespaces/shop/service/ordes");
    expect(name.status).toBe(404);
    expect(name.body).toMatchObject({ code: "SLV1005", suggestions: ["Service/shop/orders"] });
    const kind = await api("GET", "/namespaces/shop/servce/orders");
    expect(kind.status).toBe(404);
    expect(kind.body.detail).toBe('There is no kind "servce". Did you mean Service?');
  });

  it("shows the built-in Gateway, whose place an admin's own takes until it is deleted", async () => {
    const path = "/namespaces/selvage-system/gateway/selvage";
    const builtIn = {
      kind: "Gateway",
      metadata: { uid: "built-in" },
      spec: { listeners: [{ name: "all" }] },
    };
    expect((await api("GET", path)).body).toMatchObject(builtIn);
    const refused = await api("DELETE", path, { headers: { "if-match": "*" } });
    expect([refused.status, refused.body.code]).toEqual([409, "SLV3004"]);
    expect(refused.body.detail).toContain("is built in");
    const listeners = [{ name: "apps", port: 80, protocol: "HTTP", hostname: "*.apps.example" }];
    const own = { body: { spec: { gatewayClassName: "selvage", listeners } }, headers: { "if-none-match": "*" } };
    expect((await api("PUT", path, own)).status).toBe(201);
    expect((await api("GET", path)).body).toMatchObject({ spec: { listeners } });
    expect((await api("DELETE", path, { headers: { "if-match": "*" } })).status).toBe(200);
    expect((await api("GET", path)).body).toMatchObject(builtIn);
  });

  it("answers HEAD like GET, without the body", async () => {
    await created();
    const { status, text, headers } = await api("HEAD", PATH);
    expect([status, text, headers.get("etag")]).toEqual([200, "", '"1"']);
  });
});

describe("DELETE", () => {
  it("removes the document at the version that was seen", async () => {
    await created();
    expect((await api("DELETE", PATH)).status).toBe(428);
    expect((await api("DELETE", PATH, { headers: { "if-match": '"9"' } })).status).toBe(412);
    const { status, body, headers } = await api("DELETE", PATH, { headers: { "if-match": '"1"' } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      revision: 2,
      summary: { prune: 1 },
      items: [{ ref: "Service/shop/orders", action: "delete" }],
    });
    expect(headers.get("etag")).toBe('"2"');
    expect((await api("GET", PATH)).status).toBe(404);
    expect((await api("DELETE", PATH, { headers: { "if-match": "*" } })).status).toBe(404);
  });
});
