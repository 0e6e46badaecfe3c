import { expect, it } from "vitest";
import { countedSteps } from "../../../src/dashboard/signal/counted-steps.ts";

const STEP = 30;
const BEGUN = Date.parse("2026-11-30T12:00:00Z");
const at = (seconds: number): string => new Date(BEGUN + seconds * 1000).toISOString();
const series = [0, 1, 2, 3].map((nth) => ({
  at: at(nth * STEP),
  requests: 1,
  errors: 0,
  limited: 0,
  denied: 0,
  meanMs: null,
  p50Ms: null,
  p95Ms: null,
  p99Ms: null,
}));
const seconds = (to: number, asOf: number | null, countedSince: number | null = null): number[] =>
  countedSteps(series, STEP, {
    to: at(to),
    asOf: asOf === null ? null : at(asOf),
    countedSince: countedSince === null ? null : at(countedSince),
  }).map((one) => one.seconds);

it("the newest step is as long as it was told of, and left out while that is next to nothing", () => {
  expect(seconds(119, 117)).toEqual([30, 30, 30, 27]);
  expect(seconds(97, 96)).toEqual([30, 30, 30, 6]);
  expect(seconds(96, 94)).toEqual([30, 30, 30]);
  // Of the one before not everything was told either.
  expect(seconds(96, 88)).toEqual([30, 30, 28]);
});

it("a step that nobody tells of for long had no requests", () => {
  expect(seconds(119, 10)).toEqual([30, 30, 29]);
  expect(seconds(200, 10)).toEqual([30, 30, 30, 30]);
});

it("nothing was counted before there was anybody who counts", () => {
  expect(seconds(119, 117, 70)).toEqual([0, 0, 20, 27]);
  expect(seconds(200, null)).toEqual([30, 30, 30, 30]);
});
