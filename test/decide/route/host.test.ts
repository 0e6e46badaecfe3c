import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { covers, intersect, lookUp, wider } from "../../../src/decide/route/host.ts";

describe("hostname patterns", () => {
  it.each([
    ["*", "a.com", true],
    ["*", "*.a.com", true],
    ["a.com", "a.com", true],
    ["a.com", "b.com", false],
    ["a.com", "*", false],
    ["*.a.com", "b.a.com", true],
    ["*.a.com", "c.b.a.com", true],
    ["*.a.com", "a.com", false],
    ["*.a.com", "ba.com", false],
    ["*.a.com", "*.b.a.com", true],
    ["*.a.com", "*.a.com", true],
    ["*.b.a.com", "*.a.com", false],
    ["a.com", "*.a.com", false],
  ])("%s covers %s: %s", (wide, narrow, expected) => {
    expect(covers(wide, narrow)).toBe(expected);
  });

  it.each([
    ["*", "a.com", "a.com"],
    ["*.a.com", "b.a.com", "b.a.com"],
    ["c.b.a.com", "*.a.com", "c.b.a.com"],
    ["*.a.com", "*.b.a.com", "*.b.a.com"],
    ["*.a.com", "a.com", null],
    ["*.a.com", "*.z.org", null],
    ["a.com", "b.com", null],
  ])("%s and %s have %s in common", (left, right, expected) => {
    expect(intersect(left, right)).toBe(expected);
    expect(intersect(right, left)).toBe(expected);
  });

  it("widen label by label, down to the catch-all", () => {
    const chain: string[] = [];
    for (let at: string | null = "c.b.a.com"; at !== null; at = wider(at)) {
      chain.push(at);
    }
    expect(chain).toEqual(["c.b.a.com", "*.b.a.com", "*.a.com", "*.com", "*"]);
    expect(wider("")).toBe("*");
  });

  it("are looked up as covers says: the most specific one that fits", () => {
    const label = fc.constantFrom("a", "b", "constructor");
    const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
    const pattern = fc.oneof(
      name,
      name.map((one) => `*.${one}`),
      fc.constant("*"),
    );
    fc.assert(
      fc.property(fc.uniqueArray(pattern), name, (patterns, host) => {
        const table = Object.fromEntries(patterns.map((one) => [one, one]));
        const fitting = patterns.filter((one) => covers(one, host));
        const found = lookUp(table, host);
        expect(found === undefined).toBe(fitting.length === 0);
        if (found !== undefined) {
          expect(fitting.every((one) => covers(one, found))).toBe(true);
        }
      }),
    );
  });
});
