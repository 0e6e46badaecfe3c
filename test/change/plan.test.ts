// Plans of writes that need no registry to be looked at.
import { describe, expect, it } from "vitest";
import { plan, write } from "../../src/change/plan.ts";
import type { Document } from "../../src/model/document/document.ts";
import { parseDocuments } from "../../src/model/read/parse-documents.ts";
import type { StoredDocument } from "../../src/model/registry/registry.ts";

function documents(yaml: string): Document[] {
  const parsed = parseDocuments(yaml, "yaml");
  if (!parsed.ok) {
    throw new Error(JSON.stringify(parsed.refusal));
  }
  return parsed.documents.map(({ document }) => document);
}
const service = (name: string, description = "x"): Document =>
  documents(
    `{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: ${name}, namespace: shop}, spec: {description: ${description}}}`,
  )[0]!;
const stored = (document: Document, more: Partial<StoredDocument> = {}): StoredDocument => ({
  document,
  uid: "u",
  resourceVersion: 4,
  generation: 2,
  createdAt: "2026-11-23T10:00:00Z",
  updatedAt: "2026-11-23T10:00:00Z",
  updatedBy: "mia",
  manager: "ci",
  applySet: null,
  status: null,
  ...more,
});
const planned = (...given: Parameters<typeof plan>) => {
  const outcome = plan(...given);
  if (!outcome.ok) {
    throw new Error(outcome.refusal.detail);
  }
  return outcome.plan;
};

describe("a plan", () => {
  it("tells what happens to each document, in the order of the body, and what the mesh would be", () => {
    const current = [stored(service("a")), stored(service("b")), stored(service("c"))];
    const { changes, next } = planned(current, [service("new"), service("b", "y"), service("a")], { manager: "me" });
    expect(changes.map(({ ref, action, patch }) => [ref, action, patch.length])).toEqual([
      ["Service/shop/new", "create", 1],
      ["Service/shop/b", "update", 1],
      ["Service/shop/a", "unchanged", 0],
    ]);
    expect(next.map(({ metadata }) => metadata.name)).toEqual(["a", "b", "c", "new"]);
    expect(changes[1]?.patch).toEqual([{ op: "replace", path: "/spec/description", value: "y" }]);
  });

  it("does not call it a change when only the manager differs", () => {
    expect(
      write("Service/shop/a", stored(service("a")), service("a"), { manager: "other", applySet: null }),
    ).toMatchObject({ action: "unchanged", manager: "ci" });
  });

  it("passes over a removal of what is not there", () => {
    expect(planned([], [], { manager: "me", remove: ["Service/shop/a"] })).toMatchObject({ changes: [], next: [] });
  });

  it("counts the documents of other sets in one refusal", () => {
    const current = [stored(service("a"), { applySet: "x" }), stored(service("b"), { applySet: "y" })];
    const outcome = plan(current, [service("a"), service("b")], { manager: "me", set: "z" });
    expect(outcome).toMatchObject({
      ok: false,
      refusal: {
        problem: "ownedBySet",
        detail: '2 documents belong to another set than "z".',
        errors: [{ pointer: "#/0" }, { pointer: "#/1" }],
      },
    });
  });
});
