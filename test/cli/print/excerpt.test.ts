// A fault as it is shown: place, line, caret.
import { describe, expect, it } from "vitest";
import { excerpt, type MarkedFault } from "../../../src/cli/print/excerpt.ts";
import { recordingTerminal } from "../../support/recording-terminal.ts";

const fault = (more: Partial<MarkedFault>): string[] =>
  excerpt(
    {
      severity: "error",
      code: "SLV1003",
      ref: null,
      message: "weight must not be negative",
      hint: "0 drains it",
      pointer: "#/0/spec/weight",
      place: { path: "route.yaml", line: 14, column: 15, text: "      weight: -20" },
      ...more,
    },
    recordingTerminal(),
  );

describe("excerpt", () => {
  it("shows file, line, column, the line itself and a caret below the column", () => {
    expect(fault({})).toEqual([
      "Error [SLV1003]: weight must not be negative",
      "  route.yaml:14:15",
      "   14 |       weight: -20",
      "      |               ^ 0 drains it",
    ]);
  });

  it("names the document of a warning", () => {
    expect(fault({ severity: "warning", code: "SLV1304", ref: "HTTPRoute/shop/pay", hint: null })[0]).toBe(
      "Warning [SLV1304] (HTTPRoute/shop/pay): weight must not be negative",
    );
  });

  it("shows the pointer when the place is not known", () => {
    expect(fault({ place: null })).toEqual([
      "Error [SLV1003]: weight must not be negative",
      "  at #/0/spec/weight",
      "  hint: 0 drains it",
    ]);
  });

  it("shows no caret without a column", () => {
    expect(fault({ place: { path: "a.yaml", line: 1, column: null, text: "kind: X" } })).toEqual([
      "Error [SLV1003]: weight must not be negative",
      "  a.yaml:1",
      "    1 | kind: X",
      "      | hint: 0 drains it",
    ]);
  });

  it("cuts a long line to the part around the column, and the caret moves with it", () => {
    const text = `${"x".repeat(200)}FAULT${"y".repeat(200)}`;
    const lines = fault({ hint: null, place: { path: "a.json", line: 1, column: 201, text } });
    const [, , shown = "", caret = ""] = lines;
    expect(shown.length).toBeLessThan(135);
    expect(shown.slice(caret.indexOf("^")).startsWith("FAULT")).toBe(true);
    expect(shown).toContain("…x");
    expect(shown.endsWith("y…")).toBe(true);
  });

  it("counts a tab as one column, as the mesh does", () => {
    const lines = fault({ hint: null, place: { path: "a.json", line: 2, column: 2, text: '\t"kind": 1' } });
    expect(lines.slice(2)).toEqual(['    2 |  "kind": 1', "      |  ^"]);
  });
});
