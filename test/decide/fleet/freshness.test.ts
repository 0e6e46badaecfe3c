// When an isolate may decide from memory. Times are milliseconds after an arbitrary start.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { freshness, type Checks } from "../../../src/decide/fleet/freshness.ts";

const START = 1_800_000_000_000;
const DAY = 86_400_000;
const TERMS = { checkFirstMs: 2000, lastGoodMs: DAY, outageMs: 10_000 };
/** Asked again a second after a failure. */
const at = (confirmedAt: number | null, failedAt: number | null = null, freshMs = 500): Checks => ({
  confirmedAt: confirmedAt === null ? null : START + confirmedAt,
  failedAt: failedAt === null ? null : START + failedAt,
  notBefore: failedAt === null ? 0 : START + failedAt + 1000,
  freshMs,
});

describe("freshness", () => {
  it.each([
    ["nothing was ever loaded", at(null), 0, "check-first"],
    ["nothing was ever loaded, and the last try just failed", at(null, 0), 999, "expired"],
    ["nothing was ever loaded, and the last try was a second ago", at(null, 0), 1000, "check-first"],
    ["it was checked within the interval", at(0), 500, "serve"],
    ["the interval has passed", at(0), 501, "refresh-behind"],
    ["the interval is long and has not passed", at(0, null, 1800), 1800, "serve"],
    ["it is two seconds old", at(0), 2000, "refresh-behind"],
    ["it is older than two seconds", at(0), 2001, "check-first"],
    ["the isolate slept for an hour", at(0), 3_600_000, "check-first"],
    ["the check failed a moment ago", at(0, 5000), 5999, "serve"],
    ["the check failed a second ago", at(0, 5000), 6000, "refresh-behind"],
    ["checks fail for ten seconds now", at(0, 5000), 15_000, "refresh-behind"],
    ["the last failure is long past too", at(0, 5000), 15_001, "check-first"],
    ["it is a day old", at(0), DAY, "check-first"],
    ["it is more than a day old, and the check just failed", at(0, DAY), DAY + 999, "expired"],
    ["it is more than a day old, and checks keep failing", at(0, DAY), DAY + 1001, "check-first"],
  ])("%s", (_, checks, now, expected) => {
    expect(freshness(TERMS, checks, START + now)).toBe(expected);
  });

  const time = fc.option(fc.nat(2 * DAY));
  it("uses nothing beyond its last good age, and asks nobody before it may", () => {
    fc.assert(
      fc.property(time, time, fc.nat(2 * DAY), fc.nat(2 * DAY), (confirmedAt, failedAt, notBefore, now) => {
        const verdict = freshness(TERMS, { confirmedAt, failedAt, notBefore, freshMs: 500 }, now);
        const isUsable = confirmedAt !== null && now - confirmedAt <= DAY;
        if (verdict === "serve" || verdict === "refresh-behind") {
          expect(isUsable).toBe(true);
        }
        if (verdict === "expired") {
          expect(isUsable).toBe(false);
        }
        if (verdict === "refresh-behind" || verdict === "check-first") {
          expect(now).toBeGreaterThanOrEqual(notBefore);
        }
      }),
    );
  });

  it("asks first for whatever is older than its terms allow, while nothing fails", () => {
    fc.assert(
      fc.property(fc.nat(2 * DAY), (age) => {
        const isOld = freshness(TERMS, at(0), START + age) === "check-first";
        expect(isOld).toBe(age > TERMS.checkFirstMs);
      }),
    );
  });
});
