// Sets: documents that come from one source, and go when they are gone from it.
import { beforeEach, describe, expect, it } from "vitest";
import { apply } from "../../src/change/apply.ts";
import type { Store } from "../../src/store/store.ts";
import { accepted, documents, emptyRegistry, options, refusedWith, service } from "../support/worker/registry.ts";

let store: Store;
beforeEach(async () => {
  store = await emptyRegistry();
});

const services = (...names: string[]): string => names.map((name) => service(name)).join("");
const applySet = (set: string, yaml: string, more = {}) =>
  apply(store, documents(yaml), options({ set, prune: true, ...more }));
const names = async (): Promise<string[]> => (await store.documents()).map(({ document }) => document.metadata.name);

describe("prune", () => {
  it("removes what is gone from the set, and nothing else", async () => {
    accepted(await apply(store, documents(service("alone")), options()));
    accepted(await applySet("other", services("x")));
    accepted(await applySet("shop", services("a", "b", "c")));
    const result = accepted(await applySet("shop", services("a")));
    expect(result.summary).toEqual({ create: 0, update: 0, unchanged: 1, prune: 2 });
    expect(result.items.map(({ ref, action }) => `${action} ${ref}`)).toEqual([
      "unchanged Service/shop/a",
      "prune Service/shop/b",
      "prune Service/shop/c",
    ]);
    expect(await names()).toEqual(["a", "alone", "x"]);
    expect((await store.revision(4))?.changes.map(({ action }) => action)).toEqual(["prune", "prune"]);
  });

  it("leaves everything alone when it was not asked for", async () => {
    accepted(await applySet("shop", services("a", "b")));
    accepted(await applySet("shop", services("a"), { prune: false }));
    expect(await names()).toEqual(["a", "b"]);
  });

  it('leaves a document that says selvage.dev/prune: "false", and says so', async () => {
    const kept = service("kept", "exposure: public", 'annotations: {selvage.dev/prune: "false"}');
    accepted(await applySet("shop", services("a") + kept));
    const result = accepted(await applySet("shop", services("a")));
    expect(result.summary.prune).toBe(0);
    expect(result.warnings).toMatchObject([
      { code: "SLV1021", ref: "Service/shop/kept", pointer: "/metadata/annotations/selvage.dev~1prune" },
    ]);
    expect(await names()).toEqual(["a", "kept"]);
  });

  it("refuses to remove more than three documents of a small set", async () => {
    accepted(await applySet("shop", services("a", "b", "c", "d", "e")));
    expect(refusedWith(await applySet("shop", services("a")))).toMatchObject({
      problem: "pruneGuard",
      detail:
        'The prune would remove 4 of the 5 documents of the set "shop"; without pruneMax at most 3 may go. If that is meant, say pruneMax=4.',
      extensions: { prune: 4, allowed: 3 },
    });
    expect(await names()).toHaveLength(5);
    expect(accepted(await applySet("shop", services("a", "b"))).summary.prune).toBe(3);
  });

  it("refuses to remove more than 30 % of a large set, unless so many are expected", async () => {
    const all = Array.from({ length: 20 }, (_, n) => `s${n}`);
    accepted(await applySet("shop", services(...all)));
    expect(refusedWith(await applySet("shop", services(...all.slice(7)))).extensions).toMatchObject({
      prune: 7,
      allowed: 6,
    });
    expect(refusedWith(await applySet("shop", services(...all.slice(8)), { pruneMax: 7 })).problem).toBe("pruneGuard");
    expect(accepted(await applySet("shop", services(...all.slice(7)), { pruneMax: 7 })).summary.prune).toBe(7);
  });

  it("needs to know which set", async () => {
    expect(refusedWith(await apply(store, documents(service("a")), options({ prune: true })))).toMatchObject({
      problem: "badParameter",
      detail: "Prune removes what is gone from a set: say which one (set=…).",
    });
  });
});

describe("membership", () => {
  it("is refused to a document of another set, and everything with it", async () => {
    accepted(await applySet("shop", services("a")));
    expect(refusedWith(await applySet("other", services("b", "a")))).toMatchObject({
      problem: "ownedBySet",
      detail: 'A document belongs to another set than "other".',
      errors: [{ pointer: "#/1", detail: 'Service/shop/a belongs to the set "shop".' }],
    });
    expect(await names()).toEqual(["a"]);
  });

  it("is taken up by a document that had none, which is a change", async () => {
    accepted(await apply(store, documents(service("a")), options()));
    const result = accepted(await applySet("shop", services("a")));
    expect(result.items).toEqual([
      {
        ref: "Service/shop/a",
        action: "update",
        from: "1",
        patch: [{ op: "replace", path: "/metadata/applySet", value: "shop" }],
      },
    ]);
    expect(await store.document("Service", "shop", "a")).toMatchObject({ applySet: "shop", generation: 1 });
  });

  it("is kept when somebody changes the document by hand", async () => {
    accepted(await applySet("shop", services("a")));
    accepted(await apply(store, documents(service("a", "exposure: mesh")), options()));
    expect(await store.document("Service", "shop", "a")).toMatchObject({ applySet: "shop", resourceVersion: 2 });
  });
});

describe("a core v1 Service", () => {
  const core = `---\n{apiVersion: v1, kind: Service, metadata: {name: orders, namespace: shop}, spec: {ports: [{port: 80}]}}\n`;

  it("is a registry entry where there is none", async () => {
    accepted(await apply(store, documents(core), options()));
    expect((await store.document("Service", "shop", "orders"))?.document.apiVersion).toBe("v1");
  });

  it("changes nothing where a selvage.dev Service stands, and says so", async () => {
    accepted(await apply(store, documents(service("orders")), options()));
    const result = accepted(await apply(store, documents(core), options()));
    expect(result).toMatchObject({
      revision: 1,
      summary: { unchanged: 1 },
      warnings: [{ code: "SLV1020", ref: "Service/shop/orders" }],
    });
  });

  it("yields to a selvage.dev Service of the same bundle, in either order", async () => {
    for (const yaml of [core + service("orders"), service("orders") + core]) {
      const result = accepted(await apply(store, documents(yaml), options({ dryRun: true })));
      expect(result.summary.create).toBe(1);
      expect(result.warnings.map(({ code }) => code)).toEqual(["SLV1020"]);
      expect(result.items[0]?.patch).toMatchObject([{ op: "add", value: { apiVersion: "selvage.dev/v1" } }]);
    }
  });

  it("gives way to a selvage.dev Service that comes later", async () => {
    accepted(await apply(store, documents(core), options()));
    accepted(await apply(store, documents(service("orders")), options()));
    expect(await store.document("Service", "shop", "orders")).toMatchObject({
      document: { apiVersion: "selvage.dev/v1" },
      resourceVersion: 2,
    });
  });
});
