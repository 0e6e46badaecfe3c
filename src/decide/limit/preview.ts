// What a limit of other numbers would have refused of the demand of the last hour: the shipped ledger, fed with what
// was counted. Requests of one second are taken to have come evenly within it, in ten portions at most.
import type { DemandChunk } from "../../model/message/limit-use.ts";
import { HISTORY_MS } from "./demand-history.ts";
import { available, debit, fullLedger, type Ledger } from "./ledger.ts";
import { OVERFLOW_KEY } from "./overflow-key.ts";
import type { LimitTerms } from "../../model/snapshot/limit-terms.ts";

const PORTIONS = 10;

interface KeyPreview {
  readonly key: string;
  readonly asked: number;
  /** By the limit as it was, shadow included. */
  readonly refused: number;
  readonly wouldRefuse: number;
  /** Requests in its busiest second. */
  readonly peakPerSecond: number;
}

export interface LimitPreview extends Omit<KeyPreview, "key"> {
  /**
   * Start of the first minute that is known, milliseconds since the epoch; null = nothing was asked, or nothing is
   * known.
   */
  readonly since: number | null;
  /** Requests whose key was not kept: they count as admitted. */
  readonly unattributed: number;
  /** Those refused most first. */
  readonly keys: readonly KeyPreview[];
}

interface Replayed {
  ledger: Ledger;
  asked: number;
  refused: number;
  wouldRefuse: number;
  peakPerSecond: number;
}

/** @param pages of one limit, oldest first */
export function previewLimit(pages: readonly DemandChunk[], terms: LimitTerms, now: number): LimitPreview {
  const keys = new Map<string, Replayed>();
  const perSecond = new Map<number, number>();
  let since: number | null = null;
  let unattributed = 0;
  for (const { from, rows } of pages) {
    for (const { key, asked, refused } of rows) {
      const replayed = keys.get(key) ?? newReplay();
      keys.set(key, replayed);
      replayed.refused += refused;
      for (const [second, count] of asked.entries()) {
        const at = from + second * 1000;
        if (count === 0 || at <= now - HISTORY_MS) {
          continue;
        }
        since ??= from;
        perSecond.set(at, (perSecond.get(at) ?? 0) + count);
        if (key === OVERFLOW_KEY) {
          unattributed += count;
        }
        replay(replayed, terms, at, count, key !== OVERFLOW_KEY);
      }
    }
  }
  const told: KeyPreview[] = [];
  for (const [key, { asked, refused, wouldRefuse, peakPerSecond }] of keys) {
    if (asked > 0) {
      told.push({ key, asked, refused, wouldRefuse, peakPerSecond });
    }
  }
  const sum = (of: (one: KeyPreview) => number): number => told.reduce((all, one) => all + of(one), 0);
  return {
    since,
    unattributed,
    asked: sum(({ asked }) => asked),
    refused: sum(({ refused }) => refused),
    wouldRefuse: sum(({ wouldRefuse }) => wouldRefuse),
    peakPerSecond: Math.max(0, ...perSecond.values()),
    keys: told.sort((a, b) => b.wouldRefuse - a.wouldRefuse || b.asked - a.asked),
  };
}

function newReplay(): Replayed {
  return { ledger: fullLedger, asked: 0, refused: 0, wouldRefuse: 0, peakPerSecond: 0 };
}

function replay(state: Replayed, terms: LimitTerms, at: number, count: number, limited: boolean): void {
  state.asked += count;
  state.peakPerSecond = Math.max(state.peakPerSecond, count);
  if (!limited) {
    return;
  }
  const portions = Math.min(PORTIONS, count);
  let come = 0;
  for (let portion = 0; portion < portions; portion++) {
    const now = at + (portion * 1000) / portions;
    const asked = Math.floor((count * (portion + 1)) / portions) - come;
    come += asked;
    const admitted = Math.min(asked, Math.floor(available(state.ledger, terms, now)));
    if (admitted > 0) {
      state.ledger = debit(state.ledger, terms, admitted, now);
    }
    state.wouldRefuse += asked - admitted;
  }
}
