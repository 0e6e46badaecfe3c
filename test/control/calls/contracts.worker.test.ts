// Contracts: who decides, what a decision changes, and that a no stays a no.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Store } from "../../../src/store/store.ts";
import { api, applied, ask, FIRST_LOAD_MS, serviceYaml, tokenFor } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

const doc = (kind: string, name: string, namespace: string, spec = ""): string =>
  `---\n{apiVersion: selvage.dev/v1, kind: ${kind}, metadata: {name: ${name}, namespace: ${namespace}}${spec && `, spec: {${spec}}`}}\n`;
const tier = (name: string, more = ""): string =>
  doc("Tier", name, "shop", `service: orders, limits: [{name: l, requests: 5, window: 1m}]${more}`);
const contract = (name = "mobile-orders", tierName = "gold"): string =>
  doc("Contract", name, "web", `application: mobile, service: shop/orders, tier: ${tierName}`);
const CONTRACT = "/contracts/web/mobile-orders";

beforeEach(async () => {
  await emptyRegistry();
  await ask("GET", "/_selvage/healthz");
  await applied(serviceYaml("orders") + doc("Application", "mobile", "web") + tier("gold") + contract());
}, FIRST_LOAD_MS);

const decide = (action: string, sent: Parameters<typeof api>[2] = {}) => api("POST", `${CONTRACT}/${action}`, sent);
async function inForce(): Promise<readonly string[]> {
  const store = new Store(env.DB);
  const snapshot = await store.snapshot((await store.head()).revision);
  return Object.keys(snapshot?.identities?.contracts["shop/orders"] ?? {});
}
const status = async () =>
  (await api("GET", "/namespaces/web/contract/mobile-orders")).body as unknown as {
    status: { state: string; conditions: { type: string; status: string; reason: string }[] };
  };

describe("a contract", () => {
  it("is requested, approved, revoked and restored, each as a revision that says so", async () => {
    expect((await status()).status).toMatchObject({ state: "pending", conditions: [{}, { status: "False" }] });
    for (const [action, state, granted] of [
      ["approve", "approved", true],
      ["revoke", "revoked", false],
      ["restore", "restored", true],
      ["revoke", "revoked", false],
    ] as const) {
      const { status: code, body } = await decide(action, { body: { reason: `to ${action}` } });
      expect([code, body]).toMatchObject([
        200,
        {
          namespace: "web",
          name: "mobile-orders",
          application: "web/mobile",
          service: "shop/orders",
          tier: "shop/gold",
          state,
          inForce: granted,
          by: "bootstrap",
          reason: `to ${action}`,
        },
      ]);
      expect((await status()).status).toMatchObject({
        state,
        conditions: [
          { type: "Accepted", status: "True" },
          { type: "InForce", status: granted ? "True" : "False" },
        ],
      });
      expect(await inForce()).toEqual(granted ? ["web/mobile"] : []);
      expect((await api("GET", `/revisions/${body.revision}`)).body).toMatchObject({
        source: `${action} contract/web/mobile-orders`,
        reason: `to ${action}`,
        changes: [],
      });
      expect((await api("GET", "/audit?limit=1")).body.items[0]).toMatchObject({
        action: `${action}Contract`,
        target: "Contract/web/mobile-orders",
        detail: { application: "web/mobile", service: "shop/orders", tier: "shop/gold", state },
      });
    }
  });

  it.each([
    ["revoke", "pending", "approve, reject"],
    ["restore", "pending", "approve, reject"],
  ])("that is pending cannot be %sd", async (action, state, possible) => {
    const { status: code, body } = await decide(action);
    expect([code, body]).toMatchObject([
      409,
      {
        code: "SLV3006",
        state,
        detail: `The Contract web/mobile-orders is pending: there is nothing to ${action}. Possible is: ${possible}.`,
      },
    ]);
  });

  it("that was rejected may still be approved", async () => {
    expect((await decide("reject")).body).toMatchObject({ state: "rejected", inForce: false });
    expect((await decide("reject")).status).toBe(409);
    expect((await decide("approve")).body).toMatchObject({ state: "approved", inForce: true });
  });

  it("for another tier has to be decided anew, and what was granted holds until it is", async () => {
    await decide("approve");
    await applied(tier("silver") + tier("free", ", approval: auto"));
    await applied(contract("mobile-orders", "silver"));
    expect([(await status()).status.state, await inForce()]).toEqual(["pending", ["web/mobile"]]);
    expect((await status()).status.conditions[1]).toMatchObject({ status: "True", reason: "FormerTier" });
    expect((await decide("reject")).body).toMatchObject({ state: "rejected", inForce: true });
    expect(await inForce()).toEqual(["web/mobile"]);
    expect((await decide("revoke")).body).toMatchObject({ state: "revoked", inForce: false });
    expect(await inForce()).toEqual([]);
    await decide("restore");
    expect((await status()).status.conditions[1]).toMatchObject({ status: "True", reason: "Restored" });
    await applied(contract("mobile-orders", "free"));
    expect([(await status()).status.state, await inForce()]).toEqual(["approved", ["web/mobile"]]);
  });

  it("that was revoked does not come back by asking anew for a tier that is open to everybody", async () => {
    await decide("approve");
    await applied(tier("free", ", approval: auto"));
    await decide("revoke");
    await applied(contract("mobile-orders", "free"));
    expect(await inForce()).toEqual([]);
    await api("DELETE", "/namespaces/web/contract/mobile-orders", { headers: { "if-match": "*" } });
    await applied(contract("another", "free"));
    expect(await inForce()).toEqual([]);
    expect((await api("POST", "/contracts/web/another/approve")).status).toBe(200);
    expect(await inForce()).toEqual(["web/mobile"]);
  });

  it.each(["approve", "reject"])("that an older one stands before: nobody can %s it", async (action) => {
    await applied(contract("a-second"));
    const { status: code, body } = await api("POST", `/contracts/web/a-second/${action}`);
    expect([code, body.detail]).toEqual([
      409,
      `The Contract web/a-second cannot be in force, so there is nothing to ${action}: Contract/web/mobile-orders is older and for the same application and service.`,
    ]);
  });

  it("is decided once when two decide at once", async () => {
    const both = await Promise.all([decide("approve"), decide("reject")]);
    expect(both.map((one) => one.status).sort()).toEqual([200, 409]);
    const winner = both.find((one) => one.status === 200)?.body as unknown as { state: string };
    expect((await status()).status.state).toBe(winner.state);
    expect(await inForce()).toEqual(winner.state === "approved" ? ["web/mobile"] : []);
  });

  it("stays revoked over a rollback to when it was approved", async () => {
    const { body } = await decide("approve");
    await decide("revoke");
    await applied(serviceYaml("other"));
    await api("POST", `/revisions/${body.revision}/rollback`);
    expect([(await status()).status.state, await inForce()]).toEqual(["revoked", []]);
  });

  it("that is not there cannot be decided", async () => {
    const { status: code, body } = await api("POST", "/contracts/web/nothing/approve");
    expect([code, body.detail]).toEqual([404, "There is no Contract web/nothing."]);
  });

  it.each([
    [{ reasons: "x" }, "#/reasons"],
    [{ reason: "" }, "#/reason"],
    [{ reason: 5 }, "#/reason"],
  ])("is not decided with %j", async (body, pointer) => {
    const answered = await decide("approve", { body });
    expect([answered.status, answered.body.errors[0]?.pointer]).toEqual([422, pointer]);
    expect((await status()).status.state).toBe("pending");
  });
});

describe("contracts are decided", () => {
  it("by operators of the service's namespace, not by those who ask", async () => {
    const asking = await tokenFor("operator", ["web"]);
    const refused = await decide("approve", { token: asking });
    expect([refused.status, refused.body]).toMatchObject([403, { code: "SLV2003", requiredNamespace: "shop" }]);
    expect((await decide("approve", { token: await tokenFor("viewer", ["shop"]) })).status).toBe(403);
    expect((await decide("approve", { token: await tokenFor("operator", ["shop"]) })).status).toBe(200);
  });

  it("and a third namespace does not even learn which there are", async () => {
    const token = await tokenFor("operator", ["elsewhere"]);
    const [known, unknown] = await Promise.all([
      decide("approve", { token }),
      api("POST", "/contracts/web/nothing/approve", { token }),
    ]);
    expect([known.status, known.body.detail]).toEqual([unknown.status, unknown.body.detail]);
    expect(known.status).toBe(403);
  });
});

it("lists contracts to both sides, and to nobody else", async () => {
  const itemsFor = async (namespace: string, query = "") =>
    (await api("GET", `/contracts${query}`, { token: await tokenFor("viewer", [namespace]) })).body.items;
  const item = {
    namespace: "web",
    name: "mobile-orders",
    application: "web/mobile",
    service: "shop/orders",
    tier: "shop/gold",
    state: "pending",
    inForce: false,
    message: "The contract is pending",
    since: expect.any(String),
    by: "selvage",
    reason: null,
  };
  expect(await itemsFor("web")).toEqual([item]);
  expect(await itemsFor("shop")).toEqual([item]);
  expect(await itemsFor("elsewhere")).toEqual([]);
  expect(await itemsFor("shop", "?service=orders")).toHaveLength(1);
  expect(await itemsFor("shop", "?service=shop/orders&namespace=shop")).toHaveLength(1);
  expect(await itemsFor("shop", "?service=web/orders")).toEqual([]);
  expect(await itemsFor("shop", "?namespace=elsewhere")).toEqual([]);
});

describe("what going back does not bring back", () => {
  const codes = (body: unknown): string[] =>
    ((body as { warnings?: { code: string; message: string }[] }).warnings ?? [])
      .filter(({ code }) => code === "SLV1023")
      .map(({ message }) => message);

  it("is said before a deletion and before a rollback, and nothing is written by asking", async () => {
    await api("POST", "/applications/web/mobile/credentials");
    await decide("approve");
    const { body: known } = await api("GET", "/namespaces/web/application/mobile");
    const version = (known as unknown as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
    const before = (await api("GET", "/revisions")).body.revision;
    const tried = await api("DELETE", "/namespaces/web/application/mobile?dryRun=true", {
      headers: { "if-match": `"${version}"` },
    });
    expect(tried.status).toBe(200);
    expect(codes(tried.body)).toEqual([
      "The credentials of Application/web/mobile end with it: no rollback brings its secret back.",
      "The approval of Contract/web/mobile-orders (web/mobile, shop/orders, tier shop/gold) ends: no rollback brings it back.",
    ]);
    expect((await api("GET", "/revisions")).body.revision).toBe(before);
    const deleted = await api("DELETE", "/namespaces/web/application/mobile", {
      headers: { "if-match": `"${version}"` },
    });
    expect(codes(deleted.body)).toHaveLength(2);
    const back = await api("POST", `/revisions/${String(before)}/rollback?dryRun=true`);
    expect(codes(back.body)).toEqual([
      "Application/web/mobile comes back without credentials: those that it had are gone.",
    ]);
  });

  it("a Tier stays while contracts in force are measured by it", async () => {
    await decide("approve");
    const { body: known } = await api("GET", "/namespaces/shop/tier/gold");
    const version = (known as unknown as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
    const refused = await api("DELETE", "/namespaces/shop/tier/gold", { headers: { "if-match": `"${version}"` } });
    expect(refused).toMatchObject({
      status: 409,
      body: { code: "SLV3005", detail: expect.stringContaining("web/mobile-orders") },
    });
    await decide("revoke");
    const deleted = await api("DELETE", "/namespaces/shop/tier/gold", { headers: { "if-match": `"${version}"` } });
    expect(deleted.status).toBe(200);
  });
});
