import { describe, expect, it } from "vitest";
import { trimSpace } from "../../../src/decide/text/trim-space.ts";

describe("optional white space", () => {
  it.each([
    ["", ""],
    [" \t ", ""],
    ["a", "a"],
    [" a\tb\t ", "a\tb"],
    ["\u00a0a\n", "\u00a0a\n"],
  ])("is taken off both ends, and nothing else is: %j", (text, expected) => {
    expect(trimSpace(text)).toBe(expected);
  });
});
