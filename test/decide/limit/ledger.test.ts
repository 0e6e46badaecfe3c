import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  available,
  credit,
  debit,
  emptyLedger,
  fullLedger,
  retermed,
  untilFull,
  waitFor,
} from "../../../src/decide/limit/ledger.ts";
import type { LimitTerms } from "../../../src/model/snapshot/limit-terms.ts";

const NOW = Date.UTC(2026, 10, 23);
const gcra = (requests: number, windowMs: number, burst: number): LimitTerms => ({
  algorithm: "gcra",
  requests,
  windowMs,
  burst,
});
const fixed = (requests: number, windowMs: number): LimitTerms => ({
  algorithm: "fixed-window",
  requests,
  windowMs,
  burst: requests,
});
const anyTerms = fc
  .record({
    algorithm: fc.constantFrom("gcra" as const, "fixed-window" as const),
    requests: fc.integer({ min: 1, max: 1_000_000 }),
    windowMs: fc.integer({ min: 1, max: 86_400_000 }),
    burst: fc.integer({ min: 1, max: 1000 }),
  })
  .map((terms): LimitTerms => terms);
/** Admits one at a time as long as there is room. */
function drain(terms: LimitTerms, now: number, most = 5000) {
  let ledger = fullLedger;
  let taken = 0;
  for (; taken < most && waitFor(ledger, terms, 1, now) === 0; taken++) {
    ledger = debit(ledger, terms, 1, now);
  }
  return { ledger, taken };
}

describe("either way to count", () => {
  it("refuses one millisecond before the time it names, and allows then", () => {
    fc.assert(
      fc.property(anyTerms, (terms) => {
        const { ledger } = drain(terms, NOW);
        const wait = waitFor(ledger, terms, 1, NOW);
        fc.pre(wait > 0);
        expect(Number.isInteger(wait)).toBe(true);
        expect(waitFor(ledger, terms, 1, NOW + wait - 1)).toBeGreaterThan(0);
        expect(waitFor(ledger, terms, 1, NOW + wait)).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it("is where it was when a debit is undone", () => {
    fc.assert(
      fc.property(anyTerms, fc.integer({ min: 1, max: 50 }), (terms, tokens) => {
        const before = debit(fullLedger, terms, 1, NOW);
        const after = credit(debit(before, terms, tokens, NOW), terms, tokens, NOW);
        expect(available(after, terms, NOW)).toBeCloseTo(available(before, terms, NOW), 3);
      }),
      { numRuns: 100 },
    );
  });

  it("has nothing to give right after memory was lost, and is full one window (GCRA: one burst) later", () => {
    for (const terms of [gcra(100, 1000, 50), fixed(100, 1000)]) {
      const empty = emptyLedger(terms, NOW);
      expect(Math.floor(available(empty, terms, NOW))).toBe(0);
      expect(untilFull(empty, terms, NOW + 1000)).toBe(0);
    }
  });
});

describe("a limit whose terms change", () => {
  it("helps at once when it is raised", () => {
    const tight = gcra(5, 3_600_000, 5);
    const wide = gcra(100, 3_600_000, 100);
    const { ledger } = drain(tight, NOW);
    expect(Math.floor(available(ledger, wide, NOW))).toBe(0);
    expect(Math.floor(available(retermed(ledger, tight, wide, NOW), wide, NOW))).toBe(95);
  });

  it("still counts what was used when it is lowered", () => {
    const wide = gcra(100, 3_600_000, 100);
    const tight = gcra(10, 3_600_000, 10);
    const ledger = debit(fullLedger, wide, 7, NOW);
    expect(Math.floor(available(retermed(ledger, wide, tight, NOW), tight, NOW))).toBe(3);
  });

  it("keeps what was used, from any terms to any other, and back", () => {
    fc.assert(
      fc.property(anyTerms, anyTerms, fc.integer({ min: 0, max: 50 }), (from, to, tokens) => {
        const before = tokens === 0 ? fullLedger : debit(fullLedger, from, tokens, NOW);
        const there = retermed(before, from, to, NOW);
        const capacity = to.algorithm === "gcra" ? to.burst : to.requests;
        expect(available(there, to, NOW)).toBeCloseTo(Math.max(0, capacity - tokens), 2);
        const back = retermed(there, to, from, NOW);
        expect(available(back, from, NOW)).toBeCloseTo(available(before, from, NOW), 2);
      }),
    );
  });

  it("forgets a fixed window that is over", () => {
    const { ledger } = drain(fixed(5, 1000), NOW);
    expect(retermed(ledger, fixed(5, 1000), gcra(5, 1000, 5), NOW + 1000)).toBe(fullLedger);
  });
});

describe("GCRA", () => {
  it("admits the burst at once, then one for each interval", () => {
    const terms = gcra(10, 1000, 3);
    const { ledger, taken } = drain(terms, NOW);
    expect(taken).toBe(3);
    expect(waitFor(ledger, terms, 1, NOW)).toBe(100);
    expect(Math.floor(available(ledger, terms, NOW + 250))).toBe(2);
    expect(untilFull(ledger, terms, NOW)).toBe(300);
  });

  it("takes n at once like n times one", () => {
    const terms = gcra(7, 1000, 20);
    const split = [5, 9].reduce((ledger, tokens) => debit(ledger, terms, tokens, NOW), fullLedger);
    const { at, used } = debit(fullLedger, terms, 14, NOW);
    expect(split.at + split.used).toBeCloseTo(at + used, 3);
  });

  it("never lets more pass together than the burst", () => {
    expect(waitFor(fullLedger, gcra(10, 1000, 3), 4, NOW)).toBe(Infinity);
  });

  it("admits in any stretch at most its length over the interval, and the burst", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 20, maxLength: 300 });
    const terms = fc.record({ requests: fc.integer({ min: 1, max: 50 }), burst: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(terms, gaps, ({ requests, burst }, gaps) => {
        const limit = gcra(requests, 1000, burst);
        const admitted: number[] = [];
        let ledger = fullLedger;
        let now = NOW;
        for (const gap of gaps) {
          now += gap;
          if (waitFor(ledger, limit, 1, now) > 0) {
            continue;
          }
          ledger = debit(ledger, limit, 1, now);
          admitted.push(now);
        }
        for (const [from, start] of admitted.entries()) {
          for (const [offset, end] of admitted.slice(from).entries()) {
            expect(offset + 1).toBeLessThanOrEqual(((end - start) * requests) / 1000 + burst + 1e-6);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("keeps count of intervals far below a millisecond, at today's dates", () => {
    const terms = gcra(1_000_000, 1000, 1_000_000);
    const { ledger } = drain(terms, NOW, 4000);
    expect(Math.round(available(ledger, terms, NOW))).toBe(996_000);
  });
});

describe("a fixed window", () => {
  const terms = fixed(3, 1000);

  it("opens at the first request, wherever that falls", () => {
    const opened = debit(fullLedger, terms, 1, NOW + 777);
    expect(untilFull(opened, terms, NOW + 777)).toBe(1000);
    expect(available(opened, terms, NOW + 1776)).toBe(2);
    expect(available(opened, terms, NOW + 1777)).toBe(3);
  });

  it("refuses until its end, and begins anew with the next request", () => {
    const { ledger, taken } = drain(terms, NOW);
    expect(taken).toBe(3);
    expect(waitFor(ledger, terms, 1, NOW + 400)).toBe(600);
    const next = debit(ledger, terms, 1, NOW + 1500);
    expect(untilFull(next, terms, NOW + 1500)).toBe(1000);
  });

  it("takes nothing back into another window", () => {
    const next = debit(debit(fullLedger, terms, 3, NOW), terms, 2, NOW + 1000);
    expect(credit(fullLedger, terms, 2, NOW)).toEqual(fullLedger);
    expect(available(credit(next, terms, 1, NOW + 1000), terms, NOW + 1000)).toBe(2);
  });
});
