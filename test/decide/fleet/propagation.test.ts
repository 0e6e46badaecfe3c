// Where a revision has arrived.
import { expect, it } from "vitest";
import { percentile, spread } from "../../../src/decide/fleet/propagation.ts";

const isolate = (name: string, colo: string | null, revision: number) => ({
  isolate: name,
  colo,
  edge: null,
  revision,
});

it("counts who runs the revision or a later one, the places that are behind first", () => {
  const seen = [isolate("a", "AMS", 7), isolate("b", "AMS", 8), isolate("c", "FRA", 6), isolate("d", null, 7)];
  expect(spread(seen, 7)).toEqual({
    complete: false,
    current: 3,
    behind: 1,
    colos: [
      { colo: "FRA", current: 0, behind: 1 },
      { colo: "AMS", current: 2, behind: 0 },
      { colo: "unknown", current: 1, behind: 0 },
    ],
  });
});

it("is complete when nobody is behind, also when nobody is there", () => {
  expect(spread([isolate("a", "AMS", 7)], 7).complete).toBe(true);
  expect(spread([], 7)).toEqual({ complete: true, current: 0, behind: 0, colos: [] });
});

it("takes the percentile that is reached, not one between two values", () => {
  expect(percentile([300, 100, 200], 0.5)).toBe(200);
  expect(percentile([300, 100, 200], 0.99)).toBe(300);
  expect(percentile([300, 100, 200], 1)).toBe(300);
  expect(percentile([], 0.99)).toBeNull();
});
