// Shares of versions in routes: what another share makes of the rest, and of the document.
import { describe, expect, it } from "vitest";
import { reweighted, shared, splitsOf, weightPatch } from "../../../src/dashboard/rollout/weights.ts";
import type { Resource } from "../../../src/model/api/resource.ts";

const of = (...weights: number[]): { weight: number }[] => weights.map((weight) => ({ weight }));

describe("another share", () => {
  it.each([
    ["takes one out and leaves the others in proportion", of(70, 20, 10), 2, 0, [78, 22, 0]],
    ["gives one all", of(90, 10), 1, 100, [0, 100]],
    ["takes from the others in proportion", of(80, 20, 0), 2, 50, [40, 10, 50]],
    ["divides evenly what nobody has", of(100, 0, 0), 0, 0, [0, 50, 50]],
    ["reads weights that are not percent", of(1, 1), 1, 25, [75, 25]],
  ])("%s", (_, backends, which, percent, expected) => {
    expect(shared(backends, which, percent)).toEqual(expected);
  });

  it("always makes a hundred", () => {
    for (let a = 0; a < 12; a++) {
      for (let b = 0; b < 12; b++) {
        for (const percent of [0, 5, 33, 100]) {
          const weights = shared(of(a, b, 7), 2, percent);
          expect(weights.reduce((sum, one) => sum + one, 0)).toBe(100);
          expect(weights[2]).toBe(percent);
        }
      }
    }
  });
});

const route = {
  kind: "HTTPRoute",
  metadata: { namespace: "shop", name: "split" },
  spec: {
    hostnames: ["a.example"],
    rules: [
      { backendRefs: [{ name: "one" }] },
      {
        name: "r",
        backendRefs: [
          { name: "s", version: "v1", weight: 9 },
          { name: "s", namespace: "b", version: "v2" },
        ],
      },
    ],
  },
} as unknown as Resource;

it("finds the rules that split, with what is left out read as its default", () => {
  expect(splitsOf([route])).toEqual([
    {
      kind: "HTTPRoute",
      namespace: "shop",
      name: "split",
      rule: 1,
      ruleName: "r",
      backends: [
        { service: "s", namespace: "shop", version: "v1", weight: 9 },
        { service: "s", namespace: "b", version: "v2", weight: 1 },
      ],
    },
  ]);
  expect(splitsOf([{ ...route, kind: "Service" }])).toEqual([]);
});

it("changes the weights of one rule and nothing else, in the document as in the command", () => {
  const spec = reweighted(route.spec, 1, [100, 0]);
  expect(spec).toEqual({
    hostnames: ["a.example"],
    rules: [
      { backendRefs: [{ name: "one" }] },
      {
        name: "r",
        backendRefs: [
          { name: "s", version: "v1", weight: 100 },
          { name: "s", namespace: "b", version: "v2", weight: 0 },
        ],
      },
    ],
  });
  expect(weightPatch(1, [100, 0])).toEqual([
    { op: "add", path: "/spec/rules/1/backendRefs/0/weight", value: 100 },
    { op: "add", path: "/spec/rules/1/backendRefs/1/weight", value: 0 },
  ]);
});
