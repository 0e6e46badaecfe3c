// When an isolate may decide from memory. Times are milliseconds after an arbitrary start.
import { describe, expect, it } from "vitest";
import { freshness, type Checks } from "../../../src/decide/fleet/freshness.ts";

const START = 1_800_000_000_000;
const at = (checkedAt: number | null, failedAt: number | null = null, pollMs = 500): Checks => ({
  checkedAt: checkedAt === null ? null : START + checkedAt,
  failedAt: failedAt === null ? null : START + failedAt,
  pollMs,
});

describe("freshness", () => {
  it.each([
    ["nothing was ever loaded", at(null), 0, "check-first"],
    ["nothing was ever loaded, and the last try just failed", at(null, 0), 1, "check-first"],
    ["it was checked within the interval", at(0), 500, "serve"],
    ["the interval has passed", at(0), 501, "refresh-behind"],
    ["the interval is long and has not passed", at(0, null, 1800), 1800, "serve"],
    ["it is two seconds old", at(0), 2000, "refresh-behind"],
    ["it is older than two seconds", at(0), 2001, "check-first"],
    ["the isolate slept for an hour", at(0), 3_600_000, "check-first"],
    ["the check failed a moment ago", at(0, 5000), 6000, "serve"],
    ["the check failed more than a second ago", at(0, 5000), 6001, "refresh-behind"],
    ["checks fail for ten seconds now", at(0, 5000), 15_000, "refresh-behind"],
    ["the last failure is long past too", at(0, 5000), 15_001, "check-first"],
  ])("%s", (_, checks, now, expected) => {
    expect(freshness(checks, START + now)).toBe(expected);
  });
});
