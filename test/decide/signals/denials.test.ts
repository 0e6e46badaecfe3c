import { describe, expect, it } from "vitest";
import { deniedMore } from "../../../src/decide/signals/denials.ts";

const BEGUN = Date.UTC(2026, 0, 1, 12);
const at = (nth: number): string => new Date(BEGUN + nth * 10_000).toISOString();

/** What was asked in each step, and what of that was refused. */
type Counts = readonly [requests: number, denied: number];

function found(steps: readonly Counts[], [requests, denied]: Counts = [0, 0]): ReturnType<typeof deniedMore> {
  const series = steps.map((one, nth) => ({ at: at(nth), requests: one[0], denied: one[1] }));
  const sum = (of: "requests" | "denied"): number => series.reduce((total, step) => total + step[of], 0);
  return deniedMore({
    signals: { requests: sum("requests"), denied: sum("denied") },
    before: { requests, denied },
    series,
  });
}

const since = (nth: number, more: object = {}) => ({ since: at(nth), until: null, ...more });

describe("callers that were let in before", () => {
  it("are seen in a mesh so young that there was no window before", () => {
    expect(
      found([
        [80, 0],
        [90, 0],
        [100, 25],
      ]),
    ).toMatchObject(since(2, { requests: 100, denied: 25, usualPercent: 0 }));
  });

  it("are seen again a minute after the same went wrong last, and though that was in the window before", () => {
    const again: Counts[] = [
      [110, 40],
      [90, 0],
      [90, 0],
      [90, 0],
      [90, 0],
      [110, 30],
      [60, 22],
    ];
    expect(found(again, [500, 40])).toMatchObject(since(5, { requests: 170, denied: 52 }));
  });

  it("are seen where nobody else calls, however seldom", () => {
    const seldom = (denied: number): Counts[] => Array.from({ length: 6 }, () => [2, denied]);
    expect(found([...seldom(0), ...seldom(2)], [40, 0])).toMatchObject(since(6, { requests: 12, denied: 12 }));
  });

  it("are told of with when that was over", () => {
    expect(
      found(
        [
          [90, 0],
          [110, 40],
          [90, 0],
          [90, 0],
        ],
        [500, 2],
      ),
    ).toMatchObject({ since: at(1), until: at(2) });
  });

  it("are seen in a service that has no series of its own, by the window alone", () => {
    const signals = { requests: 400, denied: 120 };
    const series = [{ at: at(0), requests: 0, denied: 0 }];
    expect(deniedMore({ signals, before: { requests: 400, denied: 4 }, series })).toMatchObject(since(0));
    expect(deniedMore({ signals, before: { requests: 400, denied: 100 }, series })).toBeNull();
  });
});

describe("strangers", () => {
  it("are refused at any time, be they few or most of those who ask", () => {
    const steady = (denied: number): Counts[] => [0, 2, -2, 1, -1, 3].map((more) => [50, denied + more]);
    for (const denied of [3, 10, 40]) {
      expect(found(steady(denied), [300, 6 * denied]), `${denied} of 50`).toBeNull();
      expect(found(steady(denied)), `${denied} of 50 since the mesh began`).toBeNull();
    }
  });

  it("that chance brings together in one step are no state", () => {
    expect(
      found(
        [
          [55, 5],
          [55, 2],
          [52, 13],
          [20, 4],
        ],
        [300, 20],
      ),
    ).toBeNull();
    expect(
      found(
        [
          [90, 0],
          [90, 9],
        ],
        [500, 0],
      ),
    ).toBeNull();
  });

  it("of a mesh that has only begun are like any others: nothing is known to compare them with", () => {
    expect(
      found([
        [60, 30],
        [60, 30],
      ]),
    ).toBeNull();
    expect(found([[60, 0]])).toBeNull();
  });
});
