import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pickBackend } from "../../../src/decide/route/split.ts";
import type { Backend } from "../../../src/model/snapshot/snapshot.ts";

const backend = (weight: number, service = "shop/orders"): Backend => ({
  weight,
  target: { service, version: null },
  filters: [],
  policies: {},
  timeouts: { requestMs: 0, perTryMs: 0 },
});

describe("the split between backends", () => {
  it("is in proportion to the weights", () => {
    const backends = [backend(70, "a/a"), backend(0, "b/b"), backend(30, "c/c")];
    const counts = new Map<Backend | null, number>();
    for (let step = 0; step < 1000; step++) {
      const picked = pickBackend(backends, step / 1000);
      counts.set(picked, (counts.get(picked) ?? 0) + 1);
    }
    expect(backends.map((one) => counts.get(one) ?? 0)).toEqual([700, 0, 300]);
  });

  it("is none when there are no backends, or none with a weight", () => {
    expect(pickBackend([], 0.5)).toBeNull();
    expect(pickBackend([backend(0), backend(0)], 0.5)).toBeNull();
  });

  it("never leaves out everybody and never takes one of weight 0", () => {
    const weights = fc.array(fc.nat({ max: 1_000_000 }), { minLength: 1, maxLength: 16 });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(weights, random, (list, share) => {
        const picked = pickBackend(
          list.map((weight) => backend(weight)),
          share,
        );
        if (list.every((weight) => weight === 0)) {
          expect(picked).toBeNull();
        } else {
          expect(picked?.weight).toBeGreaterThan(0);
        }
      }),
    );
  });
});
