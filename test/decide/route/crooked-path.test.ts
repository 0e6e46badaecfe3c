import { describe, expect, it } from "vitest";
import { crookedness, hasSpareSegments } from "../../../src/decide/route/crooked-path.ts";

describe("a path that servers read differently", () => {
  it.each([
    ["/x//../admin", "behind an empty segment"],
    ["//../admin", "behind an empty segment"],
    ["/x///..//../admin", "behind an empty segment"],
    ["/x/%2e%2e/admin", "encoded"],
    ["/x/.%2E/admin", "encoded"],
    ["/%2e/admin", "encoded"],
    ["/x/%2e", "encoded"],
    ["/x/%252e%252e/admin", "encoded twice"],
    ["/x%252Fadmin", "encoded twice"],
    ["/x%255cadmin", "encoded twice"],
    ["/a#/../admin", "fragment"],
    ["/a?b#c", "fragment"],
  ])("is told: %s (%s)", (uri, why) => {
    expect(crookedness(uri)).toContain(why);
  });

  it.each([
    "/",
    "/a/b?c=//../%2e%2e",
    "/a/../b",
    "/./a",
    "/a//b",
    "/a.b/c%2ed",
    "/...",
    "/a;b=c/d",
    "/caf%C3%A9",
    "/100%25",
  ])("is not one that they only write differently: %s", (uri) => {
    expect(crookedness(uri)).toBeNull();
  });

  it.each([
    ["/a/../b", true],
    ["/a/./b", true],
    ["//a", true],
    ["/a//b", true],
    ["/a/.", true],
    ["/", false],
    ["/a/", false],
    ["/a.b/..c/d?e=//../", false],
  ])("needs resolving or not: %s", (uri, needs) => {
    expect(hasSpareSegments(uri)).toBe(needs);
  });
});
