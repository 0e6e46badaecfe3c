import { describe, expect, it } from "vitest";
import { downtimeOf } from "../../../src/decide/signals/downtime.ts";
import { onsetOf } from "../../../src/decide/signals/onset.ts";
import type { SeriesPoint } from "../../../src/model/api/signals.ts";

const ONSET = Date.UTC(2026, 0, 1, 12);
const text = (ms: number): string => new Date(ms).toISOString();

const point = (nth: number, requests: number, errors: number): SeriesPoint => ({
  at: text(ONSET + nth * 10_000),
  requests,
  errors,
  limited: 0,
  denied: 0,
  meanMs: null,
  p50Ms: null,
  p95Ms: null,
  p99Ms: null,
});

describe("onsetOf", () => {
  const onset = (series: readonly SeriesPoint[]) => onsetOf(series, { requests: 0, denied: 0 });

  it("is the first of the last bad steps in a row; steps without requests do not break it", () => {
    const series = [point(0, 10, 9), point(1, 10, 0), point(2, 10, 1), point(3, 0, 0), point(4, 10, 2)];
    expect(onset(series)).toEqual({ since: text(ONSET + 20_000), until: null });
    expect(onset([])).toBeNull();
    const denied = [1, 9, 9].map((refused, nth) => Object.assign(point(nth, 20, 0), { denied: refused }));
    expect(onset(denied)).toEqual({ since: text(ONSET + 10_000), until: null });
  });

  it("is not ended by steps that went well but had too few requests to show it", () => {
    // Four of a hundred fail: ten that went well say nothing, two hundred do.
    const series = [point(0, 100, 0), point(1, 200, 8), point(2, 10, 0), point(3, 100, 4)];
    expect(onset([...series, point(4, 10, 0)])).toEqual({ since: text(ONSET + 10_000), until: null });
    expect(onset([...series, point(4, 90, 0), point(5, 110, 0)])).toEqual({
      since: text(ONSET + 10_000),
      until: text(ONSET + 40_000),
    });
    expect(onset([...series, point(4, 200, 0), point(5, 20, 3)])).toEqual({
      since: text(ONSET + 50_000),
      until: null,
    });
    // Where six are usual, one is luck sooner than none is.
    const luck = [point(0, 150, 6), point(1, 150, 6), point(2, 150, 1)];
    expect(onset(luck)?.until).toBeNull();
    expect(onset([...luck, point(3, 100, 0)])?.until).toBe(text(ONSET + 20_000));
    // A few that failed are over with the first step that goes well.
    expect(onset([point(0, 100, 4), point(1, 1, 0)])?.until).toBe(text(ONSET + 10_000));
  });
});

describe("downtimeOf", () => {
  it("joins bad steps, bridges silence, and says what goes on", () => {
    const series = [point(0, 10, 5), point(1, 0, 0), point(2, 30, 3), point(3, 30, 0), point(4, 4, 4), point(5, 5, 5)];
    expect(downtimeOf(series, 10_000)).toEqual([
      { from: ONSET, to: ONSET + 30_000, requests: 40, errors: 8, isOngoing: false },
      { from: ONSET + 50_000, to: ONSET + 60_000, requests: 5, errors: 5, isOngoing: true },
    ]);
  });
});
