import { describe, expect, it } from "vitest";
import { balance } from "../../../src/decide/balance/balance.ts";
import { followHealth, loadIn, newEndpointStats, statsOf } from "../../../src/decide/balance/endpoint-stats.ts";
import { began } from "../../../src/decide/balance/endpoint-load.ts";
import { endpoint, how, served, sharesOf } from "../../support/balancing.ts";

const [a, b, c] = [endpoint("a"), endpoint("b"), endpoint("c")];

describe("peak-ewma", () => {
  it("spreads evenly over endpoints that are alike", () => {
    const { a: first = 0, b: second = 0, c: third = 0 } = sharesOf([a, b, c], how([a, b, c]));
    expect(Math.max(first, second, third) - Math.min(first, second, third)).toBeLessThanOrEqual(2);
  });

  it("leaves the slowest of three, whichever is drawn beside it", () => {
    const balancing = how([a, b, c]);
    served(balancing.stats, a, 10);
    served(balancing.stats, b, 10);
    served(balancing.stats, c, 200);
    expect(sharesOf([a, b, c], balancing)["c"]).toBe(0);
  });

  it("asks one that is not known before one that is", () => {
    const balancing = how([a, b]);
    served(balancing.stats, a, 10);
    expect(balance([a, b], null, [], balancing)).toBe(b);
    began(loadIn(balancing.stats, b)!, 0);
    expect(balance([a, b], null, [], balancing)).toBe(a);
  });

  it("keeps weights that differ, as long as none is clearly worse", () => {
    const heavy = endpoint("heavy", { weight: 95 });
    const light = endpoint("light", { weight: 5 });
    const balancing = how([heavy, light]);
    expect(sharesOf([heavy, light], balancing)).toEqual({ heavy: 95, light: 5 });
    served(balancing.stats, heavy, 30);
    served(balancing.stats, light, 10);
    expect(sharesOf([heavy, light], balancing)["light"]).toBeLessThanOrEqual(6);
    served(balancing.stats, heavy, 5000);
    expect(sharesOf([heavy, light], balancing)).toEqual({ heavy: 0, light: 100 });
  });
});

describe("least-request", () => {
  it("takes the one of two with less in flight", () => {
    const balancing = how([a, b], { policy: "least-request" });
    began(loadIn(balancing.stats, a)!, 0);
    expect(sharesOf([a, b], balancing)).toEqual({ a: 0, b: 100 });
  });

  it("overrules a weight only when four times as much is in flight", () => {
    const heavy = endpoint("heavy", { weight: 9 });
    const balancing = how([heavy, b], { policy: "least-request" });
    const load = loadIn(balancing.stats, heavy)!;
    for (let one = 0; one < 3; one++) {
      began(load, 0);
    }
    expect(sharesOf([heavy, b], balancing)).toEqual({ heavy: 90, b: 10 });
    began(load, 0);
    expect(sharesOf([heavy, b], balancing)).toEqual({ heavy: 0, b: 100 });
  });
});

describe("round-robin", () => {
  it("goes round by weight, without bursts", () => {
    const heavy = endpoint("h", { weight: 5 });
    const balancing = how([heavy, b, c], { policy: "round-robin" });
    const turns = Array.from({ length: 14 }, () => balance([heavy, b, c], null, [], balancing)?.id);
    expect(turns.join("")).toBe("hhbhchhhhbhchh");
  });
});

describe("random", () => {
  it("draws by weight, whatever the load", () => {
    const heavy = endpoint("heavy", { weight: 3 });
    const balancing = how([heavy, b], { policy: "random" });
    served(balancing.stats, heavy, 9999);
    expect(sharesOf([heavy, b], balancing)).toEqual({ heavy: 75, b: 25 });
  });
});

describe("slow start", () => {
  it("lets an endpoint that joins take a tenth of its share, growing for 30 s", () => {
    const endpointStats = newEndpointStats();
    statsOf(endpointStats, "shop/one", [a], 0);
    const both = [a, b];
    const stats = statsOf(endpointStats, "shop/one", both, 100_000);
    const at = (nowMs: number): number | undefined =>
      sharesOf(both, how(both, { stats, nowMs, policy: "random" }))["b"];
    expect([at(100_000), at(115_000), at(130_000)]).toEqual([9, 33, 50]);
  });

  it("begins anew when an endpoint is healthy again", () => {
    const endpointStats = newEndpointStats();
    const both = [a, b];
    const stats = statsOf(endpointStats, "shop/one", both, 0);
    const at = (nowMs: number): number | undefined =>
      sharesOf(both, how(both, { stats, nowMs, policy: "random" }))["b"];
    followHealth(stats, both, new Set(["b"]), 50_000);
    followHealth(stats, [a], new Set(), 60_000);
    expect(at(50_000)).toBe(50);
    followHealth(stats, both, new Set(), 100_000);
    expect([at(100_000), at(115_000), at(130_000)]).toEqual([9, 33, 50]);
    followHealth(stats, both, new Set(), 140_000);
    expect(at(140_000)).toBe(50);
  });

  it("holds for peak-ewma, although nothing is known of the newcomer", () => {
    const endpointStats = newEndpointStats();
    served(statsOf(endpointStats, "shop/one", [a], 0), a, 10, 100_000);
    const both = [a, b];
    const stats = statsOf(endpointStats, "shop/one", both, 100_000);
    expect(sharesOf(both, how(both, { stats, nowMs: 100_000 }))["b"]).toBe(9);
  });
});

describe("what is kept of endpoints", () => {
  it("starts nobody slowly who was there when the service was met", () => {
    const stats = statsOf(newEndpointStats(), "shop/one", [a, b], 5000);
    expect(loadIn(stats, a)?.joinedAtMs).toBeNull();
  });

  it("forgets endpoints that are gone, keeps those that stay, and takes a new address for a newcomer", () => {
    const endpointStats = newEndpointStats();
    const before = statsOf(endpointStats, "shop/one", [a, b], 0);
    const kept = loadIn(before, a);
    const moved = endpoint("c", { address: { url: "http://elsewhere.example" } });
    statsOf(endpointStats, "shop/one", [a, c], 1000);
    const stats = statsOf(endpointStats, "shop/one", [a, moved], 2000);
    expect(loadIn(stats, a)).toBe(kept);
    expect(loadIn(stats, b)).toBeNull();
    expect(loadIn(stats, moved)?.joinedAtMs).toBe(2000);
    expect(endpointStats.size).toBe(1);
  });

  it("holds at most 2000 services", () => {
    const endpointStats = newEndpointStats();
    for (let at = 0; at < 2100; at++) {
      statsOf(endpointStats, `shop/s${at}`, [a], 0);
    }
    expect(endpointStats.size).toBe(2000);
    expect(endpointStats.has("shop/s0")).toBe(false);
  });
});
