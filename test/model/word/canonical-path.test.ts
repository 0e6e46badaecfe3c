import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalPath } from "../../../src/model/word/canonical-path.ts";
import { MAX_PATH_LENGTH, MAX_SEGMENTS } from "../../../src/model/word/path-fault.ts";

const of = (path: string): ReturnType<typeof canonicalPath> => canonicalPath(`http://shop.example${path}`);
const pathOf = (path: string): string => {
  const result = of(path);
  return result.ok ? result.path : result.reason;
};

describe("canonicalPath: what the platform hands us (every row of the path confusion table)", () => {
  it.each([
    ["/public/%2e%2e/admin/x", "/admin/x"],
    ["/public/%2E%2e/admin/x", "/admin/x"],
    ["/public/%2E./admin/x", "/admin/x"],
    ["/public/.%2e/admin/x", "/admin/x"],
    ["/adm%69n/x", "/admin/x"],
    ["/%61dmin/x", "/admin/x"],
    ["/ADMIN/x", "/ADMIN/x"],
    ["//admin/x", "/admin/x"],
    ["/admin//x", "/admin/x"],
    ["///", "/"],
    ["/a/../b", "/b"],
    ["/a/./b/.", "/a/b/"],
    ["/a/b/..", "/a/"],
    ["/public//../admin/x", "/public/admin/x"],
    ["/a#/../admin", "/a"],
    ["/a?x=1#f", "/a"],
    ["/a#frag", "/a"],
    ["/%252e%252e/admin", "/%252e%252e/admin"],
    ["/a%2bb%3f%23", "/a%2Bb%3F%23"],
    ['/a b<c>"`{}^|', "/a%20b%3Cc%3E%22%60%7B%7D%5E|"],
    ["/caf%c3%a9", "/caf%C3%A9"],
    ["/café/ü", "/caf%C3%A9/%C3%BC"],
    ["/%f0%9f%8e%89", "/%F0%9F%8E%89"],
    ["/.well-known/acme", "/.well-known/acme"],
    ["/...", "/..."],
    ["", "/"],
    ["?q", "/"],
  ])("takes %s as %s", (sent, canonical) => {
    expect(of(sent)).toMatchObject({ ok: true, path: canonical });
  });

  it.each([
    ["/public/..\\admin/x", "backslash"],
    ["/public/..%2fadmin/x", "encoded-separator"],
    ["/public/%2e%2e%5cadmin/x", "encoded-separator"],
    ["/admin%2Fx", "encoded-separator"],
    ["/public/..;/admin/x", "dot-segment-parameters"],
    ["/public/%2e%2e;a=b/admin/x", "dot-segment-parameters"],
    ["/;x/svc/orders", "unnamed-segment"],
    ["/a/%3bx/b", "unnamed-segment"],
    ["/public/.;/admin/x", "dot-segment-parameters"],
    ["/public/..%3b/admin/x", "dot-segment-parameters"],
    ["/a%00b", "control-character"],
    ["/a%0ab", "control-character"],
    ["/a%0db", "control-character"],
    ["/a%09b", "control-character"],
    ["/a%7fb", "control-character"],
    ["/a\tb", "control-character"],
    ["/a\u007fb", "control-character"],
    ["/é\u007fb", "control-character"],
    ["/%c0%ae%c0%ae/x", "not-utf8"],
    ["/%e9", "not-utf8"],
    ["/%c3/%a9", "not-utf8"],
    ["/%ed%a0%80", "not-utf8"],
    ["/%u0041", "bad-escape"],
    ["/admin/%", "bad-escape"],
    ["/admin/%4", "bad-escape"],
    ["/%c3%a", "bad-escape"],
    ["/\ufffd", "not-utf8"],
    ["/\ud800", "not-utf8"],
    ["/..", "above-root"],
    ["/a/../../b", "above-root"],
    ["/%2e%2e/%2e%2e/etc/passwd", "above-root"],
  ])("refuses %s: %s", (sent, reason) => {
    expect(of(sent)).toEqual({ ok: false, reason });
  });

  it("matches without path parameters, and forwards them", () => {
    expect(of("/admin;a=b/x;c")).toEqual({ ok: true, path: "/admin;a=b/x;c", matchPath: "/admin/x", search: "" });
    expect(of("/a/;x")).toMatchObject({ path: "/a/;x", matchPath: "/a/" });
    expect(of("/;x")).toMatchObject({ path: "/;x", matchPath: "/" });
  });

  it("keeps the query as it was sent, without the fragment", () => {
    expect(of("/a?x=%2e%2E&y=a/../b#f?g")).toMatchObject({ path: "/a", search: "?x=%2e%2E&y=a/../b" });
    expect(of("/a?")).toMatchObject({ search: "?" });
    expect(of("?x")).toMatchObject({ path: "/", search: "?x" });
    expect(of("/a?é")).toMatchObject({ search: "?é" });
  });

  it("refuses a query that parsers would change on the way", () => {
    expect(of("/a?x\ty")).toEqual({ ok: false, reason: "control-character" });
    expect(of("/a?x\ufffd")).toEqual({ ok: false, reason: "not-utf8" });
    expect(of("/a?x\ud800")).toEqual({ ok: false, reason: "not-utf8" });
  });

  it("refuses what is longer than 8 KiB, also once it is encoded", () => {
    expect(pathOf(`/${"a".repeat(MAX_PATH_LENGTH - 1)}`)).toHaveLength(MAX_PATH_LENGTH);
    expect(pathOf(`/${"a".repeat(MAX_PATH_LENGTH)}`)).toBe("too-long");
    expect(pathOf(`/${"é".repeat(MAX_PATH_LENGTH / 4)}`)).toBe("too-long");
    expect(pathOf(`/?${"a".repeat(MAX_PATH_LENGTH)}`)).toBe("too-long");
  });

  it("refuses more than 64 segments", () => {
    expect(pathOf("/a".repeat(MAX_SEGMENTS))).toBe("/a".repeat(MAX_SEGMENTS));
    expect(pathOf("/a".repeat(MAX_SEGMENTS + 1))).toBe("too-many-segments");
  });

  it("reads an origin-form target like a whole URL, and nothing else", () => {
    expect(canonicalPath("//admin/%78?y")).toEqual({ ok: true, path: "/admin/x", matchPath: "/admin/x", search: "?y" });
    expect(canonicalPath("https://[::1]:8787")).toMatchObject({ path: "/" });
    expect(canonicalPath("*")).toEqual({ ok: false, reason: "not-absolute" });
  });
});

describe("canonicalPath: properties", () => {
  const piece = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        "/",
        "/",
        ".",
        "..",
        "a",
        "admin",
        ";",
        ";x=1",
        "%2e",
        "%2E",
        "%61",
        "//",
        "/./",
        "/../",
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "%2f",
        "%5c",
        "\\",
        "%",
        "%00",
        "%c3%a9",
        "é",
        "|",
        "^",
        " ",
        "{",
        "%25",
        "%252e",
        "%3B",
        "\t",
      ),
    },
    { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 4 }) },
  );
  const anyPath = fc.array(piece, { maxLength: 14 }).map((pieces) => `/${pieces.join("").replaceAll(/[?#]/g, "")}`);
  const accepted = anyPath.map(of).filter((result) => result.ok);
  const runs = { numRuns: 3000 };

  it("is idempotent", () => {
    fc.assert(
      fc.property(accepted, ({ path, matchPath }) => {
        expect(of(path)).toEqual({ ok: true, path, matchPath, search: "" });
        expect(of(matchPath)).toEqual({ ok: true, path: matchPath, matchPath, search: "" });
      }),
      runs,
    );
  });

  it("is what a WHATWG URL makes of it: nothing on the way changes it again", () => {
    fc.assert(
      fc.property(accepted, ({ path }) => {
        expect(new URL(path, "http://shop.example").pathname).toBe(path);
      }),
      runs,
    );
  });

  it("never holds a dot segment, an empty segment, a backslash or an encoded separator", () => {
    fc.assert(
      fc.property(accepted, ({ path, matchPath }) => {
        expect(path).toMatch(/^\/[^\\]*$/);
        expect(path).not.toMatch(/\/\/|\/\.{1,2}(?:[;/]|$)|%2f|%5c|%00/i);
        expect(matchPath).not.toContain(";");
      }),
      runs,
    );
  });

  it("gives the same resource to servers that parse differently", () => {
    const decoded = (path: string): string => decodeURIComponent(path);
    const stripsParameters = (path: string): string =>
      path
        .split("/")
        .map((part) => decoded(part.split(";")[0] ?? ""))
        .join("/")
        .replaceAll(/\/{2,}/g, "/");
    const decodesThenSplits = (path: string): string[] => decoded(path).split("/");
    fc.assert(
      fc.property(accepted, ({ path, matchPath }) => {
        expect(stripsParameters(path)).toBe(decoded(matchPath));
        expect(decodesThenSplits(path)).toEqual(path.split("/").map(decoded));
        expect(decodesThenSplits(path)).not.toContain("..");
        expect(decodesThenSplits(path)).not.toContain(".");
      }),
      runs,
    );
  });

  it("never accepts a path whose WHATWG form leads elsewhere", () => {
    fc.assert(
      fc.property(anyPath, (sent) => {
        const result = of(sent);
        if (!result.ok) {
          return;
        }
        const seen = canonicalPath(new URL(`http://shop.example${sent}?`).href);
        expect(seen).toMatchObject({ ok: true, path: result.path });
      }),
      runs,
    );
  });
});

describe("encoded slashes that are kept", () => {
  it.each([
    ["/@scope%2fname", "/@scope%2fname", "/@scope%2Fname"],
    ["/a%2Fb/%7Ec/../d", "/a%2Fb/d", "/a%2Fb/d"],
    ["/%2Fetc%2Fhosts", "/%2Fetc%2Fhosts", "/%2Fetc%2Fhosts"],
    ["/%c3%a9%2f", "/%C3%A9%2f", "/%C3%A9%2F"],
  ])("stay in %s as they were written", (raw, path, matchPath) => {
    expect(canonicalPath(raw, "keep")).toEqual({ ok: true, path, matchPath, search: "", hasEncodedSlash: true });
    expect(canonicalPath(raw)).toEqual({ ok: false, reason: "encoded-separator" });
  });

  it.each([
    "/a%2f..%2fadmin",
    "/..%2Fadmin",
    "/a%2f%2e%2e",
    "/a%2f.",
    "/a;x%2fb",
    "/a%2fb;x",
    "/a%3bx%2fb",
    "/a%5cb",
    "/a%2f\\b",
  ])("are refused in %s, where servers that decode them read another path", (raw) => {
    expect(canonicalPath(raw, "keep")).toMatchObject({ ok: false });
  });

  it("change nothing about paths without them", () => {
    for (const raw of ["/a/%2e%2e/b", "/a;x/b", "/a//b", "/%41"]) {
      expect(canonicalPath(raw, "keep")).toEqual(canonicalPath(raw));
    }
  });
});
