import { describe, expect, it } from "vitest";
import {
  began,
  ended,
  forgone,
  inFlight,
  loadOf,
  newEndpointLoad,
  slowStart,
} from "../../../src/decide/balance/endpoint-load.ts";

const answeredIn = (...tookMs: number[]): ReturnType<typeof newEndpointLoad> => {
  const load = newEndpointLoad(null);
  for (const took of tookMs) {
    began(load, 0);
    ended(load, 0, took, 0);
  }
  return load;
};

describe("peak EWMA", () => {
  it("takes a slower answer at once", () => {
    expect(loadOf(answeredIn(10, 400), 0)).toBe(400);
  });

  it("takes a faster answer little by little: after 10 s a third of the old cost is left", () => {
    const load = answeredIn(400);
    began(load, 0);
    ended(load, 10_000, 10, 10_000);
    expect(load.costMs).toBeCloseTo(400 * Math.exp(-1) + 10 * (1 - Math.exp(-1)), 6);
  });

  it("learns nothing from a try that its caller ended, and has one less on its way", () => {
    const load = answeredIn(400);
    began(load, 0);
    forgone(load, 0, 0);
    expect([inFlight(load, 0), load.costMs, load.costAtMs]).toEqual([0, 400, 0]);
  });

  it("makes an endpoint that nobody asks attractive again", () => {
    const load = answeredIn(5000);
    expect(loadOf(load, 20_000)).toBeCloseTo(5000 * Math.exp(-2), 6);
    expect(loadOf(load, 600_000)).toBe(1);
  });

  it("counts what is in flight", () => {
    const load = answeredIn(10);
    began(load, 0);
    began(load, 0);
    expect(loadOf(load, 0)).toBe(30);
    ended(load, 0, 10, 0);
    expect(loadOf(load, 0)).toBe(20);
  });

  it("tries an endpoint that nothing is known of, once at a time", () => {
    const load = newEndpointLoad(null);
    expect(loadOf(load, 0)).toBe(0);
    began(load, 0);
    expect(loadOf(load, 0)).toBeGreaterThan(1e12);
  });

  it("never counts less than nothing in flight", () => {
    const load = newEndpointLoad(null);
    ended(load, 0, 5, 0);
    expect(inFlight(load, 0)).toBe(0);
  });
});

describe("what is in flight", () => {
  it("is forgotten after 30 to 60 s, when the caller went away and no end was noted", () => {
    const load = newEndpointLoad(null);
    began(load, 1_000_000);
    expect([0, 29_999, 30_000, 59_999, 60_000].map((more) => inFlight(load, 1_000_000 + more))).toEqual([
      1, 1, 1, 1, 0,
    ]);
    began(load, 1_040_000);
    expect(inFlight(load, 1_040_000)).toBe(2);
    expect(inFlight(load, 1_070_000)).toBe(1);
  });

  it("is taken back from the span it began in, and never from a later one", () => {
    const load = newEndpointLoad(null);
    began(load, 1_000_000);
    began(load, 1_031_000);
    ended(load, 1_000_000, 31_000, 1_032_000);
    expect(inFlight(load, 1_032_000)).toBe(1);
    began(load, 1_062_000);
    ended(load, 1_000_000, 62_000, 1_063_000);
    expect(inFlight(load, 1_063_000)).toBe(2);
  });
});

it("slow start goes from a tenth to everything in 30 s", () => {
  const load = newEndpointLoad(1000);
  expect([1000, 3000, 4000, 16_000, 31_000, 99_000].map((nowMs) => slowStart(load, nowMs))).toEqual([
    0.1, 0.1, 0.1, 0.5, 1, 1,
  ]);
  expect(slowStart(newEndpointLoad(null), 0)).toBe(1);
});
