// When a token ends.
import { describe, expect, it } from "vitest";
import { expiry } from "../../../src/cli/commands/token.ts";

const now = Date.parse("2026-11-23T12:00:00Z");

describe("--expires", () => {
  it.each([
    ["24h", "2026-11-24T12:00:00.000Z"],
    ["90m", "2026-11-23T13:30:00.000Z"],
    ["2027-01-01T00:00:00Z", "2027-01-01T00:00:00.000Z"],
    ["2027-01-01T02:00:00+02:00", "2027-01-01T00:00:00.000Z"],
    ["0s", null],
    ["tomorrow", null],
    ["2027-13-45", null],
  ])("%s is %s", (text, expected) => {
    expect(expiry(text, now)).toBe(expected);
  });
});
