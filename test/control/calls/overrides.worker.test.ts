// Overrides through the admin API: who may, how long, what the target and the history show, and the end of it.
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { expireOverrides } from "../../../src/change/expire-overrides.ts";
import { Store } from "../../../src/store/store.ts";
import { sweep } from "../../../src/registry/sweep.ts";
import { api, applied, ask, FIRST_LOAD_MS, serviceYaml, tokenFor } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

const HOUR_MS = 3_600_000;

beforeAll(async () => {
  await emptyRegistry();
  await ask("GET", "/_selvage/healthz");
}, FIRST_LOAD_MS);

const policy = (namespace = "shop") =>
  `---\napiVersion: selvage.dev/v1\nkind: TrafficPolicy\nmetadata: {name: guard, namespace: ${namespace}}\nspec: {targetRefs: [{kind: Service, name: orders}], timeouts: {request: 9s}}\n`;

beforeEach(async () => {
  await emptyRegistry();
  await applied(serviceYaml("orders") + policy());
});
afterEach(() => {
  vi.restoreAllMocks();
});

interface Said {
  readonly name?: string;
  readonly namespace?: string;
  readonly target?: object;
  readonly patch?: object;
  readonly inMs?: number;
}
const override = ({ name = "fast", namespace = "shop", target, patch, inMs = HOUR_MS }: Said = {}) => ({
  apiVersion: "selvage.dev/v1",
  kind: "Override",
  metadata: { name, namespace },
  spec: {
    target: target ?? { kind: "TrafficPolicy", name: "guard" },
    patch: patch ?? { timeouts: { request: "1s" } },
    reason: "brownout of orders",
    expiresAt: new Date(Date.now() + inMs).toISOString(),
  },
});
const apply = (said: Said = {}, token?: string) =>
  api("POST", "/apply", { body: override(said), ...(token === undefined ? {} : { token }) });
const target = () => api("GET", "/namespaces/shop/trafficpolicy/guard");
const timeout = async () => {
  const store = new Store(env.DB);
  const snapshot = await store.snapshot((await store.head()).revision);
  return snapshot?.services["shop/orders"]?.timeouts.requestMs;
};
const active = async (name = "fast") => {
  const { text } = await api("GET", `/namespaces/shop/override/${name}`);
  const conditions: { type: string }[] = JSON.parse(text).status.conditions;
  return conditions.find(({ type }) => type === "Active");
};

describe("an Override", () => {
  it("changes what the mesh runs, and nothing of what the target says", async () => {
    const { status, body } = await apply();
    expect([status, body.revision]).toEqual([200, 2]);
    expect(body.warnings).toEqual([]);
    expect(await timeout()).toBe(1000);
    const shown = (await target()).body;
    expect(shown).toMatchObject({
      metadata: { resourceVersion: "1" },
      spec: { timeouts: { request: "9s" } },
      status: {
        overrides: [
          {
            override: "Override/shop/fast",
            reason: "brownout of orders",
            expiresAt: expect.any(String),
            patch: { timeouts: { request: "1s" } },
          },
        ],
      },
    });
    expect(await active()).toMatchObject({ status: "True", reason: "InForce" });
  });

  it("gives its reason to history and audit when the call gives none", async () => {
    await apply();
    expect((await api("GET", "/revisions/2")).body).toMatchObject({ reason: "brownout of orders" });
    expect((await api("GET", "/audit")).body.items[0]).toMatchObject({
      actor: "bootstrap",
      action: "apply",
      target: "Override/shop/fast",
      reason: "brownout of orders",
      revision: 2,
    });
  });

  it("lets the target be written meanwhile, and lies over what it becomes", async () => {
    await apply();
    await applied(policy().replace("request: 9s", "request: 8s, perTry: 300ms"));
    const store = new Store(env.DB);
    const snapshot = await store.snapshot((await store.head()).revision);
    expect(snapshot?.services["shop/orders"]?.timeouts).toEqual({ requestMs: 1000, perTryMs: 300 });
  });

  it("ends when it is deleted", async () => {
    await apply();
    const headers = { "if-match": '"2"' };
    expect((await api("DELETE", "/namespaces/shop/override/fast", { headers })).status).toBe(200);
    expect(await timeout()).toBe(9000);
    expect((await target()).body).not.toHaveProperty("status.overrides");
  });

  it("goes with a rollback to before it, and comes with one to after it", async () => {
    await apply();
    expect((await api("POST", "/revisions/1/rollback")).status).toBe(200);
    expect(await timeout()).toBe(9000);
    expect((await api("POST", "/revisions/2/rollback")).status).toBe(200);
    expect(await timeout()).toBe(1000);
  });
});

describe("the end of an Override", () => {
  const later = (ms: number) => {
    const at = Date.now() + ms;
    vi.spyOn(Date, "now").mockImplementation(() => at);
    return at;
  };

  it("is a revision of its own, in which the mesh is what it was before", async () => {
    await apply();
    const at = later(HOUR_MS + 1);
    expect(await expireOverrides(env, at)).toBeNull();
    expect(await timeout()).toBe(9000);
    expect(await active()).toMatchObject({ status: "False", reason: "Expired" });
    expect((await target()).body).not.toHaveProperty("status.overrides");
    expect((await api("GET", "/revisions/3")).body).toMatchObject({
      actor: "system:overrides",
      source: "expire",
      reason: "Override/shop/fast expired",
      changes: [],
    });
    const [row] = (await api("GET", "/audit")).body.items;
    expect(row).toMatchObject({
      actor: "system:overrides",
      action: "expire",
      target: "Override/shop/fast",
      revision: 3,
    });
    expect(await expireOverrides(env, at)).toBeNull();
    expect((await new Store(env.DB).head()).revision).toBe(3);
  });

  it("does not wait for anybody: the mesh object wakes up for it", async () => {
    await apply();
    const mesh = env.MESH.getByName("mesh");
    later(HOUR_MS + 1);
    expect(await runDurableObjectAlarm(mesh)).toBe(true);
    expect(await timeout()).toBe(9000);
    expect(await mesh.poll({ isolate: "x", edge: null, colo: null, revision: 2, generation: 0 })).toMatchObject({
      revision: 3,
    });
    expect(await runDurableObjectAlarm(mesh)).toBe(false);
  });

  it("comes with the sweep when the alarm was lost, and the next one is waited for again", async () => {
    await apply();
    await apply({ name: "slow", patch: { timeouts: { perTry: "200ms" } }, inMs: 2 * HOUR_MS });
    const mesh = env.MESH.getByName("mesh");
    await mesh.expireAt(null);
    const at = later(HOUR_MS + 1000);
    expect(await sweep(env, at)).toEqual([]);
    expect(await timeout()).toBe(9000);
    expect(await active("slow")).toMatchObject({ status: "True" });
    later(HOUR_MS);
    expect(await runDurableObjectAlarm(mesh)).toBe(true);
    expect(await active("slow")).toMatchObject({ status: "False", reason: "Expired" });
  });

  it("comes with any other write after its time", async () => {
    await apply();
    later(HOUR_MS + 1);
    await applied(serviceYaml("search"));
    expect(await timeout()).toBe(9000);
    expect(await expireOverrides(env, Date.now())).toBeNull();
    expect((await new Store(env.DB).head()).revision).toBe(3);
  });

  it("is not undone by a rollback to when it was in force", async () => {
    await apply();
    later(HOUR_MS + 1);
    await applied(serviceYaml("search"));
    expect((await api("POST", "/revisions/2/rollback")).status).toBe(200);
    expect(await timeout()).toBe(9000);
    expect(await active()).toMatchObject({ status: "False", reason: "Expired" });
  });

  it("does not hang on another Override that is valid only over it: that one is laid aside", async () => {
    const authentication =
      "apiVersion: selvage.dev/v1\nkind: AuthenticationPolicy\nmetadata: {name: who, namespace: shop}\nspec: {targetRefs: [{kind: Service, name: orders}], mesh: {}}\n";
    await applied(authentication);
    const who = { kind: "AuthenticationPolicy", name: "who" };
    expect((await apply({ name: "first", target: who, patch: { mtls: {} } })).status).toBe(200);
    expect((await apply({ name: "second", target: who, patch: { mesh: null }, inMs: 2 * HOUR_MS })).status).toBe(200);
    await expireOverrides(env, later(HOUR_MS + 1));
    expect(await active("first")).toMatchObject({ status: "False", reason: "Expired" });
    expect(await active("second")).toMatchObject({ status: "False", reason: "Invalid" });
    expect((await api("GET", "/namespaces/shop/authenticationpolicy/who")).body).not.toHaveProperty("status.overrides");
  });
});

describe("an Override is refused", () => {
  it.each([
    ["whose time has passed", { inMs: -1000 }, "SLV1231", "#/0/spec/expiresAt", "has passed"],
    [
      "that lasts more than a day",
      { inMs: 24 * HOUR_MS + 60_000 },
      "SLV1231",
      "#/0/spec/expiresAt",
      "more than 24 hours",
    ],
    [
      "whose patch makes an invalid spec",
      { patch: { timeouts: { request: "soon" } } },
      "SLV1230",
      "#/0/spec/patch/timeouts/request",
      "invalid TrafficPolicy",
    ],
    [
      "that is for an Override",
      { target: { kind: "Override", name: "other" } },
      "SLV1233",
      "#/0/spec/target/kind",
      "cannot be overridden",
    ],
  ])("%s", async (_, said, code, pointer, words) => {
    const refused = await apply(said);
    expect(refused.status).toBe(422);
    expect(refused.body.errors).toMatchObject([{ code, pointer, detail: expect.stringContaining(words) }]);
    expect((await new Store(env.DB).head()).revision).toBe(1);
    expect((await api("POST", "/validate", { body: override(said) })).body).toMatchObject({
      valid: false,
      errors: [{ code, severity: "error" }],
    });
  });

  it("lets what has expired be applied again as it is", async () => {
    const document = override();
    await api("POST", "/apply", { body: document });
    const at = Date.now() + 2 * HOUR_MS;
    vi.spyOn(Date, "now").mockImplementation(() => at);
    const again = await api("POST", "/apply", { body: document });
    expect([again.status, again.body.summary]).toEqual([200, { create: 0, update: 0, unchanged: 1, prune: 0 }]);
  });

  it("keeps the documents below valid by themselves: nothing may stand that only an Override makes valid", async () => {
    const cluster = "---\napiVersion: selvage.dev/v1\nkind: Cluster\nmetadata: {name: eu}\nspec: {region: eu}\n";
    const service = serviceYaml("search", "shop", 'endpoints: [{url: "https://a.example.com", cluster: eu}]');
    await applied(cluster + service);
    await apply({ target: { kind: "Service", name: "search" }, patch: { endpoints: [] } });
    const { status, body } = await api("DELETE", "/namespaces/default/cluster/eu", { headers: { "if-match": "*" } });
    expect([status, body.errors]).toMatchObject([422, [{ code: "SLV1207" }]]);
  });
});

describe("an operator of one namespace", () => {
  it("overrides documents of it", async () => {
    expect((await apply({}, await tokenFor("operator", ["shop"]))).status).toBe(200);
  });

  it("cannot reach another namespace through an Override of their own", async () => {
    await applied(serviceYaml("orders", "bank") + policy("bank"));
    const token = await tokenFor("operator", ["shop"]);
    const refused = await apply({ target: { kind: "TrafficPolicy", name: "guard", namespace: "bank" } }, token);
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ code: "SLV2003", requiredNamespace: "bank" });
    expect((await api("GET", "/audit")).body.items[0]).toMatchObject({ outcome: "refused", action: "apply" });
  });

  it("cannot end an Override over another namespace, nor turn one away from it", async () => {
    await applied(serviceYaml("orders", "bank") + policy("bank"));
    await apply({ target: { kind: "TrafficPolicy", name: "guard", namespace: "bank" } });
    const token = await tokenFor("operator", ["shop"]);
    const headers = { "if-match": '"3"' };
    expect((await api("DELETE", "/namespaces/shop/override/fast", { headers, token })).status).toBe(403);
    expect((await apply({}, token)).status).toBe(403);
  });

  it("does not override what is the mesh's", async () => {
    await applied("apiVersion: selvage.dev/v1\nkind: Cluster\nmetadata: {name: eu}\nspec: {region: eu}\n");
    const said = { target: { kind: "Cluster", name: "eu", namespace: "default" }, patch: { region: "us" } };
    const refused = await apply(said, await tokenFor("operator"));
    expect([refused.status, refused.body.requiredRole]).toEqual([403, "admin"]);
    expect((await apply(said)).status).toBe(200);
  });

  it("is a viewer no more than anywhere else", async () => {
    expect((await apply({}, await tokenFor("viewer"))).status).toBe(403);
  });
});
