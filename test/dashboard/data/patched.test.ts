// What the feed sends as a patch, done by the page: whatever changed, the page has what the mesh has.
import { expect, it } from "vitest";
import { patched } from "../../../src/dashboard/data/patched.ts";
import { patchBetween } from "../../../src/decide/text/json-patch.ts";

it.each([
  ["a member", { a: 1, b: [1] }, { a: 2, b: [1] }],
  ["a member that comes and one that goes", { a: 1 }, { b: null }],
  ["names with signs of the pointer", { "a/b": { "c~d": 1 } }, { "a/b": { "c~d": 2 } }],
  ["a list that moved on at its end", { points: [1, 2, 3, 4, 5] }, { points: [2, 3, 4, 5, 6] }],
  ["a list that moved on at its front", [5, 4, 3, 2, 1], [7, 6, 5, 4, 3]],
  [
    "a list that moved on while its newest changed",
    [{ at: 1 }, { at: 2 }, { at: 3, n: 1 }],
    [{ at: 2 }, { at: 3, n: 2 }],
  ],
  ["a list that grew and one that shrank", { a: [1], b: [1, 2, 3] }, { a: [1, 2, 3], b: [3] }],
  ["everything", [1], { a: 1 }],
])("%s", (_, before, after) => {
  expect(patched(before, patchBetween(before, after))).toEqual(after);
});

it("moves a window on by as many operations as are new and gone, not by its length", () => {
  const before = Array.from({ length: 100 }, (_, nth) => ({ id: nth, text: "x".repeat(50) }));
  const after = [{ id: -1, text: "new" }, ...before.slice(0, 99)];
  expect(patchBetween(before, after)).toEqual([
    { op: "remove", path: "/99" },
    { op: "add", path: "/0", value: { id: -1, text: "new" } },
  ]);
});

it("leaves what no operation names as the same object, and the value before as it was", () => {
  const before = { a: { deep: 1 }, b: { deep: 1 } };
  const after = patched(before, [{ op: "replace", path: "/a/deep", value: 2 }]) as typeof before;
  expect(after.b).toBe(before.b);
  expect(before.a.deep).toBe(1);
});

it("makes a member of what is called like a prototype, and of nothing a prototype", () => {
  const after = patched({}, [{ op: "add", path: "/__proto__", value: { pwned: true } }]) as object;
  expect(Object.hasOwn(after, "__proto__")).toBe(true);
  expect(Object.getPrototypeOf(after)).toBe(Object.prototype);
  expect(Reflect.get({}, "pwned")).toBeUndefined();
});

it("is whatever the mesh has, for any two values", () => {
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
  const value = (depth: number): unknown => {
    const kind = random(depth > 2 ? 3 : 6);
    if (kind < 3) {
      return [random(4), `s${random(3)}`, random(2) === 0][kind];
    }
    return kind === 3
      ? Object.fromEntries(Array.from({ length: random(4) }, () => [`k${random(5)}/~`, value(depth + 1)]))
      : Array.from({ length: random(6) }, () => value(depth + 1));
  };
  for (let nth = 0; nth < 3_000; nth++) {
    const [before, after] = [value(0), value(0)];
    expect(patched(before, patchBetween(before, after))).toEqual(after);
  }
});
