// How many requests fit: of the last ten seconds.
import { expect, it } from "vitest";
import { lastMeters, rateOf, type Meter } from "../../../src/dashboard/watch/rate.ts";

const meter = (matched: number, shown = matched): Meter => ({ live: true, matched, shown, dropped: matched - shown });

it("knows nothing before the first second was told", () => {
  expect(rateOf([])).toBeNull();
});

it("is of the last ten seconds, and forgets those before", () => {
  const meters = [1000, ...Array<number>(10).fill(80)].reduce<readonly Meter[]>(
    (all, matched) => lastMeters(all, meter(matched, 50)),
    [],
  );
  expect(meters).toHaveLength(10);
  expect(rateOf(meters)).toEqual({ live: true, perSecond: 80, shownPerSecond: 50 });
});

it("says whether isolates watch just now", () => {
  expect(rateOf([meter(1), { ...meter(1), live: false }])).toMatchObject({ live: false });
});
