// Writes of documents: what they answer, what they leave in the registry, and what they refuse.
import { beforeEach, describe, expect, it } from "vitest";
import { apply, putOne, remove } from "../../src/change/apply.ts";
import type { Store } from "../../src/store/store.ts";
import { accepted, documents, emptyRegistry, NOW, options, refusedWith, service } from "../support/worker/registry.ts";

let store: Store;
beforeEach(async () => {
  store = await emptyRegistry();
});

const key = (name: string) => ({ kind: "Service", namespace: "shop", name });
const only = (yaml: string) => documents(yaml)[0]!;

describe("apply", () => {
  it("writes all of many at once that are based on nothing, one after the other", async () => {
    const names = Array.from({ length: 24 }, (_, index) => `s${index}`);
    const results = await Promise.all(names.map((name) => apply(store, documents(service(name)), options())));
    const revisions = results.map((result) => accepted(result).revision);
    expect(new Set(revisions).size).toBe(names.length);
    expect(Object.keys((await store.snapshot(names.length))?.services ?? {})).toHaveLength(names.length);
  });

  it("makes one revision of a bundle, with its snapshot, versions and audit row", async () => {
    const result = accepted(await apply(store, documents(service("orders") + service("search")), options()));
    expect(result).toMatchObject({
      revision: 1,
      dryRun: false,
      summary: { create: 2, update: 0, unchanged: 0, prune: 0 },
      items: [
        { ref: "Service/shop/orders", action: "create", from: null },
        { ref: "Service/shop/search", action: "create", from: null },
      ],
    });
    expect(result.planId).toMatch(/^pl_[0-9a-f]{24}$/);
    expect(await store.head()).toEqual({ revision: 1, generation: 0 });
    const snapshot = await store.snapshot(1);
    expect(Object.keys(snapshot?.services ?? {})).toEqual(["shop/orders", "shop/search"]);
    expect((await store.revision(1))?.changes.map(({ ref, action }) => [ref, action])).toEqual([
      ["Service/shop/orders", "create"],
      ["Service/shop/search", "create"],
    ]);
    expect(await store.audit({ limit: 10 })).toMatchObject([
      {
        action: "apply",
        actor: "mia",
        role: "admin",
        ip: "192.0.2.7",
        target: "mesh",
        outcome: "allowed",
        revision: 1,
        detail: { planId: result.planId },
      },
    ]);
    expect(await store.verifyAudit()).toEqual({ ok: true, length: 1 });
  });

  it("keeps documents as they were written, with what the registry knows beside them", async () => {
    accepted(await apply(store, documents(service("orders", "exposure: public", "labels: {team: a}")), options()));
    const first = await store.document("Service", "shop", "orders");
    expect(first).toMatchObject({
      document: {
        apiVersion: "selvage.dev/v1",
        kind: "Service",
        metadata: { name: "orders", namespace: "shop", labels: { team: "a" } },
        spec: { exposure: "public" },
      },
      resourceVersion: 1,
      generation: 1,
      createdAt: NOW,
      updatedAt: NOW,
      updatedBy: "mia",
      manager: "test",
      applySet: null,
    });
    const later = "2026-11-23T11:00:00.000Z";
    accepted(
      await apply(
        store,
        documents(service("orders", "exposure: mesh", "labels: {team: a}")),
        options({ now: later, actor: "ben", manager: "ci" }),
      ),
    );
    expect(await store.document("Service", "shop", "orders")).toMatchObject({
      uid: first?.uid,
      resourceVersion: 2,
      generation: 2,
      createdAt: NOW,
      updatedAt: later,
      updatedBy: "ben",
      manager: "ci",
    });
  });

  it("counts a change of labels as a new version but not as a new generation", async () => {
    accepted(await apply(store, documents(service("orders")), options()));
    const result = accepted(
      await apply(store, documents(service("orders", "exposure: public", "labels: {team: b}")), options()),
    );
    expect(result.items[0]?.patch).toEqual([{ op: "add", path: "/metadata/labels/team", value: "b" }]);
    expect(await store.document("Service", "shop", "orders")).toMatchObject({ resourceVersion: 2, generation: 1 });
  });

  it("answers the current revision and writes nothing when nothing changes", async () => {
    accepted(await apply(store, documents(service("orders")), options()));
    const again = accepted(await apply(store, documents(service("orders")), options()));
    expect(again).toMatchObject({ revision: 1, summary: { create: 0, update: 0, unchanged: 1, prune: 0 } });
    expect(again.items).toEqual([{ ref: "Service/shop/orders", action: "unchanged", from: "1", patch: [] }]);
    expect(await store.head()).toMatchObject({ revision: 1 });
    expect(await store.audit({ limit: 10 })).toHaveLength(1);
  });

  it("gives only changed documents a new version", async () => {
    accepted(await apply(store, documents(service("orders") + service("search")), options()));
    accepted(await apply(store, documents(service("orders", "exposure: mesh") + service("search")), options()));
    expect((await store.revision(2))?.changes.map(({ ref }) => ref)).toEqual(["Service/shop/orders"]);
    expect(await store.document("Service", "shop", "search")).toMatchObject({ resourceVersion: 1 });
  });

  it("plans the same with dryRun as without, and writes nothing", async () => {
    const bundle = documents(service("orders"));
    const tried = accepted(await apply(store, bundle, options({ dryRun: true })));
    expect(tried).toMatchObject({ revision: 0, dryRun: true });
    expect(await store.documents()).toEqual([]);
    expect(await store.audit({ limit: 1 })).toEqual([]);
    expect(accepted(await apply(store, bundle, options())).planId).toBe(tried.planId);
  });

  it("refuses with 412 when the mesh moved since the caller looked", async () => {
    accepted(await apply(store, documents(service("orders")), options({ expected: 0 })));
    const refusal = refusedWith(await apply(store, documents(service("search")), options({ expected: 0 })));
    expect(refusal).toMatchObject({
      problem: "preconditionFailed",
      detail: "The mesh is at revision 1, not 0. Look at what changed, and try again.",
      extensions: { revision: 1, currentEtag: '"1"' },
    });
    expect(await store.document("Service", "shop", "search")).toBeNull();
  });

  it("lets exactly one of many writers win who saw the same revision", async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, (_, n) => apply(store, documents(service(`s${n}`)), options({ expected: 0 }))),
    );
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    for (const lost of outcomes.filter((one) => !one.ok)) {
      expect(refusedWith(lost).problem).toBe("preconditionFailed");
    }
    expect(await store.documents()).toHaveLength(1);
    expect(await store.head()).toMatchObject({ revision: 1 });
    expect(await store.verifyAudit()).toEqual({ ok: true, length: 1 });
  });

  it("lets writers who did not say what they saw follow one another", async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 3 }, (_, n) => apply(store, documents(service(`s${n}`)), options())),
    );
    expect(outcomes.map((one) => accepted(one).revision).sort()).toEqual([1, 2, 3]);
    expect(await store.documents()).toHaveLength(3);
  });

  it("notes in the audit that a write was forced", async () => {
    accepted(await apply(store, documents(service("orders")), options({ forced: true })));
    expect((await store.audit({ limit: 1 }))[0]?.detail).toMatchObject({ forced: true });
  });

  it("refuses a bundle that would break the mesh, points at the place, and writes nothing", async () => {
    const bundle =
      service("search") + service("orders", 'endpoints: [{url: "https://a.example.com", cluster: nowhere}]');
    const refusal = refusedWith(await apply(store, documents(bundle), options()));
    expect(refusal.problem).toBe("validation");
    expect(refusal.detail).toContain(
      'There is 1 error; nothing was written. First: Service/shop/orders: There is no cluster "nowhere"',
    );
    expect(refusal.errors).toMatchObject([
      { pointer: "#/1/spec/endpoints/0/cluster", detail: 'There is no cluster "nowhere"', line: 4 },
    ]);
    expect(await store.head()).toMatchObject({ revision: 0 });
  });

  it("refuses what the caller may not touch before anything is compiled", async () => {
    const refusal = refusedWith(
      await apply(
        store,
        documents(service("orders")),
        options({ permits: () => ({ problem: "forbidden", detail: "not yours" }) }),
      ),
    );
    expect(refusal).toEqual({ problem: "forbidden", detail: "not yours" });
    expect(await store.documents()).toEqual([]);
  });

  it("tells of warnings that the change causes elsewhere, not of those that were there before", async () => {
    const route = (name: string, backend: string): string =>
      `---\n{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: ${name}, namespace: shop}, spec: {hostnames: [${name}.example.com], rules: [{backendRefs: [{name: ${backend}, port: 80}]}]}}\n`;
    accepted(
      await apply(store, documents(service("orders") + route("good", "orders") + route("bad", "none")), options()),
    );
    const unrelated = accepted(await apply(store, documents(service("search")), options()));
    expect(unrelated.warnings).toEqual([]);
    const removed = accepted(await remove(store, key("orders"), options()));
    expect(removed.warnings.map(({ ref }) => ref)).toContain("HTTPRoute/shop/good");
    expect(removed.warnings.map(({ ref }) => ref)).not.toContain("HTTPRoute/shop/bad");
  });
});

describe("put and delete of one document", () => {
  it("compare the document's own version, not the mesh's", async () => {
    accepted(await putOne(store, only(service("orders")), options({ expected: 0, source: "put" })));
    accepted(await putOne(store, only(service("search")), options({ expected: 0 })));
    const stale = refusedWith(await putOne(store, only(service("orders", "exposure: mesh")), options({ expected: 2 })));
    expect(stale).toMatchObject({
      problem: "preconditionFailed",
      detail: "Service/shop/orders is at version 1, not 2.",
      extensions: { currentEtag: '"1"' },
    });
    const result = accepted(await putOne(store, only(service("orders", "exposure: mesh")), options({ expected: 1 })));
    expect(result).toMatchObject({ revision: 3, items: [{ action: "update", from: "1" }] });
  });

  it("refuse to create what exists", async () => {
    accepted(await putOne(store, only(service("orders")), options({ expected: 0 })));
    expect(refusedWith(await putOne(store, only(service("orders")), options({ expected: 0 })))).toMatchObject({
      problem: "preconditionFailed",
      detail: "Service/shop/orders exists, at version 1.",
    });
  });

  it("refuse to update what does not exist", async () => {
    expect(refusedWith(await putOne(store, only(service("orders")), options({ expected: 4 })))).toMatchObject({
      problem: "preconditionFailed",
      detail: "Service/shop/orders does not exist.",
      extensions: { currentEtag: null },
    });
  });

  it("point into the one document that was sent", async () => {
    const broken = only(service("orders", 'endpoints: [{url: "https://a.example.com", cluster: nowhere}]'));
    expect(refusedWith(await putOne(store, broken, options())).errors).toMatchObject([
      { pointer: "#/spec/endpoints/0/cluster" },
    ]);
  });

  it("remove, and remember what was removed", async () => {
    accepted(await apply(store, documents(service("orders")), options()));
    const result = accepted(await remove(store, key("orders"), options({ expected: 1, source: "delete" })));
    expect(result).toMatchObject({ revision: 2, summary: { prune: 1 }, items: [{ action: "delete", from: "1" }] });
    expect(await store.documents()).toEqual([]);
    expect((await store.revision(2))?.changes).toMatchObject([
      { ref: "Service/shop/orders", action: "delete", before: { kind: "Service" }, after: null },
    ]);
    expect(Object.keys((await store.snapshot(2))?.services ?? {})).toEqual([]);
  });

  it("answer 404 to the removal of nothing", async () => {
    expect(refusedWith(await remove(store, key("orders"), options()))).toEqual({
      problem: "notFound",
      detail: "Service/shop/orders does not exist.",
    });
  });

  it("give a document that comes back a life of its own", async () => {
    accepted(await apply(store, documents(service("orders")), options()));
    const first = await store.document("Service", "shop", "orders");
    accepted(await remove(store, key("orders"), options()));
    accepted(await apply(store, documents(service("orders")), options()));
    const second = await store.document("Service", "shop", "orders");
    expect(second).toMatchObject({ resourceVersion: 3, generation: 1 });
    expect(second?.uid).not.toBe(first?.uid);
  });
});
