// One write, all or nothing: what D1 refuses, half does not happen; what it cannot answer, is not claimed.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { apply } from "../../src/change/apply.ts";
import { chunked } from "../../src/store/chunks.ts";
import { Store } from "../../src/store/store.ts";
import { countedDatabase, failingDatabase } from "../support/worker/databases.ts";
import { accepted, documents, emptyRegistry, options, refusedWith, service } from "../support/worker/registry.ts";

let store: Store;
beforeEach(async () => {
  store = await emptyRegistry();
});

/** Everything that a commit writes to, as text. */
async function everything(): Promise<string> {
  const tables = ["revisions", "documents", "document_versions", "snapshots", "audit", "counters"];
  const results = await env.DB.batch(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`)));
  return JSON.stringify(results.map((result) => result.results));
}

describe("a commit", () => {
  it.each([
    ["documents", "BEFORE INSERT ON documents WHEN NEW.name = 'cursed'"],
    ["versions", "BEFORE INSERT ON document_versions WHEN NEW.name = 'cursed'"],
    ["removals", "BEFORE DELETE ON documents"],
    ["snapshots", "BEFORE INSERT ON snapshots"],
    ["audit", "BEFORE INSERT ON audit"],
  ])("leaves nothing behind when its %s cannot be written", async (_, when) => {
    accepted(await apply(store, documents(service("orders") + service("old")), options({ set: "s" })));
    const before = await everything();
    await env.DB.prepare(`CREATE TRIGGER saboteur ${when} BEGIN SELECT RAISE(ABORT, 'sabotage'); END`).run();
    const bundle = documents(service("orders", "exposure: mesh") + service("cursed"));
    expect(refusedWith(await apply(store, bundle, options({ set: "s", prune: true })))).toMatchObject({
      problem: "internal",
      detail: "The registry refused the statement. Nothing was written.",
    });
    expect(await everything()).toBe(before);
    await env.DB.prepare("DROP TRIGGER saboteur").run();
    expect(accepted(await apply(store, bundle, options({ set: "s", prune: true }))).revision).toBe(2);
  });

  it("says that the mesh moved, and where to, when its revision is taken", async () => {
    accepted(await apply(store, documents(service("a")), options()));
    accepted(await apply(store, documents(service("b")), options()));
    const snapshot = (await store.snapshot(1))!;
    const outcome = await store.commit({
      base: 0,
      at: "2026-11-23T10:00:00Z",
      actor: "mia",
      source: "apply",
      reason: null,
      summary: { create: 0, update: 0, unchanged: 0, prune: 0 },
      planId: "pl_x",
      rolledBackTo: null,
      writes: [],
      removals: [],
      statuses: [],
      snapshot,
      audit: (await store.audit({ limit: 1 }))[0]!,
    });
    expect(outcome).toEqual({ ok: false, reason: "moved", revision: 2 });
    expect(await store.audit({ limit: 10 })).toHaveLength(2);
  });

  it("is refused as unavailable when D1 cannot be reached, whichever call fails", async () => {
    for (let failAt = 1; failAt <= 3; failAt++) {
      const refusal = refusedWith(
        await apply(new Store(failingDatabase(env.DB, failAt)), documents(service("orders")), options()),
      );
      expect(refusal).toMatchObject({ problem: "storageUnavailable", headers: { "retry-after": "2" } });
    }
    expect(await store.documents()).toEqual([]);
    const working = new Store(failingDatabase(env.DB, 4));
    expect(accepted(await apply(working, documents(service("orders")), options())).revision).toBe(1);
  });

  it("keeps fifty snapshots", async () => {
    for (let n = 1; n <= 52; n++) {
      accepted(await apply(store, documents(service("orders", `exposure: ${n % 2 ? "public" : "mesh"}`)), options()));
    }
    expect(await store.snapshot(2)).toBeNull();
    expect((await store.snapshot(3))?.revision).toBe(3);
    expect((await store.snapshot(52))?.revision).toBe(52);
  }, 30_000);

  it("writes a thousand services in a few dozen statements", async () => {
    const database = countedDatabase(env.DB);
    const bundle = documents(Array.from({ length: 1000 }, (_, n) => service(`s${n}`)).join(""));
    const result = accepted(await apply(new Store(database.db), bundle, options({ set: "big" })));
    expect(result.summary.create).toBe(1000);
    expect(database.statements()).toBeLessThanOrEqual(24);
    expect(await store.documents()).toHaveLength(1000);
    expect((await store.revision(1))?.changes).toHaveLength(1000);

    const again = countedDatabase(env.DB);
    const changed = documents(Array.from({ length: 1000 }, (_, n) => service(`s${n}`, "exposure: mesh")).join(""));
    expect(accepted(await apply(new Store(again.db), changed, options({ set: "big" }))).summary.update).toBe(1000);
    expect(again.statements()).toBeLessThanOrEqual(24);
  }, 60_000);
});

describe("rows as JSON parameters", () => {
  it("lose nothing and keep their order, however they are cut", () => {
    const rows = Array.from({ length: 3000 }, (_, n) => ({ n, text: "x".repeat(n) }));
    const chunks = chunked(rows);
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.every((chunk) => chunk.length <= 610_000)).toBe(true);
    expect(chunks.flatMap((chunk) => JSON.parse(chunk))).toEqual(rows);
  });

  it("are never cut apart, even when one alone is too long", () => {
    const long = { text: "x".repeat(700_000) };
    expect(chunked([{ a: 1 }, long, { b: 2 }]).map((chunk) => JSON.parse(chunk))).toEqual([
      [{ a: 1 }],
      [long],
      [{ b: 2 }],
    ]);
  });

  it("are no statement at all when there are none", () => {
    expect(chunked([])).toEqual([]);
  });
});
