// Credentials and contract states in the registry: written with a revision or not at all, and never brought back by
// one.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { apply, remove, rollback } from "../../src/change/apply.ts";
import { changeIdentities, type IdentityChange } from "../../src/change/change-identities.ts";
import type { Store } from "../../src/store/store.ts";
import type { ClientRecord, IdentityState } from "../../src/model/registry/identity.ts";
import { accepted, documents, emptyRegistry, NOW, options, service } from "../support/worker/registry.ts";

let store: Store;
beforeEach(async () => {
  store = await emptyRegistry();
});

const app = (name: string): string =>
  `---\n{apiVersion: selvage.dev/v1, kind: Application, metadata: {name: ${name}, namespace: shop}}\n`;
const tier = `---\n{apiVersion: selvage.dev/v1, kind: Tier, metadata: {name: gold, namespace: shop}, spec: {service: orders, limits: [{name: l, requests: 5, window: 1m}]}}\n`;
const contract = `---\n{apiVersion: selvage.dev/v1, kind: Contract, metadata: {name: c, namespace: shop}, spec: {application: mobile, service: orders, tier: gold}}\n`;
const bundle = service("orders") + app("mobile") + tier + contract;

const about = (more: Partial<IdentityChange> = {}): IdentityChange => ({
  actor: "mia",
  role: "operator",
  ip: "192.0.2.7",
  reason: "rotation",
  now: NOW,
  localMesh: true,
  action: "rotateCredentials",
  source: "rotate application/shop/mobile",
  target: "Application/shop/mobile",
  detail: () => ({ secret: "b" }),
  ...more,
});
const client = (...ids: string[]): ClientRecord => ({
  id: "slvc_1",
  kind: "Application",
  namespace: "shop",
  name: "mobile",
  createdAt: NOW,
  createdBy: "mia",
  secrets: ids.map((id) => ({ id, digest: `d-${id}`, createdAt: NOW, createdBy: "mia", expiresAt: null })),
});
const withSecrets = (...ids: string[]) =>
  changeIdentities(store, about(), ({ identities }) => ({ identities: { ...identities, clients: [client(...ids)] } }));
const decide = (state: "approved" | "revoked", bars: IdentityState["bars"] = []) =>
  changeIdentities(store, about(), ({ identities }) => ({
    identities: { ...identities, contracts: identities.contracts.map((one) => ({ ...one, state })), bars },
  }));
const secretsInForce = async (): Promise<string[]> => {
  const snapshot = await store.snapshot((await store.head()).revision);
  return Object.values(snapshot?.identities?.clients ?? {}).flatMap(({ secrets }) =>
    secrets.map(({ digest }) => digest),
  );
};

async function everything(): Promise<string> {
  const tables = ["revisions", "documents", "snapshots", "audit", "clients", "contract_states", "contract_bars"];
  const results = await env.DB.batch(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`)));
  return JSON.stringify(results.map((result) => result.results));
}

describe("a change of credentials", () => {
  beforeEach(async () => {
    accepted(await apply(store, documents(bundle), options()));
  });

  it("makes a revision without changes of documents, with its source and its audit row", async () => {
    expect(await withSecrets("a", "b")).toEqual({ ok: true, revision: 2 });
    expect(await store.revision(2)).toMatchObject({
      source: "rotate application/shop/mobile",
      actor: "mia",
      reason: "rotation",
      summary: { create: 0, update: 0, unchanged: 0, prune: 0 },
      changes: [],
    });
    expect((await store.audit({ limit: 1 }))[0]).toMatchObject({
      action: "rotateCredentials",
      target: "Application/shop/mobile",
      revision: 2,
      detail: { secret: "b" },
    });
    expect((await store.identities()).clients).toEqual([client("a", "b")]);
    expect(await secretsInForce()).toEqual(["d-a", "d-b"]);
    expect(await store.documentsAt(2)).toEqual(await store.documentsAt(1));
  });

  it("that changes nothing makes none", async () => {
    await withSecrets("a");
    expect(await changeIdentities(store, about(), ({ identities }) => ({ identities }))).toEqual({
      ok: true,
      revision: 2,
    });
    expect(await store.head()).toMatchObject({ revision: 2 });
  });

  it("is planned again when another writer was faster", async () => {
    let asked = 0;
    const outcome = await changeIdentities(store, about(), ({ identities }) => {
      asked++;
      return { identities: { ...identities, clients: [client(...(identities.clients.length ? ["a", "b"] : ["x"]))] } };
    });
    expect([outcome, asked]).toEqual([{ ok: true, revision: 2 }, 1]);
    const both = await Promise.all([withSecrets("a"), withSecrets("b")]);
    expect(both.map((one) => one.ok && one.revision).sort()).toEqual([3, 4]);
    expect((await store.identities()).clients[0]?.secrets).toHaveLength(1);
  });

  it.each([
    ["credentials", "BEFORE INSERT ON clients"],
    ["contract states", "BEFORE INSERT ON contract_states"],
    ["snapshot", "BEFORE INSERT ON snapshots"],
    ["audit", "BEFORE INSERT ON audit"],
  ])("leaves nothing behind when its %s cannot be written", async (_, when) => {
    const before = await everything();
    await env.DB.prepare(`CREATE TRIGGER saboteur ${when} BEGIN SELECT RAISE(ABORT, 'sabotage'); END`).run();
    const outcome = await changeIdentities(store, about(), ({ identities }) => ({
      identities: {
        clients: [client("a")],
        contracts: identities.contracts.map((one) => ({ ...one, state: "approved" })),
        bars: [],
      },
    }));
    expect(outcome).toMatchObject({ ok: false, refusal: { problem: "internal" } });
    expect(await everything()).toBe(before);
  });

  it("is not held up by documents in force that would be refused today", async () => {
    await env.DB.prepare(
      `UPDATE documents SET body = json_set(body, '$.spec.endpoints', json('[{"url":"https://a.example","cluster":"gone","weight":1,"priority":0}]')) WHERE kind = 'Service'`,
    ).run();
    expect(await withSecrets("a")).toEqual({ ok: true, revision: 2 });
  });

  it("that is refused writes nothing", async () => {
    const before = await everything();
    const refusal = { problem: "outpaced" as const, detail: "no" };
    expect(await changeIdentities(store, about(), () => ({ refusal }))).toEqual({ ok: false, refusal });
    expect(await everything()).toBe(before);
  });
});

describe("identities", () => {
  beforeEach(async () => {
    accepted(await apply(store, documents(bundle), options()));
  });

  it("are not brought back by a rollback", async () => {
    await withSecrets("a");
    await decide("approved");
    await withSecrets("b");
    await decide("revoked", [{ application: "shop/mobile", service: "shop/orders", at: NOW, by: "mia" }]);
    accepted(await apply(store, documents(service("other")), options()));
    const before = await store.identities();
    accepted(await rollback(store, 3, options()));
    expect(await store.identities()).toEqual(before);
    expect(await secretsInForce()).toEqual(["d-b"]);
    expect(await store.document("Contract", "shop", "c")).toMatchObject({ status: { state: "revoked" } });
  });

  it("go with the document in the same revision, and stay away when it is brought back", async () => {
    await withSecrets("a");
    await decide("approved");
    const { revision } = accepted(
      await remove(store, { kind: "Application", namespace: "shop", name: "mobile" }, options()),
    );
    expect((await store.snapshot(revision))?.identities?.clients).toEqual({});
    expect((await store.identities()).clients).toEqual([]);
    accepted(await rollback(store, revision - 1, options()));
    expect(await secretsInForce()).toEqual([]);
    expect(await store.identities()).toMatchObject({ clients: [], contracts: [{ state: "pending" }] });
  });

  it("keep a refusal when the contract is written anew", async () => {
    accepted(await apply(store, documents(tier.replace("service:", "approval: auto, service:")), options()));
    expect(await store.identities()).toMatchObject({ contracts: [{ state: "approved", by: "tier" }] });
    await decide("revoked", [{ application: "shop/mobile", service: "shop/orders", at: NOW, by: "mia" }]);
    accepted(await remove(store, { kind: "Contract", namespace: "shop", name: "c" }, options()));
    expect(await store.identities()).toMatchObject({ contracts: [], bars: [{ application: "shop/mobile" }] });
    accepted(await apply(store, documents(contract), options()));
    expect(await store.identities()).toMatchObject({ contracts: [{ state: "pending" }] });
  });

  it("of an unchanged mesh make no revision", async () => {
    await withSecrets("a");
    expect(accepted(await apply(store, documents(bundle), options())).revision).toBe(2);
  });
});
