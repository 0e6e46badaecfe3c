import { describe, expect, it } from "vitest";
import { linePath, roundTop } from "../../../src/dashboard/signal/chart-path.ts";
import { countText, msText, percentText, rateText } from "../../../src/dashboard/word/number.ts";

describe("numbers", () => {
  it("are short, with their unit", () => {
    expect([1284, 10, 3.24, 0.051, 0].map(rateText)).toEqual(["1\u202F284/s", "10/s", "3.2/s", "0.05/s", "0/s"]);
    expect([0, 0.04, 31, 100].map(percentText)).toEqual(["0.0 %", "<0.1 %", "31.0 %", "100.0 %"]);
    expect([null, 0.5, 47.6, 2130].map(msText)).toEqual(["–", "0.5 ms", "48 ms", "2.1 s"]);
    expect(countText(1_234_567)).toBe("1\u202F234\u202F567");
  });
});

describe("a line", () => {
  const frame = { width: 100, height: 10, most: 10 };
  it("is drawn from edge to edge, and leaves gaps where nothing is known", () => {
    expect(linePath([0, 10, null, 5], frame)).toBe("M0.0,10.0 L33.3,0.0 M100.0,5.0");
  });

  it("of nothing is nothing, and never leaves its frame", () => {
    expect([linePath([], frame), linePath([50], frame), linePath([1], { ...frame, most: 0 })]).toEqual([
      "",
      "M0.0,0.0",
      "M0.0,10.0",
    ]);
  });

  it("has a round number at its top", () => {
    expect([[], [0], [0.03], [7], [12, null], [99], [100]].map(roundTop)).toEqual([1, 1, 0.05, 10, 20, 100, 100]);
  });
});
