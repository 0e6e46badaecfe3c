import { expect, it } from "vitest";
import { otherLabels } from "../../src/decide/signals/other.ts";
import type { SignalRow } from "../../src/model/message/signals.ts";
import { writeSignals } from "../../src/observe/analytics.ts";

const row = (nth: number, count: number): SignalRow => ({
  ...otherLabels(`shop/s${nth}`),
  status: 200,
  decision: "forwarded",
  count,
  sumMs: 10 * count,
  tries: count,
  buckets: [10, count],
});
type Point = { readonly indexes: string[]; readonly blobs: string[]; readonly doubles: number[] };
function written(rows: readonly SignalRow[]): Point[] {
  const points: Point[] = [];
  writeSignals({ writeDataPoint: (point) => void points.push(point) }, rows);
  return points;
}

it("writes a point for a row: the service as its index, labels, then counts and times", () => {
  expect(written([row(1, 3)])).toEqual([
    {
      indexes: ["shop/s1"],
      blobs: ["shop/s1", "_other", "_other", "_other", "_other", "_other", "200", "forwarded", "_other"],
      doubles: [3, 30, 3, 10, 10],
    },
  ]);
});

it("writes as many as the platform takes, the busiest by themselves, and no request is left out", () => {
  const points = written(Array.from({ length: 1000 }, (_, nth) => row(nth, nth + 1)));
  expect(points).toHaveLength(250);
  expect(points[0]?.doubles[0]).toBe(1000);
  expect(points.at(-1)?.blobs[0]).toBe("_other");
  expect(points.reduce((sum, { doubles }) => sum + (doubles[0] ?? 0), 0)).toBe(500_500);
  expect(
    written(Array.from({ length: 250 }, (_, nth) => row(nth, 1))).every(({ blobs }) => blobs[0] !== "_other"),
  ).toBe(true);
});

it("depends on nobody: a dataset that takes nothing fails nothing", () => {
  const full = () => {
    throw new Error("too many");
  };
  expect(() => writeSignals({ writeDataPoint: full }, [row(1, 1)])).not.toThrow();
});
