import { expect, it } from "vitest";
import { BoundedMap } from "../../../src/decide/text/bounded-map.ts";

it("a bounded map forgets what was written longest ago, and never holds more than its bound", () => {
  const map = new BoundedMap<string, number>(3);
  for (const [name, value] of [
    ["a", 1],
    ["b", 2],
    ["c", 3],
    ["a", 4],
    ["d", 5],
  ] as const) {
    map.set(name, value);
  }
  expect([...map]).toEqual([
    ["c", 3],
    ["a", 4],
    ["d", 5],
  ]);
  expect([map.size, map.has("b"), map.get("a")]).toEqual([3, false, 4]);
  expect(map.getOrMake("e", () => 6)).toBe(6);
  expect(map.getOrMake("a", () => 7)).toBe(4);
  expect([...map].map(([name]) => name)).toEqual(["a", "d", "e"]);
  map.delete("a");
  expect(map.size).toBe(2);
  map.clear();
  expect(map.size).toBe(0);
});
