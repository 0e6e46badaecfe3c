// Revisions: what each changed, the way back, and who runs them.
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { applyResultSchema } from "../../../src/model/api/apply.ts";
import { propagationSchema, revisionDetailSchema, revisionListSchema } from "../../../src/model/api/registry.ts";
import { api, applied, ask, FIRST_LOAD_MS, serviceYaml, tokenFor } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

beforeAll(() => ask("GET", "/_selvage/healthz"), FIRST_LOAD_MS);
beforeEach(async () => {
  await emptyRegistry();
  await applied(serviceYaml("orders"));
  await applied(serviceYaml("orders", "shop", "exposure: mesh") + serviceYaml("search"));
});

describe("GET /revisions", () => {
  it("lists them, newest first, page by page", async () => {
    const { body, headers } = await api("GET", "/revisions");
    expect(revisionListSchema.parse(body)).toEqual(body);
    expect(body.items).toMatchObject([
      { revision: 2, actor: "bootstrap", source: "apply", reason: null, summary: { create: 1, update: 1 } },
      { revision: 1, summary: { create: 1 } },
    ]);
    expect(headers.get("etag")).toBe('"2"');
    const first = (await api("GET", "/revisions?limit=1")).body;
    expect(first.items).toHaveLength(1);
    const second = (await api("GET", `/revisions?limit=1&cursor=${first.nextCursor}`)).body;
    expect([second.items[0]!.revision, second.nextCursor]).toEqual([1, null]);
  });

  it("tells an operator of namespaces a number and a time of what others did, and their own in full", async () => {
    await api("POST", "/apply?reason=for+bank+alone", {
      headers: { "content-type": "application/yaml" },
      body: serviceYaml("ledger", "bank"),
    });
    await api("POST", "/services/bank/ledger/credentials");
    await api("POST", "/services/shop/orders/credentials");
    const { body, text } = await api("GET", "/revisions", { token: await tokenFor("viewer", ["shop"]) });
    expect(body.items).toMatchObject([
      { revision: 5, actor: "bootstrap", source: "mint service/shop/orders" },
      { revision: 4, actor: "withheld", source: "withheld" },
      { revision: 3, actor: "withheld", source: "withheld", reason: null },
      { revision: 2, actor: "bootstrap", source: "apply" },
      { revision: 1, source: "apply" },
    ]);
    expect(text).not.toContain("bank");
    const one = await api("GET", "/revisions/3", { token: await tokenFor("viewer", ["shop"]) });
    expect(one.body).toMatchObject({ revision: 3, actor: "withheld", reason: null, changes: [] });
    expect((await api("GET", "/revisions/3", { token: await tokenFor("viewer", ["bank"]) })).body).toMatchObject({
      actor: "bootstrap",
      reason: "for bank alone",
    });
  });

  it.each(["0", "501", "1e2", "0x10", " 5", "", "-1", "1.5", "٣"])("takes %j for no number", async (limit) => {
    const { status, body } = await api("GET", `/revisions?limit=${encodeURIComponent(limit)}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: "SLV1008",
      detail: `${JSON.stringify(limit)} is no whole number from 1 to 500`,
      errors: [{ pointer: "#/query/limit", hint: "Write digits alone." }],
    });
  });

  it("refuses a cursor of another list", async () => {
    const { status, body } = await api("GET", "/revisions?cursor=YWJj");
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: "SLV1008", errors: [{ pointer: "#/query/cursor" }] });
  });
});

describe("GET /revisions/{n}", () => {
  it("shows each document before and after", async () => {
    const { body } = await api("GET", "/revisions/2");
    expect(revisionDetailSchema.parse(body)).toEqual(body);
    expect(body.changes).toMatchObject([
      {
        ref: "Service/shop/orders",
        action: "update",
        before: { spec: { exposure: "public" } },
        after: { spec: { exposure: "mesh" } },
      },
      { ref: "Service/shop/search", action: "create", before: null, after: { kind: "Service" } },
    ]);
  });

  it.each([
    ["99", 404, "SLV1005", "There is no revision 99."],
    ["0", 404, "SLV1005", "There is no revision 0."],
    ["latest", 400, "SLV1008", "A revision is a whole number."],
    ["-1", 400, "SLV1008", "A revision is a whole number."],
  ])("answers %s with %i %s", async (n, status, code, detail) => {
    const answered = await api("GET", `/revisions/${n}`);
    expect(answered.status).toBe(status);
    expect(answered.body).toMatchObject({ code, detail });
  });
});

describe("POST /revisions/{n}/rollback", () => {
  it("brings the documents back as a new revision, with the reason", async () => {
    const { status, body, headers } = await api("POST", "/revisions/1/rollback", { body: { reason: "errors" } });
    expect(status).toBe(200);
    expect(applyResultSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({ revision: 3, summary: { create: 0, update: 1, unchanged: 0, prune: 1 } });
    expect(headers.get("etag")).toBe('"3"');
    expect((await api("GET", "/namespaces/shop/service/orders")).body.spec.exposure).toBe("public");
    expect((await api("GET", "/namespaces/shop/service/search")).status).toBe(404);
    expect((await api("GET", "/revisions/3")).body).toMatchObject({
      source: "rollback",
      reason: "errors",
      rolledBackTo: 1,
    });
  });

  it("needs no body", async () => {
    expect((await api("POST", "/revisions/1/rollback")).body.revision).toBe(3);
  });

  it("plans only, with dryRun=true", async () => {
    const { body } = await api("POST", "/revisions/1/rollback?dryRun=true");
    expect(body).toMatchObject({ revision: 2, dryRun: true, summary: { update: 1, prune: 1 } });
    expect((await api("GET", "/revisions")).body.revision).toBe(2);
  });

  it("refuses when the mesh moved since the caller looked", async () => {
    const { status, body } = await api("POST", "/revisions/1/rollback", { headers: { "if-match": '"1"' } });
    expect(status).toBe(412);
    expect(body).toMatchObject({ code: "SLV3001", currentEtag: '"2"' });
  });

  it("answers 404 for a revision that never was, and 422 for a body that says something else", async () => {
    expect((await api("POST", "/revisions/9/rollback")).body.code).toBe("SLV1005");
    const { status, body } = await api("POST", "/revisions/1/rollback", { body: { reson: "x" } });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ pointer: "#/reson", hint: "Did you mean reason?" }]);
  });

  it("is not for viewers", async () => {
    const token = await tokenFor("viewer");
    const { status, body } = await api("POST", "/revisions/1/rollback", { token });
    expect(status).toBe(403);
    expect(body.requiredRole).toBe("operator");
  });
});

describe("GET /revisions/{n}/propagation", () => {
  it("says which isolates run the revision, after one has asked", async () => {
    const ready = await ask("GET", "/_selvage/readyz");
    expect(ready.body.ready).toBe(true);
    const { status, body } = await api("GET", "/revisions/1/propagation");
    expect(status).toBe(200);
    expect(propagationSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({ revision: 1, head: 2 });
    expect(body.current + body.behind).toBe(body.isolates.length);
  });

  it("answers 404 for a revision that is not there yet", async () => {
    expect((await api("GET", "/revisions/3/propagation")).status).toBe(404);
  });
});
