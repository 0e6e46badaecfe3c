// From requests at isolates to what other numbers would have refused of them.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HISTORY_MS, newHistory, chunksOf, recordSeen, totalOf } from "../../../src/decide/limit/demand-history.ts";
import {
  batchTold,
  countAsked,
  countRefused,
  newTally,
  takeBatch,
  tellingIsDue,
} from "../../../src/decide/limit/demand-tally.ts";
import { available, debit, fullLedger, type Ledger } from "../../../src/decide/limit/ledger.ts";
import { previewLimit } from "../../../src/decide/limit/preview.ts";
import { OVERFLOW_KEY } from "../../../src/decide/limit/overflow-key.ts";
import type { SeenRow } from "../../../src/model/message/limit.ts";
import type { LimitTerms } from "../../../src/model/snapshot/limit-terms.ts";

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0);
const gcra = (requests: number, windowMs: number, burst = requests): LimitTerms => ({
  algorithm: "gcra",
  requests,
  windowMs,
  burst,
});
const row = (agoMs: number, asked: number, key = "", refused = 0): SeenRow => ({
  limit: "one",
  key,
  agoMs,
  asked,
  refused,
});
function preview(rows: readonly SeenRow[], terms: LimitTerms, now = NOW) {
  const history = newHistory();
  recordSeen(history, rows, now);
  return previewLimit(chunksOf(history, "one", now), terms, now);
}

describe("a preview", () => {
  it("refuses what is above burst and rate, for each key by itself", () => {
    const rows = [row(30_000, 50, "a"), row(29_000, 50, "a"), row(30_000, 8, "b")];
    expect(preview(rows, gcra(600, 60_000, 20))).toMatchObject({
      asked: 108,
      // 20 of burst and about 10 a second, twice: what lies between the two seconds refills.
      wouldRefuse: 100 - 20 - 9 - 10,
      peakPerSecond: 58,
      keys: [
        { key: "a", asked: 100, wouldRefuse: 61 },
        { key: "b", asked: 8, wouldRefuse: 0 },
      ],
    });
  });

  it("opens a fixed window at the first request, as the limit does", () => {
    const terms: LimitTerms = { algorithm: "fixed-window", requests: 10, windowMs: 60_000, burst: 10 };
    const rows = [row(130_000, 8), row(100_000, 8), row(69_000, 8), row(65_000, 8)];
    expect(preview(rows, terms)).toMatchObject({ asked: 32, wouldRefuse: 6 + 6 });
  });

  it("refuses nothing of what the numbers allow", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 300 }), (perSecond) => {
        const rows = perSecond.map((asked, second) => row(1_000_000 - second * 1000, asked));
        expect(preview(rows, gcra(20, 1000, 3)).wouldRefuse).toBe(0);
      }),
    );
  });

  it("counts as the ledger does when it is asked for each request", () => {
    const terms = gcra(7, 2000, 5);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10 }), { maxLength: 200 }), (perSecond) => {
        let ledger: Ledger = fullLedger;
        let refused = 0;
        for (const [second, asked] of perSecond.entries()) {
          for (let nth = 0; nth < asked; nth++) {
            const now = NOW - 1_000_000 + second * 1000 + (nth * 1000) / asked;
            if (available(ledger, terms, now) >= 1) {
              ledger = debit(ledger, terms, 1, now);
            } else {
              refused += 1;
            }
          }
        }
        const rows = perSecond.map((asked, second) => row(1_000_000 - second * 1000, asked));
        expect(preview(rows, terms).wouldRefuse).toBe(refused);
      }),
    );
  });

  it("knows the last hour only", () => {
    expect(preview([row(HISTORY_MS + 1000, 9)], gcra(1, 1000))).toMatchObject({ since: null, asked: 0 });
    expect(preview([row(-5000, 9)], gcra(1, 1000))).toMatchObject({ since: null, asked: 0 });
    expect(preview([row(HISTORY_MS - 1000, 9)], gcra(1, 1000))).toMatchObject({ asked: 9 });
  });
});

describe("the history", () => {
  it("keeps the busiest keys of a minute apart and the sum of the others, however many there are", () => {
    const history = newHistory();
    recordSeen(history, [row(1000, 500, "busy", 3)], NOW);
    for (let key = 0; key < 5000; key++) {
      recordSeen(history, [row(1000, 2, `k${key}`, 1)], NOW);
    }
    recordSeen(history, [row(1000, 500, "busy", 3)], NOW);
    const pages = chunksOf(history, "one", NOW);
    const rows = pages.flatMap((page) => page.rows);
    expect(rows.length).toBeLessThanOrEqual(401);
    expect(rows.reduce((sum, one) => sum + totalOf(one), 0)).toBe(11_000);
    expect(rows.reduce((sum, one) => sum + one.refused, 0)).toBe(5006);
    const found = previewLimit(pages, gcra(100, 60_000), NOW);
    expect(found.asked).toBe(11_000);
    expect(found.keys[0]).toMatchObject({ key: "busy", asked: 1000, wouldRefuse: 899 });
    expect(found.unattributed).toBeGreaterThan(9000);
    expect(found.wouldRefuse).toBe(899);
  });

  it("forgets minutes older than an hour", () => {
    const history = newHistory();
    for (let minute = 0; minute < 300; minute++) {
      recordSeen(history, [row(0, 1)], NOW + minute * 60_000);
    }
    expect(history.minutes.size).toBeLessThanOrEqual(62);
    expect(history.changed.size).toBeLessThanOrEqual(62);
  });
});

describe("what an isolate tells", () => {
  const bucket = (key = "") => ({ limit: "one", key, seen: [] });

  it("is counted by the second, and told until an answer came", () => {
    const tally = newTally();
    const one = bucket();
    countAsked(tally, one, NOW);
    countAsked(tally, one, NOW + 900);
    countRefused(tally, one, NOW + 900);
    countAsked(tally, one, NOW + 1000);
    const told = takeBatch(tally, [one], 7, NOW + 1500);
    expect(told).toEqual({
      batch: 7,
      rows: [
        { limit: "one", key: "", asked: 2, refused: 1, agoMs: 1500 },
        { limit: "one", key: "", asked: 1, refused: 0, agoMs: 500 },
      ],
    });
    countAsked(tally, one, NOW + 1700);
    expect(takeBatch(tally, [one], 8, NOW + 2500)).toMatchObject({
      batch: 7,
      rows: [{ agoMs: 2500 }, { agoMs: 1500 }],
    });
    batchTold(tally);
    expect(takeBatch(tally, [one], 9, NOW + 2500)).toMatchObject({ batch: 9, rows: [{ asked: 1 }] });
    batchTold(tally);
    expect(takeBatch(tally, [one], 10, NOW + 2500)).toBeNull();
  });

  it("is due ten seconds after the first request that nobody was told of", () => {
    const tally = newTally();
    expect(tellingIsDue(tally, NOW)).toBe(false);
    countAsked(tally, bucket(), NOW);
    expect(tellingIsDue(tally, NOW + 9999)).toBe(false);
    expect(tellingIsDue(tally, NOW + 10_000)).toBe(true);
  });

  it("is bounded: of a flood of keys the smallest are told as one", () => {
    const tally = newTally();
    const flood = Array.from({ length: 3000 }, (_, index) => bucket(`k${index}`));
    for (const one of flood) {
      countAsked(tally, one, NOW);
    }
    const busy = bucket("busy");
    for (let nth = 0; nth < 10; nth++) {
      countAsked(tally, busy, NOW);
    }
    const { rows } = takeBatch(tally, [...flood, busy], 1, NOW) ?? { rows: [] };
    expect(rows).toHaveLength(501);
    expect(rows[0]).toMatchObject({ key: "busy", asked: 10 });
    expect(rows.find(({ key }) => key === OVERFLOW_KEY)).toMatchObject({ asked: 3001 - 500 });
  });

  it("keeps at most a minute's seconds while nobody answers", () => {
    const tally = newTally();
    const one = bucket();
    for (let second = 0; second < 500; second++) {
      countAsked(tally, one, NOW + second * 1000);
    }
    const { rows } = takeBatch(tally, [one], 1, NOW + 500_000) ?? { rows: [] };
    expect(rows).toHaveLength(60);
    expect(rows.reduce((sum, { asked }) => sum + asked, 0)).toBe(500);
  });
});
