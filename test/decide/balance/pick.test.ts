import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../../src/model/snapshot/snapshot.ts";
import { pickEndpoint } from "../../../src/decide/balance/pick.ts";

const endpoint = (id: string, changes: Partial<Endpoint> = {}): Endpoint => ({
  id,
  address: { url: `http://${id}.example` },
  cluster: "local",
  version: "v1",
  weight: 1,
  priority: 0,
  ...changes,
});

const share = (
  endpoints: readonly Endpoint[],
  version: string | null,
  tried: readonly string[] = [],
): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (let i = 0; i < 1000; i++) {
    const id = pickEndpoint(endpoints, version, tried, (i + 0.5) / 1000)?.id ?? "none";
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
};

describe("pickEndpoint", () => {
  it("gives each its share of the weight", () => {
    expect(share([endpoint("a", { weight: 3 }), endpoint("b"), endpoint("c", { weight: 0 })], null)).toEqual({
      a: 750,
      b: 250,
    });
  });

  it("stays within the wanted version", () => {
    const both = [endpoint("a"), endpoint("b", { version: "v2" }), endpoint("c", { version: null })];
    expect(share(both, "v2")).toEqual({ b: 1000 });
    expect(share(both, "v3")).toEqual({ none: 1000 });
    expect(Object.keys(share(both, null))).toEqual(["a", "b", "c"]);
  });

  it("uses the best priority that can be used", () => {
    const tiers = [
      endpoint("later", { priority: 1 }),
      endpoint("drained", { weight: 0 }),
      endpoint("last", { priority: 2 }),
    ];
    expect(share(tiers, null)).toEqual({ later: 1000 });
    expect(share([...tiers, endpoint("first")], null)).toEqual({ first: 1000 });
  });

  it("keeps away from endpoints that failed, as long as there are others", () => {
    const two = [endpoint("a"), endpoint("b")];
    expect(share(two, null, ["a"])).toEqual({ b: 1000 });
    expect(share(two, null, ["a", "b"])).toEqual({ a: 500, b: 500 });
  });

  it("falls back to the next priority before it repeats itself", () => {
    expect(share([endpoint("a"), endpoint("spare", { priority: 1 })], null, ["a"])).toEqual({ spare: 1000 });
  });

  it("has nothing to give without endpoints", () => {
    expect(pickEndpoint([], null, [], 0)).toBeNull();
    expect(pickEndpoint([endpoint("a", { weight: 0 })], null, ["a"], 0)).toBeNull();
  });

  it("never picks a drained endpoint, another version, or a worse priority", () => {
    const any = fc.record({
      weight: fc.integer({ min: 0, max: 3 }),
      priority: fc.integer({ min: 0, max: 2 }),
      version: fc.constantFrom("v1", "v2", null),
    });
    fc.assert(
      fc.property(
        fc.array(any, { maxLength: 6 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (shapes, random) => {
          const endpoints = shapes.map((shape, i) => endpoint(`e${i}`, shape));
          const picked = pickEndpoint(endpoints, "v1", [], random);
          const usable = endpoints.filter(({ weight, version }) => weight > 0 && version === "v1");
          if (usable.length === 0) {
            expect(picked).toBeNull();
          } else {
            expect(usable).toContain(picked);
          }
          expect(picked?.priority ?? 9).toBe(Math.min(9, ...usable.map(({ priority }) => priority)));
        },
      ),
    );
  });
});
