// The way back: an earlier revision's documents as a new revision.
import { beforeEach, describe, expect, it } from "vitest";
import { apply, remove, rollback } from "../../src/change/apply.ts";
import type { Store } from "../../src/store/store.ts";
import { accepted, documents, emptyRegistry, options, refusedWith, service } from "../support/worker/registry.ts";

let store: Store;
beforeEach(async () => {
  store = await emptyRegistry();
});

const names = async (): Promise<string[]> => (await store.documents()).map(({ document }) => document.metadata.name);

describe("rollback", () => {
  it("brings back what was changed, removed and added since", async () => {
    accepted(
      await apply(store, documents(service("orders") + service("search")), options({ set: "shop", manager: "ci" })),
    );
    const before = await store.documentsAt(1);
    accepted(
      await apply(store, documents(service("orders", "exposure: mesh") + service("cart")), options({ manager: "x" })),
    );
    accepted(await remove(store, { kind: "Service", namespace: "shop", name: "search" }, options()));

    const result = accepted(await rollback(store, 1, options({ source: "rollback", reason: "orders is down" })));
    expect(result).toMatchObject({ revision: 4, summary: { create: 1, update: 1, unchanged: 0, prune: 1 } });
    expect(await names()).toEqual(["orders", "search"]);
    expect(await store.documentsAt(4)).toEqual(before);
    expect(await store.document("Service", "shop", "search")).toMatchObject({ applySet: "shop", manager: "ci" });
    expect(await store.revision(4)).toMatchObject({
      rolledBackTo: 1,
      source: "rollback",
      reason: "orders is down",
      changes: [
        { ref: "Service/shop/cart", action: "delete" },
        { ref: "Service/shop/orders", action: "update", before: { spec: { exposure: "mesh" } } },
        { ref: "Service/shop/search", action: "create", before: null },
      ],
    });
    expect(Object.keys((await store.snapshot(4))?.services ?? {})).toEqual(["shop/orders", "shop/search"]);
  });

  it("can be rolled back itself", async () => {
    accepted(await apply(store, documents(service("orders")), options()));
    accepted(await apply(store, documents(service("orders", "exposure: mesh")), options()));
    accepted(await rollback(store, 1, options()));
    accepted(await rollback(store, 2, options()));
    expect(await store.documentsAt(4)).toEqual(await store.documentsAt(2));
  });

  it("to where the mesh is changes nothing", async () => {
    accepted(await apply(store, documents(service("orders")), options()));
    expect(accepted(await rollback(store, 1, options()))).toMatchObject({ revision: 1, summary: { unchanged: 1 } });
    expect(await store.head()).toMatchObject({ revision: 1 });
  });

  it.each([0, 2, 99])("to revision %i, which was never written, is refused", async (n) => {
    accepted(await apply(store, documents(service("orders")), options()));
    expect(refusedWith(await rollback(store, n, options()))).toEqual({
      problem: "notFound",
      detail: `There is no revision ${n} to go back to.`,
    });
  });

  it("compares the revision that the caller saw", async () => {
    accepted(await apply(store, documents(service("orders")), options()));
    accepted(await apply(store, documents(service("search")), options()));
    expect(refusedWith(await rollback(store, 1, options({ expected: 1 }))).problem).toBe("preconditionFailed");
    expect(accepted(await rollback(store, 1, options({ expected: 2, dryRun: true })))).toMatchObject({ revision: 2 });
    expect(await names()).toEqual(["orders", "search"]);
  });
});

it("keeps every revision's documents for ever, and lists revisions newest first", async () => {
  for (const exposure of ["public", "mesh", "public"]) {
    accepted(await apply(store, documents(service("orders", `exposure: ${exposure}`)), options()));
  }
  const exposures = [];
  for (const n of [0, 1, 2, 3]) {
    exposures.push((await store.documentsAt(n)).map(({ spec }) => "exposure" in spec && spec.exposure));
  }
  expect(exposures).toEqual([[], ["public"], ["mesh"], ["public"]]);
  expect((await store.revisions({ limit: 2 })).map(({ revision }) => revision)).toEqual([3, 2]);
  expect((await store.revisions({ limit: 2, before: 2 })).map(({ revision }) => revision)).toEqual([1]);
});
