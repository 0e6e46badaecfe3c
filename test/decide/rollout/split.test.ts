import * as fc from "fast-check";
import { expect, it } from "vitest";
import { drawnPlace, isCanaryAt, callerPlace, stickyKey } from "../../../src/decide/rollout/split.ts";
import type { KeyPart } from "../../../src/model/snapshot/limit.ts";

const places = Array.from({ length: 20_000 }, (_, nth) => callerPlace("shop/orders", { run: "a" }, `ip ${nth}`));

it("gives the canary its share of callers", () => {
  for (const weight of [1, 10, 50]) {
    const share = places.filter((place) => isCanaryAt(place, weight)).length / places.length;
    expect(Math.abs(share * 100 - weight)).toBeLessThan(1.5);
  }
});

it("gives nobody at 0, and everybody at 100", () => {
  const ends = [0, 2 ** 32 - 1, drawnPlace(0), drawnPlace(1 - Number.EPSILON), ...places];
  expect(ends.some((place) => isCanaryAt(place, 0))).toBe(false);
  expect(ends.every((place) => isCanaryAt(place, 100))).toBe(true);
});

it("only adds callers when the weight is raised", () => {
  const percent = fc.double({ min: 0, max: 100, noNaN: true });
  fc.assert(
    fc.property(fc.string(), percent, percent, (key, one, other) => {
      const place = callerPlace("shop/orders", { run: "a" }, key);
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      expect(isCanaryAt(place, low) && !isCanaryAt(place, high)).toBe(false);
    }),
  );
});

it("deals callers anew with each try, and with each service", () => {
  const again = (service: string, run: string): number =>
    places.filter((place, nth) => isCanaryAt(place, 10) && isCanaryAt(callerPlace(service, { run }, `ip ${nth}`), 10))
      .length / places.length;
  expect(again("shop/orders", "b")).toBeLessThan(0.02);
  expect(again("shop/carts", "a")).toBeLessThan(0.02);
});

it("takes the first key that a request has, and tells equal values of different keys apart", () => {
  const parts: KeyPart[] = [{ from: "claim", name: "sub" }, { from: "cookie", name: "sid" }, { from: "ip" }];
  const of = (values: Readonly<Record<string, string>>) => stickyKey(parts, ({ from }) => values[from] ?? null);
  expect(of({ claim: "mia", cookie: "1", ip: "::" })).toBe("claim sub mia");
  expect(of({ claim: "", cookie: "mia" })).toBe("cookie sid mia");
  expect(of({})).toBeNull();
});
