import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toldResult, MOST_TEXT_BYTES, refusedResult } from "../../src/mcp/told.ts";
import { bytesOf, visibleLine, visibleValue } from "../../src/mcp/visible-text.ts";

const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u;
const anyText = fc.string({ unit: "binary", maxLength: 3000 });
const textOf = (result: ReturnType<typeof toldResult>): string =>
  result.content.map((part) => (part.type === "text" ? part.text : "")).join("");

describe("what a tool tells", () => {
  it("has at most 2 kB of text and nothing invisible in it, whatever the registry holds", () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 30 }), (lines) => {
        for (const result of [
          toldResult({ data: { lines }, lines }),
          refusedResult({ exitCode: 6, status: 422, message: lines.join("\n"), hint: lines[0] ?? "" }),
        ]) {
          expect(bytesOf(textOf(result))).toBeLessThanOrEqual(MOST_TEXT_BYTES);
          expect(textOf(result).replaceAll("\n", "")).not.toMatch(HIDDEN);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("cuts the longest list to what fits, and says so", () => {
    const items = Array.from({ length: 1000 }, (_, nth) => ({ nth, text: "x".repeat(200) }));
    const { structuredContent } = toldResult({ data: { items, revision: 7 }, lines: [] });
    const { left, data } = structuredContent as {
      left: { shown: number; of: number };
      data: { items: object[]; revision: number };
    };
    expect(left).toMatchObject({ member: "items", of: 1000 });
    expect(data.items).toEqual(items.slice(0, left.shown));
    expect([left.shown > 250, left.shown < 320, data.revision]).toEqual([true, true, 7]);
  });

  it("leaves out what cannot be cut", () => {
    const { structuredContent } = toldResult({ data: { text: "x".repeat(70_000) }, lines: [] });
    expect(structuredContent).toMatchObject({ data: {}, left: { shown: 0, of: 1 } });
  });

  it("is whole when it fits", () => {
    const { structuredContent } = toldResult({ data: { a: [1, "b", null, true] }, lines: ["a"] });
    expect(structuredContent).toEqual({ notice: expect.any(String), data: { a: [1, "b", null, true] } });
  });

  it("names code, places and mends of a refusal", () => {
    const errors = [{ pointer: "#/spec", detail: "is missing", hint: "Write one." }];
    const problem = { type: "", title: "Not valid", status: 422, detail: "d", code: "SLV1003", requestId: "r", errors };
    const result = refusedResult({ exitCode: 6, status: 422, message: "d", problem });
    expect(textOf(result)).toBe("SLV1003 Not valid: d\n#/spec: is missing Write one.");
    expect(result.isError).toBe(true);
  });
});

describe("texts", () => {
  it.each([
    ["tags, which models read and people do not", "a\u{E0049}b", "a\\u{e0049}b"],
    ["marks of direction", "a\u202Eb", "a\\u{202e}b"],
    ["zero widths", "a\u200Bb\uFEFF", "a\\u{200b}b\\u{feff}"],
    ["controls", "a\u001B[2Jb", "a\\u{1b}[2Jb"],
    ["selectors that carry data", "a\u{E0101}b\uFE01", "a\\u{e0101}b\\u{fe01}"],
    ["line breaks, on one line", "a\r\nb\tc", "a b c"],
  ])("show %s", (_, hidden, shown) => {
    expect(visibleLine(hidden)).toBe(shown);
  });

  it("keep letters of every script, emoji, and the line breaks of documents", () => {
    const text = "Natsume Sōseki · 夏目漱石 · \u{1F4DA}\n\tkey: value";
    expect(visibleValue({ [text]: [text, 1] })).toEqual({ [text]: [text, 1] });
  });
});
