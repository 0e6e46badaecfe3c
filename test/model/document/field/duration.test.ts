import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDuration } from "../../../../src/model/document/field/duration.ts";

describe("parseDuration", () => {
  it.each([
    ["250ms", 250],
    ["5s", 5000],
    ["1m", 60_000],
    ["1m30s", 90_000],
    ["1.5s", 1500],
    [".5h", 1_800_000],
    ["1.s", 1000],
    ["0", 0],
    ["0s", 0],
    ["1h1m1s1ms1us1ns", 3_661_001.001001],
    ["500us", 0.5],
    ["500µs", 0.5],
    ["500μs", 0.5],
    ["0.1s0.2s", 300],
  ])("reads %s", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(["", "5", "s", "-5s", "+5s", "5 s", "5S", "5d", "1e3s", "1..5s", ".s", "5s ", "５s", "1s2", "0x1s"])(
    "does not take %j for a duration",
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  it("refuses what is longer than ten years or than 64 characters", () => {
    expect(parseDuration("87600h")).toBe(315_360_000_000);
    expect(parseDuration("87601h")).toBeNull();
    expect(parseDuration("1s".repeat(33))).toBeNull();
  });

  it("adds up its parts whatever their order", () => {
    const part = fc.tuple(fc.nat(99_999), fc.constantFrom("ms", "s", "m"));
    const unit: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const text = parts.map(([number, name]) => `${number}${name}`).join("");
        expect(parseDuration(text)).toBe(parts.reduce((sum, [number, name]) => sum + number * unit[name]!, 0));
      }),
    );
  });
});
