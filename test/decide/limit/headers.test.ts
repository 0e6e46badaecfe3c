import { describe, expect, it } from "vitest";
import { limitHeaders, retryAfterSeconds, type LimitStanding } from "../../../src/decide/limit/headers.ts";
import type { HeaderDialect } from "../../../src/model/snapshot/limit.ts";

function standing(
  name: string,
  dialect: HeaderDialect,
  remaining: number,
  resetMs: number,
  windowMs = 60_000,
): LimitStanding {
  const terms = { algorithm: "gcra" as const, requests: 100, windowMs, burst: 50 };
  return { name, terms, dialect, remaining, resetMs };
}

describe("limit headers", () => {
  it("of the IETF draft count seconds, and list every policy", () => {
    const both = [standing("steady", "ietf", 40, 12_001), standing("burst", "ietf", 3, 500, 1000)];
    expect(limitHeaders(both)).toEqual([
      ["ratelimit-policy", '"steady";q=100;w=60, "burst";q=100;w=1'],
      ["ratelimit", '"burst";r=3;t=1'],
    ]);
  });

  it("of Anypoint count milliseconds", () => {
    expect(limitHeaders([standing("one", "anypoint", 40, 12_001)])).toEqual([
      ["x-ratelimit-limit", "100"],
      ["x-ratelimit-remaining", "40"],
      ["x-ratelimit-reset", "12001"],
    ]);
  });

  it("of Envoy count seconds", () => {
    expect(limitHeaders([standing("one", "envoy", 40, 12_001)])).toEqual([
      ["x-ratelimit-limit", '100, 100;w=60;name="one"'],
      ["x-ratelimit-remaining", "40"],
      ["x-ratelimit-reset", "13"],
    ]);
  });

  it("are absent when the policy wants none, and when no limit held", () => {
    expect(limitHeaders([standing("one", "none", 1, 1)])).toEqual([]);
    expect(limitHeaders([])).toEqual([]);
  });

  it("never tell of less than nothing", () => {
    expect(limitHeaders([standing("one", "ietf", -3, 0)])[1]).toEqual(["ratelimit", '"one";r=0;t=0']);
  });
});

it("Retry-After is whole seconds, rounded up, and never 0", () => {
  expect([0, 1, 1000, 1001].map(retryAfterSeconds)).toEqual(["1", "1", "1", "2"]);
});
