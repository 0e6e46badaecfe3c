// apply, diff and validate over HTTP: what is written, what is answered, what is refused and where it points.
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Store } from "../../../src/store/store.ts";
import { env } from "cloudflare:workers";
import { api, applied, ask, FIRST_LOAD_MS, serviceYaml } from "../../support/worker/admin.ts";
import { failingDatabase } from "../../support/worker/databases.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

beforeAll(() => ask("GET", "/_selvage/healthz"), FIRST_LOAD_MS);
beforeEach(emptyRegistry);
afterEach(() => vi.restoreAllMocks());

const head = async (): Promise<number> => (await new Store(env.DB).head()).revision;

describe("apply", () => {
  it("writes all documents as one revision, and says what it did", async () => {
    const { status, body, headers } = await api("POST", "/apply?manager=ci&set=shop&reason=launch", {
      body: serviceYaml("orders") + serviceYaml("search"),
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      revision: 1,
      dryRun: false,
      summary: { create: 2, update: 0, unchanged: 0, prune: 0 },
      items: [
        { ref: "Service/shop/orders", action: "create", from: null, patch: [{ op: "add", path: "" }] },
        { ref: "Service/shop/search", action: "create", from: null },
      ],
      warnings: [],
    });
    expect(body.planId).toMatch(/^pl_[0-9a-f]{24}$/);
    expect(headers.get("etag")).toBe('"1"');
    const stored = await api("GET", "/namespaces/shop/service/orders");
    expect(stored.body.metadata).toMatchObject({ manager: "ci", applySet: "shop", updatedBy: "bootstrap" });
    expect((await api("GET", "/revisions/1")).body.reason).toBe("launch");
  });

  it.each([
    ["application/json", JSON.stringify({ apiVersion: "selvage.dev/v1", kind: "Service", metadata: { name: "a" } })],
    [
      "application/json; charset=utf-8",
      JSON.stringify([{ apiVersion: "v1", kind: "Service", metadata: { name: "a" } }]),
    ],
    ["application/yaml", serviceYaml("a")],
    ["text/yaml", serviceYaml("a")],
    ["application/x-yaml", serviceYaml("a")],
    ["APPLICATION/YAML", serviceYaml("a")],
  ])("takes %s", async (type, body) => {
    expect((await api("POST", "/apply", { body, type })).body.summary).toMatchObject({ create: 1 });
  });

  it("makes no revision of what changes nothing", async () => {
    await applied(serviceYaml("orders"));
    const again = await applied(serviceYaml("orders"));
    expect(again.body).toMatchObject({ revision: 1, summary: { create: 0, unchanged: 1 } });
    expect(again.headers.get("etag")).toBe('"1"');
  });

  it("writes nothing with dryRun=true", async () => {
    const { body } = await api("POST", "/apply?dryRun=true", { body: serviceYaml("orders") });
    expect(body).toMatchObject({ revision: 0, dryRun: true, summary: { create: 1 } });
    expect(await head()).toBe(0);
  });

  it("prunes what is gone from the set, and guards against too much", async () => {
    await applied(["a", "b", "c", "d", "e"].map((name) => serviceYaml(name)).join(""), "?set=shop");
    const guarded = await api("POST", "/apply?set=shop&prune=true", { body: serviceYaml("a") });
    expect(guarded.status).toBe(409);
    expect(guarded.body).toMatchObject({ code: "SLV1010", prune: 4, allowed: 3 });
    const meant = await applied(serviceYaml("a"), "?set=shop&prune=true&pruneMax=4");
    expect(meant.body.summary).toEqual({ create: 0, update: 0, unchanged: 1, prune: 4 });
  });

  it("refuses warnings when strict was asked for, and tells them otherwise", async () => {
    const yaml = serviceYaml("orders", "shop", 'endpoints: [{url: "https://orders.example.com", version: v1}]');
    const route = `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: nowhere, namespace: shop}
spec: {rules: [{backendRefs: [{name: absent, port: 80}]}]}
`;
    const strict = await api("POST", "/apply?strict=true", { body: yaml + route });
    expect(strict.status).toBe(422);
    expect(strict.body).toMatchObject({ code: "SLV1004" });
    expect(strict.body.errors[0]).toMatchObject({
      code: "SLV1202",
      pointer: expect.stringMatching(/^#\/1\/spec/),
      line: 10,
    });
    expect(await head()).toBe(0);
    const { body } = await applied(yaml + route);
    expect(body.warnings).toMatchObject([{ severity: "warning", code: "SLV1202", ref: "HTTPRoute/shop/nowhere" }]);
  });

  it("lets one of two writers of the same revision win, and tells the other where the mesh is", async () => {
    await applied(serviceYaml("orders"));
    const outcomes = await Promise.all(
      ["left", "right"].map((name) =>
        api("POST", "/apply", { body: serviceYaml(name), headers: { "if-match": '"1"' } }),
      ),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 412]);
    const second = outcomes.find(({ status }) => status === 412)!;
    expect(second.body).toMatchObject({ code: "SLV3001", currentEtag: '"2"' });
    expect(second.headers.get("etag")).toBe('"2"');
    expect(await head()).toBe(2);
  });

  it.each(['"1"', 'W/"1"', '"7", "1"'])("takes If-Match: %s for revision 1", async (tag) => {
    await applied(serviceYaml("orders"));
    const { status } = await api("POST", "/apply", { body: serviceYaml("b"), headers: { "if-match": tag } });
    expect(status).toBe(200);
  });

  it.each(['"0"', '"2"', '"abc"'])("refuses If-Match: %s for revision 1", async (tag) => {
    await applied(serviceYaml("orders"));
    const { status, body } = await api("POST", "/apply", { body: serviceYaml("b"), headers: { "if-match": tag } });
    expect(status).toBe(412);
    expect(body.detail).toBe("The mesh is at version 1.");
  });

  it("refuses an If-Match that is no entity tag", async () => {
    const { status, body } = await api("POST", "/apply", { body: serviceYaml("b"), headers: { "if-match": "1" } });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: "SLV1008",
      detail: '"1" is not a list of entity tags. Quote the version: "17".',
    });
  });

  it.each([1, 2, 3, 4])("leaves nothing half applied when the registry fails at its call %i", async (nth) => {
    vi.spyOn(console, "error").mockReturnValue();
    await applied(serviceYaml("orders"));
    const { status, body, headers } = await api("POST", "/apply", {
      body: serviceYaml("search") + serviceYaml("stock"),
      env: { DB: failingDatabase(env.DB, nth) },
    });
    expect(status).toBe(503);
    expect(body.code).toBe("SLV9001");
    expect(headers.get("retry-after")).toMatch(/^\d+$/);
    expect((await api("GET", "/resources")).body.items).toHaveLength(1);
    expect(await head()).toBe(1);
  });

  it("leaves nothing half applied when the registry refuses one of the rows, and leaks nothing of why", async () => {
    await env.DB.prepare(
      "CREATE TRIGGER cursed BEFORE INSERT ON documents WHEN NEW.name = 'cursed' BEGIN SELECT RAISE(ABORT, 'inner words'); END",
    ).run();
    const { status, text } = await api("POST", "/apply", { body: serviceYaml("fine") + serviceYaml("cursed") });
    expect(status).toBe(500);
    expect(text).toContain("SLV9000");
    expect(text).not.toContain("inner words");
    expect((await api("GET", "/resources")).body).toMatchObject({ items: [], revision: 0 });
  });
});

describe("diff", () => {
  it("answers what apply would, under the same plan id, and writes nothing", async () => {
    await applied(serviceYaml("orders"));
    const changed = serviceYaml("orders", "shop", "exposure: mesh");
    const diff = await api("POST", "/diff", { body: changed });
    expect(diff.body).toMatchObject({
      revision: 1,
      dryRun: true,
      summary: { update: 1 },
      items: [
        {
          ref: "Service/shop/orders",
          action: "update",
          from: "1",
          patch: [{ op: "replace", path: "/spec/exposure", value: "mesh" }],
        },
      ],
    });
    expect(await head()).toBe(1);
    expect((await applied(changed)).body.planId).toBe(diff.body.planId);
  });

  it("has no dryRun parameter: it never writes", async () => {
    const { status, body } = await api("POST", "/diff?dryRun=false", { body: serviceYaml("a") });
    expect(status).toBe(400);
    expect(body.errors[0]!.pointer).toBe("#/query/dryRun");
  });
});

describe("validate", () => {
  it("answers 200 with the findings of documents that are not valid", async () => {
    const { status, body } = await api("POST", "/validate", { body: serviceYaml("a", "shop", "exposur: public") });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      valid: false,
      errors: [
        { severity: "error", code: "SLV1101", pointer: "#/0/spec/exposur", hint: "Did you mean exposure?", line: 5 },
      ],
      warnings: [],
    });
  });

  it("lints the whole mesh that the documents would make, with the place in the body", async () => {
    await applied(serviceYaml("orders"));
    const route = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec:
  rules:
    - backendRefs: [{name: orders, port: 80}]
    - matches: [{path: {type: PathPrefix, value: /x}}]
      backendRefs: [{name: absent, port: 80}]
`;
    const { status, body } = await api("POST", "/validate", { body: route });
    expect(status).toBe(200);
    expect(body).toMatchObject({ valid: true, errors: [] });
    expect(body.warnings).toContainEqual(
      expect.objectContaining({
        code: "SLV1202",
        ref: "HTTPRoute/shop/r",
        pointer: expect.stringMatching(/^#\/0\/spec\/rules\/1\/backendRefs\/0/),
        line: 8,
      }),
    );
    expect(await head()).toBe(1);
  });

  it("misses the secrets that apply would miss", async () => {
    const providers = "[{name: p, issuer: i, secretRef: {name: NOT_THERE}, algorithms: [HS256]}]";
    const policy = `apiVersion: selvage.dev/v1
kind: AuthenticationPolicy
metadata: {name: door, namespace: shop}
spec: {targetRefs: [{kind: Service, name: a}], jwt: {providers: ${providers}}}
`;
    const { body } = await api("POST", "/validate", { body: `${serviceYaml("a", "shop")}---\n${policy}` });
    expect(body.warnings).toContainEqual(expect.objectContaining({ code: "SLV1332" }));
  });

  it("still refuses a body that cannot be read", async () => {
    const { status, body } = await api("POST", "/validate", { body: "a: [" });
    expect(status).toBe(400);
    expect(body.code).toBe("SLV1000");
  });
});
