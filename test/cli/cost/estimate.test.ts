// What a mesh costs, against sums done by hand from the published prices.
import { describe, expect, it } from "vitest";
import { costLines } from "../../../src/cli/cost/cost.ts";
import { estimate, type CostQuestion } from "../../../src/cli/cost/estimate.ts";
import { API_GATEWAY, stepped } from "../../../src/cli/cost/prices.ts";

const usual: CostQuestion = { rps: 1000, services: 50, edges: 1, limits: 1, cpuMs: 1 };
const MILLIONS = 2629.8;
const named = (asked: CostQuestion, what: string): number => {
  const { selvage, others } = estimate(asked);
  return [...selvage, ...others].find((one) => one.what === what)?.month ?? Number.NaN;
};

describe("a steady thousand requests a second", () => {
  it("is billed for requests and CPU beyond what is included", () => {
    expect(estimate(usual).requests / 1e6).toBeCloseTo(MILLIONS, 1);
    expect(named(usual, "Worker requests")).toBeCloseTo((MILLIONS - 10) * 0.3, 1);
    expect(named(usual, "Worker CPU")).toBeCloseTo((MILLIONS - 30) * 0.02, 1);
    expect(named({ ...usual, cpuMs: 0.5 }, "Worker CPU")).toBeCloseTo((MILLIONS / 2 - 30) * 0.02, 1);
  });

  it("calls objects as often as was measured for ten services", () => {
    const { callsPer1000 } = estimate({ ...usual, services: 10 });
    expect(callsPer1000).toEqual({ mesh: 2, telemetry: 1.5, limits: 6, breakers: 4 });
    expect(named({ ...usual, services: 10 }, "Durable Object calls")).toBeCloseTo((MILLIONS * 0.01349 - 1) * 0.15, 1);
  });

  it("keeps an object awake for each service, each limit, the mesh, and four that count", () => {
    expect(estimate(usual).objectsAwake).toBe(56);
    const gbSeconds = 56 * 0.128 * MILLIONS * 1000;
    expect(named(usual, "Durable Objects awake")).toBeCloseTo(((gbSeconds - 400_000) / 1e6) * 12.5, 1);
    expect(named({ ...usual, services: 0, limits: 0 }, "Durable Objects awake")).toBeCloseTo(
      ((5 * 0.128 * MILLIONS * 1000 - 400_000) / 1e6) * 12.5,
      1,
    );
  });

  it("is the sum of its parts", () => {
    const rows = estimate(usual).selvage;
    const parts = rows.slice(0, -1).reduce((sum, { month }) => sum + month, 0);
    expect(rows.at(-1)).toMatchObject({ what: "selvage, all of it" });
    expect(rows.at(-1)?.month).toBeCloseTo(parts, 1);
    expect(rows.at(-1)?.perMillion).toBeCloseTo(parts / MILLIONS, 2);
  });
});

describe("others", () => {
  it("pays a call of an object for each request in the simplest design", () => {
    const passing = named(usual, "a Worker that passes on");
    const calls = (MILLIONS - 1) * 0.15;
    const awake = ((2 * 0.128 * MILLIONS * 1000 - 400_000) / 1e6) * 12.5;
    expect(named(usual, "a Worker, one object call a request")).toBeCloseTo(passing + calls + awake, 0);
    expect(named(usual, "a Worker, one row of D1 a request")).toBeCloseTo(passing, 1);
  });

  it("is processors and memory by Istio's figures: a sidecar in each of two pods a service, and one istiod", () => {
    const hours = (365.25 * 24) / 12;
    const memory = (gb: number): number => gb * 0.004445;
    expect(named(usual, "Istio, two sidecars a request")).toBeCloseTo(
      hours * (1.4 * 0.04048 + memory(1.5 + 100 * 0.06)),
      1,
    );
    expect(named(usual, "Istio ambient, two ztunnels and a waypoint")).toBeCloseTo(
      hours * (1.37 * 0.04048 + memory(1.5 + 2 * 0.012 + 0.06)),
      1,
    );
  });

  it("goes down the steps of a price list", () => {
    expect(stepped(API_GATEWAY.http, 100e6)).toBe(100);
    expect(stepped(API_GATEWAY.http, 400e6)).toBe(300 + 90);
    expect(stepped(API_GATEWAY.rest, 1100e6)).toBeCloseTo(333 * 3.5 + 667 * 2.8 + 100 * 2.38, 6);
    expect(stepped(API_GATEWAY.rest, 0)).toBe(0);
  });
});

describe("a fleet", () => {
  it("asks no object more often than it lets itself be asked", () => {
    const { callsPer1000 } = estimate({ rps: 100_000, services: 2, edges: 2000, limits: 1, cpuMs: 1 });
    const perSecond = (per1000: number): number => per1000 * 100;
    expect(perSecond(callsPer1000.limits)).toBeLessThanOrEqual(200);
    expect(perSecond(callsPer1000.breakers)).toBeLessThanOrEqual(400);
    expect(perSecond(callsPer1000.mesh)).toBeCloseTo(2000 / 1.8, -2);
  });

  it("never reports more often than it is asked", () => {
    const { callsPer1000 } = estimate({ ...usual, rps: 1, services: 500, edges: 10 });
    expect(callsPer1000.limits).toBeLessThanOrEqual(1000);
    expect(callsPer1000.breakers).toBeLessThanOrEqual(1000);
  });
});

it("is told in a table, dollars with cents", () => {
  const lines = costLines(estimate(usual));
  expect(lines[0]).toBe(
    "2630 million requests a month; object calls for 1000 requests: 2 mesh, 1.5 telemetry, 6 limits, 20 breakers",
  );
  expect(lines.find((line) => line.startsWith("Workers Paid"))).toMatch(/ 5\.00 +0\.002$/);
});
