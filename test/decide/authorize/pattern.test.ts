import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fits, matchesAny, MAYBE, NO, YES } from "../../../src/decide/authorize/pattern.ts";

describe("a pattern", () => {
  it.each([
    ["/orders", "/orders", true],
    ["/orders", "/orders/", false],
    ["/orders/*", "/orders/", true],
    ["/orders/*", "/orders/1/items", true],
    ["/orders/*", "/orders", false],
    ["/orders*", "/ordersx", true],
    ["*-x", "a-x", true],
    ["*-x", "-x", true],
    ["*-x", "a-xy", false],
    ["*.example.com", "a.b.example.com", true],
    ["*.example.com", "example.com", false],
    ["*", "", true],
    ["*", "anything", true],
    ["/a*a", "/a", false],
    ["/a*a", "/aa", true],
    ["shop/*-web", "shop/my-web", true],
    ["shop/*-web", "other/my-web", false],
    ["a.b", "axb", false],
    ["(a+)+$", "aaaa", false],
    ["GET", "get", false],
  ])("%s against %s: %s", (pattern, text, expected) => {
    expect(fits(pattern, text)).toBe(expected);
  });

  it("is what a regular expression with everything else escaped says", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "/", ".", "(", "$"), maxLength: 8 });
    const pattern = fc.tuple(text, fc.constantFrom("", "*"), text).map((parts) => parts.join(""));
    fc.assert(
      fc.property(pattern, text, (pattern, text) => {
        const source = pattern.replaceAll(/[.($/]/g, "\\$&").replace("*", "[^]*");
        expect(fits(pattern, text)).toBe(new RegExp(`^${source}$`).test(text));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("several readings of one thing", () => {
  it("fit when all do, do not when none does, and are in doubt otherwise", () => {
    expect(matchesAny(["admin"], ["admin"])).toBe(YES);
    expect(matchesAny(["admin", "user"], ["admin", "user"])).toBe(YES);
    expect(matchesAny(["admin"], ["admin", "user"])).toBe(MAYBE);
    expect(matchesAny(["admin"], ["user"])).toBe(NO);
    expect(matchesAny(["admin"], [])).toBe(NO);
  });
});
