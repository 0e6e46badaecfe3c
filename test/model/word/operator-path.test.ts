import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalPath } from "../../../src/model/word/canonical-path.ts";
import { operatorPath, operatorPrefix } from "../../../src/model/word/operator-path.ts";

const told = (found: ReturnType<typeof operatorPath>): string => (found.ok ? found.path : found.detail);

describe("a path that an operator writes", () => {
  it.each([
    ["", "/"],
    ["orders", "/orders"],
    ["/orders/", "/orders/"],
    ["/a/../b//c", "/b/c"],
    ["/%61%2d", "/a-"],
    ["/é", "/%C3%A9"],
    ["/{x}", "/%7Bx%7D"],
  ])("%j is %s", (text, path) => {
    expect(told(operatorPath(text))).toBe(path);
    expect(told(operatorPrefix(text))).toBe(path);
  });

  it.each([
    ["http://other.example/x", "The path is a whole URL"],
    ["/v2?src=old", "The path holds a query or a fragment"],
    ["/v2#top", "The path holds a query or a fragment"],
    ["/..", 'The path climbs above the root with ".."'],
    ["/%2f/../admin", "The path holds an encoded slash or backslash (%2F, %5C), which servers read differently"],
    ["/a%/../admin", "The path holds a percent sign that is not followed by two hexadecimal digits"],
    ["/x/..;/../../admin", 'The path holds ".." or "." with parameters, which servers read differently'],
    ["/a\\b", "The path holds a backslash, which some servers read as a slash"],
    ["/a\u0000b", "The path or the query holds a control character"],
    ["/\ud800", "The path or the query is not valid UTF-8"],
    ["/a".repeat(65), "The path has more than 64 segments"],
  ])("%j is refused", (text, detail) => {
    expect(told(operatorPath(text))).toBe(detail);
    expect(told(operatorPrefix(text))).toBe(detail);
  });

  it("may end in parameters only as a whole: behind a prefix they would be a segment of their own", () => {
    expect(told(operatorPath("/a/;x"))).toBe("/a/;x");
    expect(told(operatorPrefix("/a/;x"))).toBe(
      "The path holds a segment of parameters only, which servers read differently",
    );
  });

  it("as a prefix makes canonical paths of canonical paths", () => {
    const piece = fc.constantFrom(..."/ a .. . ; ;x %2f %2e % %61 %c3%a9 é { \\ // /../ ?".split(" "), " ");
    const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(text, text, (written, asked) => {
        const prefix = operatorPrefix(written);
        const rest = canonicalPath(`/${asked}`);
        if (!prefix.ok || !rest.ok) {
          return;
        }
        const path = prefix.path.replace(/\/$/, "") + rest.path;
        expect(canonicalPath(path)).toMatchObject({ ok: true, path });
        expect(new URL(`http://orders.example${path}`).pathname).toBe(path);
      }),
      { numRuns: 3000 },
    );
  });
});
