// JSON Patch over a document: RFC 6902's own rules, and that nothing is changed by what cannot be done.
import { expect, it } from "vitest";
import { jsonPatched } from "../../../src/cli/write/json-patch.ts";

const document = {
  spec: { exposure: "mesh", endpoints: [{ url: "a" }, { url: "b" }] },
  metadata: { labels: { "a/b": "1" } },
};
const patched = (...operations: unknown[]): unknown => {
  const result = jsonPatched(document, operations);
  return result.ok ? result.value : result.message;
};
const endpoints = (...operations: unknown[]): unknown => {
  const value = patched(...operations) as typeof document;
  return value.spec.endpoints.map(({ url }) => url);
};

it.each<[string, unknown[], string[]]>([
  ["an insertion", [{ op: "add", path: "/spec/endpoints/1", value: { url: "c" } }], ["a", "c", "b"]],
  ["an addition at the end", [{ op: "add", path: "/spec/endpoints/-", value: { url: "c" } }], ["a", "b", "c"]],
  ["an addition at the length", [{ op: "add", path: "/spec/endpoints/2", value: { url: "c" } }], ["a", "b", "c"]],
  ["a removal", [{ op: "remove", path: "/spec/endpoints/0" }], ["b"]],
  ["a replacement", [{ op: "replace", path: "/spec/endpoints/0/url", value: "c" }], ["c", "b"]],
  ["a move", [{ op: "move", from: "/spec/endpoints/0", path: "/spec/endpoints/1" }], ["b", "a"]],
  ["a copy", [{ op: "copy", from: "/spec/endpoints/0", path: "/spec/endpoints/-" }], ["a", "b", "a"]],
  ["a test that holds, in any order", [{ op: "test", path: "/spec/endpoints/0", value: { url: "a" } }], ["a", "b"]],
])("does %s", (_, operations, expected) => {
  expect(endpoints(...operations)).toEqual(expected);
});

it("reads escaped names, and writes members whatever they are called", () => {
  expect(patched({ op: "replace", path: "/metadata/labels/a~1b", value: "2" })).toMatchObject({
    metadata: { labels: { "a/b": "2" } },
  });
  const odd = patched({ op: "add", path: "/metadata/labels/__proto__", value: "x" }) as typeof document;
  expect(Object.keys(odd.metadata.labels)).toEqual(["a/b", "__proto__"]);
  expect(
    patched({ op: "test", path: "/spec", value: { endpoints: document.spec.endpoints, exposure: "mesh" } }),
  ).toEqual(document);
});

it.each<[string, unknown]>([
  ["an index below zero", { op: "remove", path: "/spec/endpoints/-1" }],
  ["an index that is none", { op: "add", path: "/spec/endpoints/one", value: {} }],
  ["an index with a zero in front", { op: "replace", path: "/spec/endpoints/01", value: {} }],
  ["a place behind the end", { op: "add", path: "/spec/endpoints/9", value: {} }],
  ["the end, but for an addition", { op: "remove", path: "/spec/endpoints/-" }],
  ["no value", { op: "add", path: "/spec/exposure" }],
  ["no slash in front", { op: "replace", path: "spec/exposure", value: "public" }],
  ["the whole document", { op: "replace", path: "", value: {} }],
  ["nothing there", { op: "replace", path: "/spec/none", value: 1 }],
  ["a place below a text", { op: "add", path: "/spec/exposure/x", value: 1 }],
  ["an inherited member", { op: "test", path: "/spec/toString", value: 1 }],
  ["a test that fails", { op: "test", path: "/spec/exposure", value: "mesh" }],
  ["a move into itself", { op: "move", from: "/spec", path: "/spec/endpoints/0" }],
  ["a move from nowhere", { op: "move", from: "/spec/none", path: "/spec/exposure" }],
  ["a copy without from", { op: "copy", path: "/spec/exposure" }],
  ["another operation", { op: "merge", path: "/spec" }],
  ["no operation", "remove"],
])("refuses %s, and changes nothing", (_, operation) => {
  const before = structuredClone(document);
  expect(patched({ op: "replace", path: "/spec/exposure", value: "public" }, operation)).toEqual(expect.any(String));
  expect(document).toEqual(before);
});
