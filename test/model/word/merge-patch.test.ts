// JSON Merge Patch, held to the examples of RFC 7396, Appendix A.
import { expect, it } from "vitest";
import { mergePatch, patchedPaths } from "../../../src/model/word/merge-patch.ts";

it.each([
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [
    ["a", "b"],
    ["c", "d"],
    ["c", "d"],
  ],
  [{ a: "b" }, ["c"], ["c"]],
  [{ a: "foo" }, null, null],
  [{ a: "foo" }, "bar", "bar"],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])("makes of %j with %j the value %j", (value, patch, result) => {
  const before = structuredClone(value);
  expect(mergePatch(value, patch)).toEqual(result);
  expect(value).toEqual(before);
});

it("never reaches into a prototype", () => {
  const patch: unknown = JSON.parse(
    '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
  );
  const result = mergePatch({}, patch);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
});

it("says which members a patch sets or removes", () => {
  expect(patchedPaths({ a: { b: 1, c: null }, d: [1], e: {} })).toEqual([
    { path: ["a", "b"], value: 1 },
    { path: ["a", "c"], value: null },
    { path: ["d"], value: [1] },
    { path: ["e"], value: {} },
  ]);
});
