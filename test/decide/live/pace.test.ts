// What a live feed reads next, and when it has left something alone for too long.
import { describe, expect, it } from "vitest";
import { followable, gapOf, nextRead, followPaceOf, type Followed } from "../../../src/decide/live/pace.ts";

const NOW = 1_000_000;
const one = (path: string, agoMs: number | null): Followed => ({
  path,
  paceMs: followPaceOf(path) ?? 0,
  readAt: agoMs === null ? 0 : NOW - agoMs,
});

describe("what may be followed", () => {
  it("is a list of reads, whatever their query", () => {
    expect(followPaceOf("/stats?window=15m&service=shop%2Forders")).toBe(5_000);
    expect(followPaceOf("/revisions/12/propagation")).toBe(30_000);
    expect(followPaceOf("/applications/shop/acme/credentials")).toBe(30_000);
    expect(followable.map(({ path }) => path)).toContain("/requests");
  });

  it("is nothing else: no write, no stream, no path that climbs, no address without an end", () => {
    for (const path of [
      "/apply",
      "/tail",
      "/live",
      "stats",
      "/stats/../apply",
      "/explain",
      "/applications/../x/credentials",
      "/applications/..\\live#/x/credentials",
      "/applications/%2e%2e/x/credentials",
      "//evil.example/stats",
      `/stats?${"q".repeat(600)}`,
    ]) {
      expect(followPaceOf(path), path).toBeNull();
    }
  });
});

describe("the next read", () => {
  it("is the one that is most overdue by its own pace", () => {
    const next = nextRead([one("/catalog", 12_000), one("/stats", 7_000), one("/audit", 29_000)], NOW);
    expect(next?.path).toBe("/stats");
  });

  it("is one that was never read, the quickest first", () => {
    expect(nextRead([one("/stats", 99_000), one("/audit", null), one("/catalog", null)], NOW)?.path).toBe("/catalog");
  });

  it("is none while nothing is due", () => {
    expect(nextRead([one("/stats", 4_999), one("/audit", 5_000)], NOW)).toBeNull();
  });

  it("lets nothing starve, however much is followed", () => {
    const all = Array.from({ length: 40 }, (_, nth) => ({ path: `/stats?n=${nth}`, paceMs: 5_000, readAt: 0 }));
    const reads = new Map<string, number>();
    for (let at = NOW; at < NOW + 120_000; at += 1_000) {
      const next = nextRead(all, at);
      if (next !== null) {
        next.readAt = at;
        reads.set(next.path, (reads.get(next.path) ?? 0) + 1);
      }
    }
    expect(reads.size).toBe(40);
    expect([...reads.values()].every((count) => count === 3)).toBe(true);
  });
});

it("a read that was left alone for more than three times its pace leaves a gap", () => {
  expect(gapOf(one("/stats", 15_000), NOW)).toBeNull();
  expect(gapOf(one("/stats", 15_001), NOW)).toBe(15_001);
  expect(gapOf(one("/stats", null), NOW)).toBeNull();
});
