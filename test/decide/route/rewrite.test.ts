import { describe, expect, it } from "vitest";
import { dropSegments, join, modifyPath } from "../../../src/decide/route/rewrite.ts";

describe("ReplacePrefixMatch (the specification's table)", () => {
  it.each([
    ["/foo/bar", "/foo", "/xyz", "/xyz/bar"],
    ["/foo/bar", "/foo", "/xyz/", "/xyz/bar"],
    ["/foo/bar", "/foo/", "/xyz", "/xyz/bar"],
    ["/foo/bar", "/foo/", "/xyz/", "/xyz/bar"],
    ["/foo", "/foo", "/xyz", "/xyz"],
    ["/foo/", "/foo", "/xyz", "/xyz/"],
    ["/foo/bar", "/foo", "", "/bar"],
    ["/foo/", "/foo", "", "/"],
    ["/foo", "/foo", "", "/"],
    ["/foo/", "/foo", "/", "/"],
    ["/foo", "/foo", "/", "/"],
    ["/bar", "/", "/xyz", "/xyz/bar"],
    ["/", "/", "/xyz", "/xyz/"],
    ["/a/b/c", "/a/b", "/x", "/x/c"],
    ["/foo;v=1/bar;w", "/foo", "/xyz", "/xyz/bar;w"],
  ])("%s with prefix %s replaced by %j is %s", (path, prefix, value, expected) => {
    expect(modifyPath(path, { type: "ReplacePrefixMatch", value }, prefix)).toBe(expected);
  });
});

describe("ReplaceFullPath", () => {
  it("replaces the path whatever matched", () => {
    expect(modifyPath("/a/b", { type: "ReplaceFullPath", value: "/c" }, "/a")).toBe("/c");
    expect(modifyPath("/a/b", { type: "ReplaceFullPath", value: "" }, "/a")).toBe("/");
  });
});

describe("dropSegments", () => {
  it.each([
    ["/svc/orders", 2, ""],
    ["/svc/orders/", 2, "/"],
    ["/svc/orders/a/b", 2, "/a/b"],
    ["/a", 3, ""],
    ["/a/b", 0, "/a/b"],
  ])("%s without its first %i is %j", (path, count, rest) => {
    expect(dropSegments(path, count)).toBe(rest);
  });
});

describe("join", () => {
  it("puts exactly one slash between", () => {
    expect(join("/auth", "/x")).toBe("/auth/x");
    expect(join("/auth/", "/x")).toBe("/auth/x");
    expect(join("auth", "/x")).toBe("/auth/x");
    expect(join("", "/x")).toBe("/x");
    expect(join("", "")).toBe("/");
  });
});
