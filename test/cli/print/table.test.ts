// Tables for eyes and awk.
import { describe, expect, it } from "vitest";
import { table } from "../../../src/cli/print/table.ts";
import { age } from "../../../src/model/word/age.ts";

describe("table", () => {
  it("aligns columns with three spaces and leaves the last one as it is", () => {
    expect(
      table(
        ["NAME", "HOSTS", "AGE"],
        [
          ["orders", "a.example.com,b.example.com", "3d"],
          ["x", "*", "10s"],
        ],
      ),
    ).toEqual([
      "NAME     HOSTS                         AGE",
      "orders   a.example.com,b.example.com   3d",
      "x        *                             10s",
    ]);
  });

  it("shows an empty cell as -, so that the number of columns is the same in every line", () => {
    expect(table(["A", "B", "C"], [["", "b", ""]])).toEqual(["A   B   C", "-   b   -"]);
  });

  it("keeps a cell with line breaks on one line, and counts characters, not bytes", () => {
    expect(
      table(
        ["A", "B"],
        [
          ["x\ny", "1"],
          ["größe", "2"],
        ],
      ),
    ).toEqual(["A       B", "x y     1", "größe   2"]);
  });
});

describe("age", () => {
  const now = Date.parse("2026-11-23T12:00:00Z");
  it.each([
    ["2026-11-23T11:59:52Z", "8s"],
    ["2026-11-23T11:48:00Z", "12m"],
    ["2026-11-23T09:00:00Z", "3h"],
    ["2026-10-13T12:00:00Z", "41d"],
    ["2026-11-23T12:00:05Z", "0s"],
    [null, "-"],
    ["soon", "-"],
  ])("of %s is %s", (since, shown) => {
    expect(age(since, now)).toBe(shown);
  });
});
