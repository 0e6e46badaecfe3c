import { describe, expect, it } from "vitest";
import { isFastOpen, newFastBreaker, recordFast } from "../../../src/decide/breaker/fast-breaker.ts";

describe("an isolate's fast breaker", () => {
  it("opens for a second at the fifth failure in a row", () => {
    const breaker = newFastBreaker();
    const opened = [1, 2, 3, 4, 5].map((now) => recordFast(breaker, false, now));
    expect(opened).toEqual([false, false, false, false, true]);
    expect([isFastOpen(breaker, 1004), isFastOpen(breaker, 1005)]).toEqual([true, false]);
  });

  it("stays closed when a success stands between", () => {
    const breaker = newFastBreaker();
    for (const ok of [false, false, false, false, true, false, false, false, false]) {
      recordFast(breaker, ok, 0);
    }
    expect(isFastOpen(breaker, 1)).toBe(false);
  });

  it("opens when half of ten calls within five seconds fail, and not when they are spread over more", () => {
    const dense = newFastBreaker();
    const spread = newFastBreaker();
    const outcomes = [true, false, true, false, true, false, true, false, true, false];
    expect(outcomes.map((ok, index) => recordFast(dense, ok, index * 100)).lastIndexOf(true)).toBe(9);
    expect(outcomes.map((ok, index) => recordFast(spread, ok, index * 1000)).lastIndexOf(true)).toBe(-1);
  });

  it("opens again at the first failure afterwards, twice as long each time, up to eight seconds", () => {
    const breaker = newFastBreaker();
    for (let call = 0; call < 5; call += 1) {
      recordFast(breaker, false, 0);
    }
    const lasted = [1, 2, 3, 4].map(() => {
      const now = breaker.openUntil;
      expect(recordFast(breaker, false, now)).toBe(true);
      return breaker.openUntil - now;
    });
    expect(lasted).toEqual([2000, 4000, 8000, 8000]);
  });

  it("begins with a second again after ten quiet ones", () => {
    const breaker = newFastBreaker();
    for (let call = 0; call < 5; call += 1) {
      recordFast(breaker, false, 0);
    }
    recordFast(breaker, true, 20_000);
    for (let call = 0; call < 5; call += 1) {
      recordFast(breaker, false, 20_001);
    }
    expect(breaker.openUntil).toBe(21_001);
  });
});
