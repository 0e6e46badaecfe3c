import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dropSegments, join, modifyPath } from "../../../src/decide/route/rewrite.ts";
import { canonicalPath } from "../../../src/model/word/canonical-path.ts";

const made = (...of: Parameters<typeof modifyPath>): string => {
  const found = modifyPath(...of);
  return found.ok ? found.path : found.reason;
};

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
    expect(made(path, { type: "ReplacePrefixMatch", value }, prefix)).toBe(expected);
  });
});

describe("ReplaceFullPath", () => {
  it("replaces the path whatever matched", () => {
    expect(made("/a/b", { type: "ReplaceFullPath", value: "/c" }, "/a")).toBe("/c");
    expect(made("/a/b", { type: "ReplaceFullPath", value: "" }, "/a")).toBe("/");
  });
});

describe("a replacement that nobody has checked (a snapshot of an earlier release)", () => {
  it.each([
    ["/..", "above-root"],
    ["/%2f/../admin", "encoded-separator"],
    ["/a%/../admin", "bad-escape"],
    ["/x/..;/../admin", "dot-segment-parameters"],
    ["/a\\b", "backslash"],
  ])("%j goes nowhere: %s", (value, reason) => {
    expect(made("/p/x", { type: "ReplacePrefixMatch", value }, "/p")).toBe(reason);
    expect(made("/p/x", { type: "ReplaceFullPath", value }, "/p")).toBe(reason);
  });

  it.each([
    ["/a/../admin", "/admin/x"],
    ["/é", "/%C3%A9/x"],
    ["/{id}", "/%7Bid%7D/x"],
  ])("%j is judged and forwarded as %s", (value, expected) => {
    expect(made("/p/x", { type: "ReplacePrefixMatch", value }, "/p")).toBe(expected);
  });

  it("makes no path longer than requests may have", () => {
    const long = `/p/${"x".repeat(8000)}`;
    expect(made(long, { type: "ReplacePrefixMatch", value: `/${"y".repeat(1000)}` }, "/p")).toBe("too-long");
    const deep = `/p${"/x".repeat(60)}`;
    expect(made(deep, { type: "ReplacePrefixMatch", value: "/a".repeat(10) }, "/p")).toBe("too-many-segments");
  });

  it("whatever it is, the result is canonical for every reader, or there is none", () => {
    const piece = fc.constantFrom(
      ..."/ /a b .. . ; %2f %2e %2E %5c % %61 %c3%a9 é { \\ // /../ ;x ? #".split(" "),
      "\t",
      " ",
    );
    const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
    const type = fc.constantFrom("ReplaceFullPath" as const, "ReplacePrefixMatch" as const);
    fc.assert(
      fc.property(text, text, type, fc.constantFrom("/", "/a", "/a/b"), (value, rest, kind, prefix) => {
        const asked = canonicalPath(`/a/b/${rest}`);
        if (!asked.ok) {
          return;
        }
        const found = modifyPath(asked.path, { type: kind, value }, prefix);
        if (!found.ok) {
          return;
        }
        expect(canonicalPath(found.path)).toMatchObject({ ok: true, path: found.path, matchPath: found.matchPath });
        expect(new URL(`http://shop.example${found.path}`).pathname).toBe(found.path);
      }),
      { numRuns: 3000 },
    );
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
