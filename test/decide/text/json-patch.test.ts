// The plan's patches: applied as RFC 6902 says, they must turn the one value into the other.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../src/decide/text/canonical-json.ts";
import { patchBetween } from "../../../src/decide/text/json-patch.ts";
import type { PatchOperation } from "../../../src/model/api/apply.ts";

/** RFC 6902 by the letter, for add, remove and replace; knows nothing of how the patch was made. */
function applied(value: unknown, operations: readonly PatchOperation[]): unknown {
  let document: unknown = JSON.parse(JSON.stringify(value)); // a clone without shared parts
  for (const { op, path, value: given } of operations) {
    const names = path
      .split("/")
      .slice(1)
      .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = names.pop();
    if (last === undefined) {
      document = structuredClone(given);
      continue;
    }
    const parent = names.reduce((at: unknown, name) => (at as Record<string, unknown>)[name], document);
    if (Array.isArray(parent)) {
      parent.splice(Number(last), op === "add" ? 0 : 1, ...(op === "remove" ? [] : [structuredClone(given)]));
      continue;
    }
    const record = parent as Record<string, unknown>;
    if ((op === "add") === Object.hasOwn(record, last)) {
      throw new Error(`${op} of ${path} does not fit`);
    }
    if (op === "remove") {
      delete record[last];
    } else {
      record[last] = structuredClone(given);
    }
  }
  return document;
}

const json = fc.jsonValue({ maxDepth: 4 }).filter((value) => !JSON.stringify(value).includes("__proto__"));

describe("a patch", () => {
  it("turns the one value into the other, whatever the two are", () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        expect(canonicalJson(applied(before, patchBetween(before, after)))).toBe(canonicalJson(after));
      }),
      { numRuns: 500 },
    );
  });

  it("turns one list into another that shares parts with it", () => {
    const list = fc.array(fc.constantFrom<unknown>(1, 2, { a: 1 }, { a: 2, b: [1] }), { maxLength: 8 });
    fc.assert(
      fc.property(list, list, (before, after) => {
        expect(applied(before, patchBetween(before, after))).toEqual(after);
      }),
      { numRuns: 500 },
    );
  });

  it("is empty for equal values, whatever the order of their members", () => {
    expect(patchBetween({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 })).toEqual([]);
  });

  it("takes a member that is undefined for absent", () => {
    expect(patchBetween({ a: undefined, b: 1 }, { b: 1 })).toEqual([]);
    expect(patchBetween({ a: 1 }, { a: undefined })).toEqual([{ op: "remove", path: "/a" }]);
  });

  it("names the one weight that changed in a list", () => {
    const before = { spec: { rules: [{ backendRefs: [{ weight: 90 }, { weight: 10 }] }] } };
    const after = { spec: { rules: [{ backendRefs: [{ weight: 90 }, { weight: 20 }] }] } };
    expect(patchBetween(before, after)).toEqual([
      { op: "replace", path: "/spec/rules/0/backendRefs/1/weight", value: 20 },
    ]);
  });

  it("inserts into a list instead of rewriting what comes after", () => {
    expect(patchBetween(["a", "c"], ["a", "b", "c"])).toEqual([{ op: "add", path: "/1", value: "b" }]);
    expect(patchBetween(["a", "b", "b2", "c"], ["a", "c"])).toEqual([
      { op: "remove", path: "/2" },
      { op: "remove", path: "/1" },
    ]);
  });

  it("escapes slashes and tildes of names (RFC 6901)", () => {
    expect(patchBetween({}, { "a/b~c": 1 })).toEqual([{ op: "add", path: "/a~1b~0c", value: 1 }]);
  });

  it("does not take a name of Object.prototype for a member", () => {
    expect(patchBetween({}, { constructor: 1 })).toEqual([{ op: "add", path: "/constructor", value: 1 }]);
    expect(patchBetween({ toString: 1 }, {})).toEqual([{ op: "remove", path: "/toString" }]);
  });
});
