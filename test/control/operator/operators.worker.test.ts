// Who may call: tokens, roles, namespaces; and the audit of those who tried.
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { api, applied, ask, FIRST_LOAD_MS, mint, serviceYaml, tokenFor } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

beforeAll(async () => {
  await emptyRegistry();
  await ask("GET", "/_selvage/healthz");
}, FIRST_LOAD_MS);

const audit = async () => (await api("GET", "/audit")).body.items;

describe("authentication", () => {
  it.each([
    ["no Authorization", {}, 'Bearer realm="selvage"'],
    ["another scheme", { authorization: "Basic dGVzdDp0ZXN0" }, 'Bearer realm="selvage", error="invalid_request"'],
    ["Bearer without a token", { authorization: "Bearer" }, 'Bearer realm="selvage", error="invalid_request"'],
    ["two tokens", { authorization: "Bearer a b" }, 'Bearer realm="selvage", error="invalid_request"'],
    ["a wrong token", { authorization: "Bearer nonsense" }, 'Bearer realm="selvage", error="invalid_token"'],
    [
      "a prefix of the right token",
      { authorization: "Bearer test-admin-toke" },
      'Bearer realm="selvage", error="invalid_token"',
    ],
    [
      "an unknown API token",
      { authorization: `Bearer slv_${"0".repeat(12)}_${"0".repeat(64)}` },
      'Bearer realm="selvage", error="invalid_token"',
    ],
  ])("answers 401 to %s", async (_, headers, challenge) => {
    const answered = await api("GET", "/resources", { token: null, headers });
    expect(answered.status).toBe(401);
    expect(answered.body.code).toBe("SLV2001");
    expect(answered.headers.get("www-authenticate")).toBe(challenge);
  });

  it("takes the scheme in any case", async () => {
    const headers = { authorization: "bEARER test-admin-token" };
    expect((await api("GET", "/resources", { token: null, headers })).status).toBe(200);
  });

  it("has no bootstrap operator without the secret, nor with an empty one", async () => {
    for (const SELVAGE_ADMIN_TOKEN of [undefined, ""]) {
      const overridden = { SELVAGE_ADMIN_TOKEN } as Partial<typeof env>;
      expect((await api("GET", "/resources", { env: overridden })).status).toBe(401);
    }
  });

  it("ignores X-HTTP-Method-Override", async () => {
    const token = await tokenFor("viewer");
    const headers = { "x-http-method-override": "DELETE" };
    expect((await api("GET", "/resources", { token, headers })).status).toBe(200);
  });
});

describe("API tokens", () => {
  it("are shown once, kept as a digest, and can be withdrawn", async () => {
    const minted = await mint({ name: "ci", role: "operator", namespaces: ["shop"] });
    expect(minted).toMatchObject({
      name: "ci",
      role: "operator",
      namespaces: ["shop"],
      createdBy: "bootstrap",
      expiresAt: null,
    });
    expect(minted.token).toMatch(new RegExp(`^slv_${minted.id}_[0-9a-f]{64}$`));
    expect((await api("GET", "/resources", { token: minted.token })).status).toBe(200);

    const listed = await api("GET", "/tokens");
    expect(listed.body.items).toContainEqual(expect.objectContaining({ id: minted.id, name: "ci" }));
    const { results } = await env.DB.prepare("SELECT * FROM tokens").all();
    const secret = minted.token.split("_")[2]!;
    for (const place of [listed.text, JSON.stringify(results), JSON.stringify(await audit())]) {
      expect(place).not.toContain(secret);
    }

    expect((await api("DELETE", `/tokens/${minted.id}`)).body).toMatchObject({ id: minted.id });
    expect((await api("GET", "/resources", { token: minted.token })).status).toBe(401);
    expect((await api("DELETE", `/tokens/${minted.id}`)).status).toBe(404);
    expect((await audit()).map(({ action }) => action)).toEqual(expect.arrayContaining(["createToken", "deleteToken"]));
  });

  it("expire", async () => {
    const { id, token } = await mint({ name: "short", role: "admin", expiresAt: "2999-01-01T00:00:00Z" });
    expect((await api("GET", "/resources", { token })).status).toBe(200);
    await env.DB.prepare("UPDATE tokens SET expires_at = '2020-01-01T00:00:00Z' WHERE id = ?").bind(id).run();
    const { status, body } = await api("POST", "/apply", { body: serviceYaml("a"), token });
    expect(status).toBe(401);
    expect(body.detail).toBe(`The operator token ${id} expired at 2020-01-01T00:00:00Z.`);
    expect((await audit())[0]).toMatchObject({ actor: `token:${id}`, role: null, action: "apply", outcome: "refused" });
  });

  it.each([
    [{ name: "x", role: "root" }, "#/role", '"root" is not one of viewer, operator, admin'],
    [{ name: "", role: "viewer" }, "#/name", "The text is empty"],
    [{ role: "viewer" }, "#/name", 'The field "name" is missing in the document'],
    [{ name: "x", role: "viewer", namespace: "shop" }, "#/namespace", 'There is no field "namespace" in the document'],
    [
      { name: "x", role: "admin", namespaces: ["shop"] },
      "#/namespaces",
      "An admin token cannot be limited to namespaces.",
    ],
    [
      { name: "x", role: "viewer", expiresAt: "2020-01-01T00:00:00Z" },
      "#/expiresAt",
      "2020-01-01T00:00:00Z has passed.",
    ],
    [{ name: "x", role: "viewer", namespaces: [] }, "#/namespaces", "The list has 0 entries"],
    [{ name: "x", role: "viewer", expiresAt: "tomorrow" }, "#/expiresAt", '"tomorrow" is not a time'],
  ])("are not made from %j", async (body, pointer, detail) => {
    const refused = await api("POST", "/tokens", { body });
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({ code: "SLV1003", errors: [{ pointer, detail }] });
  });
});

describe("a token that is limited to namespaces", () => {
  let token: string;
  beforeEach(async () => {
    await emptyRegistry();
    token = await tokenFor("operator", ["shop"]);
    await applied(serviceYaml("orders", "shop") + serviceYaml("vault", "bank"));
  });

  it("sees its namespaces in lists, and nothing of the others", async () => {
    const shown = [
      await api("GET", "/resources", { token }),
      await api("GET", "/catalog", { token }),
      await api("GET", "/revisions/1", { token }),
    ];
    for (const { status, text } of shown) {
      expect(status).toBe(200);
      expect(text).toContain("orders");
      expect(text).not.toContain("vault");
    }
  });

  it.each([
    ["GET", "/namespaces/bank/service/vault"],
    ["PUT", "/namespaces/bank/service/vault"],
    ["DELETE", "/namespaces/bank/service/vault"],
    ["GET", "/resources?namespace=bank"],
    ["GET", "/catalog?namespace=bank"],
    ["GET", "/catalog/bank/vault/openapi.json"],
    ["GET", "/namespaces/bank/services/vault/endpoints"],
    ["PUT", "/namespaces/bank/services/vault/endpoints/one"],
    ["DELETE", "/namespaces/bank/services/vault/endpoints/one"],
    ["POST", "/namespaces/bank/services/vault/endpoints/one/drain"],
  ])("may not %s %s", async (method, path) => {
    const body = method === "PUT" ? { body: {} } : {};
    const refused = await api(method, path, { token, ...body });
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ code: "SLV2003", requiredNamespace: "bank" });
    expect(refused.body.detail).toMatch(/may not act in namespace "bank"; it is limited to shop\.$/);
  });

  it("may write its own namespace, and no bundle that has a document of another", async () => {
    expect((await api("POST", "/apply", { body: serviceYaml("search"), token })).status).toBe(200);
    const refused = await api("POST", "/apply", { body: serviceYaml("fine") + serviceYaml("vault2", "bank"), token });
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ requiredNamespace: "bank" });
    expect((await api("GET", "/namespaces/shop/service/fine")).status).toBe(404);
  });

  it("may fill its namespace only so far, since every write of anybody compiles it", async () => {
    const many = (count: number): string =>
      Array.from({ length: count }, (_, at) => serviceYaml(`s${at}`, "shop", "")).join("");
    const refused = await api("POST", "/apply", { body: many(1001), token });
    expect(refused).toMatchObject({ status: 403, body: { code: "SLV2003", requiredNamespace: "*" } });
    expect(refused.body.detail).toContain("may have 1000 of 512 KiB");
    expect((await api("GET", "/resources?limit=2", { token })).body.items).toHaveLength(1);
  });

  it("may not prune documents of another namespace, though they are in its set", async () => {
    await applied(serviceYaml("a", "shop") + serviceYaml("b", "bank"), "?set=both");
    const refused = await api("POST", "/apply?set=both&prune=true", { body: serviceYaml("a", "shop"), token });
    expect(refused.status).toBe(403);
    expect(refused.body.detail).toContain("Service/bank/b");
    expect((await api("GET", "/namespaces/bank/service/b")).status).toBe(200);
  });

  it("may roll back what is its own, and nothing that changes another namespace", async () => {
    await applied(serviceYaml("orders", "shop", "exposure: mesh"));
    const own = await api("POST", "/revisions/1/rollback", { token });
    expect(own.status).toBe(200);
    expect(own.text).not.toContain("vault");
    await applied(serviceYaml("vault", "bank", "exposure: mesh"));
    const other = await api("POST", "/revisions/1/rollback", { token });
    expect(other.status).toBe(403);
    expect(other.body.requiredNamespace).toBe("bank");
  });

  it.each(["/diff", "/validate"])("may not ask %s about documents of another namespace", async (path) => {
    expect((await api("POST", path, { body: serviceYaml("orders", "shop"), token })).status).toBe(200);
    expect((await api("POST", path, { body: serviceYaml("vault", "bank"), token })).status).toBe(403);
  });

  it("may not send heartbeats for another namespace", async () => {
    const body = { endpoints: [{ namespace: "bank", service: "vault", id: "one" }] };
    expect((await api("POST", "/heartbeats", { body, token })).status).toBe(403);
  });

  it.each([
    ["GET", "/audit"],
    ["GET", "/audit/verify"],
  ])("may not %s %s, which is about the whole mesh", async (method, path) => {
    const refused = await api(method, path, { token });
    expect(refused.status).toBe(403);
    expect(refused.body.requiredNamespace).toBe("*");
  });
});

describe("mesh-wide kinds", () => {
  beforeEach(emptyRegistry);

  const cluster = "apiVersion: selvage.dev/v1\nkind: Cluster\nmetadata: {name: eu-1}\nspec: {region: eu}\n";

  it("are written by admins only", async () => {
    const token = await tokenFor("operator");
    const refused = await api("POST", "/apply", { body: cluster, token });
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ requiredRole: "admin" });
    expect(refused.body.detail).toMatch(/^Cluster\/default\/eu-1: This needs the role admin/);
    expect((await api("POST", "/apply", { body: cluster })).status).toBe(200);
    expect((await api("POST", "/revisions/1/rollback", { token })).status).toBe(200);
    const put = await api("PUT", "/namespaces/default/cluster/eu-2", {
      body: { spec: {} },
      headers: { "if-none-match": "*" },
      token,
    });
    expect(put.status).toBe(403);
  });

  it("may be compared by viewers", async () => {
    const token = await tokenFor("viewer");
    expect((await api("POST", "/diff", { body: cluster, token })).status).toBe(200);
  });
});

describe("the audit", () => {
  beforeEach(emptyRegistry);

  it("has one row for each write and each refused write of a known operator, in an unbroken chain", async () => {
    const token = await tokenFor("viewer");
    await applied(serviceYaml("orders"));
    await api("POST", "/apply", { body: serviceYaml("a"), token });
    await api("POST", "/apply", { body: serviceYaml("a", "shop", "exposur: x") });
    await api("POST", "/apply", { body: serviceYaml("a"), token: "unknown" });
    await api("GET", "/resources", { token });
    const rows = await audit();
    expect(rows).toMatchObject([
      {
        seq: 4,
        actor: "bootstrap",
        action: "apply",
        outcome: "refused",
        revision: null,
        detail: { code: "SLV1003", status: 422 },
      },
      {
        seq: 3,
        actor: expect.stringMatching(/^token:/),
        role: "viewer",
        outcome: "refused",
        target: "/_selvage/v1/apply",
        detail: { code: "SLV2003" },
      },
      { seq: 2, actor: "bootstrap", action: "apply", outcome: "allowed", target: "Service/shop/orders", revision: 1 },
      { seq: 1, action: "createToken", outcome: "allowed" },
    ]);
    expect(rows[0]!.previousHash).toBe(rows[1]!.hash);
    expect((await api("GET", "/audit/verify")).body).toEqual({ ok: true, length: 4 });
  });

  it("notices a row that was changed", async () => {
    await applied(serviceYaml("a"));
    await applied(serviceYaml("b"));
    // Whoever can drop the trigger can also change the row; the chain still tells.
    await env.DB.prepare("DROP TRIGGER audit_keeps_values").run();
    await env.DB.prepare("UPDATE audit SET actor = 'nobody' WHERE seq = 1").run();
    expect((await api("GET", "/audit/verify")).body).toEqual({ ok: false, length: 0, brokenAt: 1 });
  });

  it("pages, newest first", async () => {
    for (const name of ["a", "b", "c"]) {
      await applied(serviceYaml(name));
    }
    const first = (await api("GET", "/audit?limit=2")).body;
    expect(first.items.map(({ seq }) => seq)).toEqual([3, 2]);
    const second = (await api("GET", `/audit?limit=2&cursor=${first.nextCursor}`)).body;
    expect(second.items.map(({ seq }) => seq)).toEqual([1]);
    expect(second.nextCursor).toBeNull();
  });
});
