// The two ways to count: GCRA (I.371 virtual scheduling: smooth, one number) and Anypoint's fixed window (it opens at
// the first request of a key). Plain arithmetic on one small record; who calls it, and how often, is not known here.
//
// GCRA: with T = window/requests and tau = T·burst, a request may pass when the theoretical arrival time (TAT) of the
// next one is at most tau ahead of now. In any stretch of W it admits at most W/T + burst.
import type { LimitTerms } from "../../model/snapshot/limit-terms.ts";

/**
 * GCRA keeps its TAT in `at` (whole milliseconds) and `used` (the fraction): at today's dates a number of milliseconds
 * has no digits left for an interval of a microsecond. A fixed window keeps its opening in `at` and its count in
 * `used`.
 */
export interface Ledger {
  readonly at: number;
  readonly used: number;
}

/** A bucket nobody has touched: full. */
export const fullLedger: Ledger = { at: 0, used: 0 };

/** Below what adds up by rounding, above what matters to anybody; in tokens and in milliseconds. */
const GRAIN = 1e-6;

/** A bucket with nothing in it at `now`: what a coordinator assumes when it lost its memory. */
export function emptyLedger(terms: LimitTerms, now: number): Ledger {
  return terms.algorithm === "gcra" ? tat(now, tau(terms)) : { at: now, used: terms.requests };
}

/** Tokens that could be taken at `now`, with fractions; never negative. */
export function available(ledger: Ledger, terms: LimitTerms, now: number): number {
  if (terms.algorithm === "gcra") {
    return Math.max(0, (tau(terms) - ahead(ledger, now)) / interval(terms) + GRAIN);
  }
  return windowOver(ledger, terms, now) ? terms.requests : Math.max(0, terms.requests - ledger.used);
}

export function debit(ledger: Ledger, terms: LimitTerms, tokens: number, now: number): Ledger {
  if (terms.algorithm === "gcra") {
    const taken = tokens * interval(terms);
    return ahead(ledger, now) > 0 ? tat(ledger.at, ledger.used + taken) : tat(now, taken);
  }
  if (windowOver(ledger, terms, now)) {
    return { at: now, used: tokens };
  }
  return { at: ledger.at, used: ledger.used + tokens };
}

/** Undoes a debit. A fixed window takes nothing back once it is over: those tokens died with it. */
export function credit(ledger: Ledger, terms: LimitTerms, tokens: number, now: number): Ledger {
  if (terms.algorithm === "gcra") {
    return tat(ledger.at, ledger.used - tokens * interval(terms));
  }
  if (windowOver(ledger, terms, now)) {
    return ledger;
  }
  return { at: ledger.at, used: Math.max(0, ledger.used - tokens) };
}

/** Whole milliseconds until `tokens` could be taken: refused one before, allowed then. Infinity when they never fit. */
export function waitFor(ledger: Ledger, terms: LimitTerms, tokens: number, now: number): number {
  if (terms.algorithm === "gcra") {
    if (tokens > terms.burst) {
      return Infinity;
    }
    return Math.max(0, Math.ceil(ahead(ledger, now) + tokens * interval(terms) - tau(terms) - GRAIN));
  }
  if (tokens > terms.requests) {
    return Infinity;
  }
  return available(ledger, terms, now) >= tokens ? 0 : Math.ceil(windowEnd(ledger, terms, now) - now);
}

/** Milliseconds until the bucket is full again. */
export function untilFull(ledger: Ledger, terms: LimitTerms, now: number): number {
  if (terms.algorithm === "gcra") {
    return ahead(ledger, now);
  }
  return windowOver(ledger, terms, now) ? 0 : windowEnd(ledger, terms, now) - now;
}

/** Tokens held elsewhere may not outlive this moment: a fixed window's end. */
export function tokensDieAt(ledger: Ledger, terms: LimitTerms, now: number): number {
  return terms.algorithm === "gcra" ? Infinity : windowEnd(ledger, terms, now);
}

export function areEqual(one: LimitTerms, other: LimitTerms): boolean {
  return (
    one === other ||
    (one.algorithm === other.algorithm &&
      one.requests === other.requests &&
      one.windowMs === other.windowMs &&
      one.burst === other.burst)
  );
}

/**
 * The bucket under other terms: what was used stays used, as a number of requests. Who raises a limit means it to help
 * at once; a TAT that stood hours ahead under the old rate would still stand there under the new one.
 */
export function retermed(ledger: Ledger, from: LimitTerms, to: LimitTerms, now: number): Ledger {
  if (areEqual(from, to)) {
    return ledger;
  }
  const used = from.algorithm === "gcra" ? ahead(ledger, now) / interval(from) : ledger.used;
  if (used === 0 || (from.algorithm === "fixed-window" && windowOver(ledger, from, now))) {
    return fullLedger;
  }
  if (to.algorithm === "gcra") {
    return tat(now, used * interval(to));
  }
  return { at: from.algorithm === "gcra" ? now : ledger.at, used };
}

/** Requests that may come at once when nothing is used. */
export function capacityOf(terms: LimitTerms): number {
  return terms.algorithm === "gcra" ? terms.burst : terms.requests;
}

/** Sustained rate, requests a millisecond. */
export function ratePerMs(terms: LimitTerms): number {
  return terms.requests / terms.windowMs;
}

/** How far the TAT lies ahead of now, milliseconds. */
function ahead(ledger: Ledger, now: number): number {
  return Math.max(0, ledger.at - now + ledger.used);
}

function tat(at: number, further: number): Ledger {
  const whole = Math.floor(further);
  return { at: at + whole, used: further - whole };
}

function interval(terms: LimitTerms): number {
  return terms.windowMs / terms.requests;
}

function tau(terms: LimitTerms): number {
  return interval(terms) * terms.burst;
}

function windowEnd(ledger: Ledger, terms: LimitTerms, now: number): number {
  return windowOver(ledger, terms, now) ? now + terms.windowMs : ledger.at + terms.windowMs;
}

function windowOver(ledger: Ledger, terms: LimitTerms, now: number): boolean {
  return ledger.used === 0 || now >= ledger.at + terms.windowMs;
}
