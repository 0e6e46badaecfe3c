// The coordinator's side of a retry budget: an allowance per second for the whole fleet, lent to the isolates that want
// some, one retry by one. What it is for is said in isolate.ts.
import type { RetryBudget } from "../../model/snapshot/call-policy.ts";
import type { RetryGrant, RetryReport } from "../../model/message/retry.ts";
import { CRUMB, mostOf } from "./allowance.ts";

export interface Allowance {
  tokens: number;
  atMs: number;
  perSecond: number;
  /** Isolates that wanted some lately, and when. */
  readonly askers: Map<string, number>;
}

const LENT_MS = 2000;
const ASKER_MS = 2000;

export function newAllowance({ minPerSecond }: RetryBudget, nowMs: number): Allowance {
  return { tokens: mostOf(minPerSecond), atMs: nowMs, perSecond: minPerSecond, askers: new Map() };
}

/** Lends an isolate what it wants, as long as others are not left without. */
export function answerRetries(
  allowance: Allowance,
  { isolate, policy, report }: { readonly isolate: string; readonly policy: string; readonly report: RetryReport },
  nextSyncMs: number,
  nowMs: number,
): RetryGrant {
  const { minPerSecond } = report.terms;
  allowance.tokens = leftOf(allowance, minPerSecond, nowMs);
  allowance.perSecond = minPerSecond;
  allowance.atMs = Math.max(allowance.atMs, nowMs);
  allowance.askers.set(isolate, nowMs);
  for (const [one, at] of allowance.askers) {
    if (nowMs - at > ASKER_MS) {
      allowance.askers.delete(one);
    }
  }
  const isolates = allowance.askers.size;
  const share = Math.max(1, Math.ceil(allowance.tokens / isolates));
  // Some ahead, so that the next failure need not ask.
  const ahead = Math.max(report.wanted, Math.ceil(share / 4));
  const tokens = Math.floor(Math.min(ahead, allowance.tokens + CRUMB, share));
  allowance.tokens -= tokens;
  const untilOneMs = minPerSecond === 0 ? LENT_MS : (1000 * Math.max(0, 1 - allowance.tokens)) / minPerSecond;
  const shortMs = tokens < report.wanted ? Math.ceil(Math.max(nextSyncMs, untilOneMs)) : 0;
  return { policy, tokens, ttlMs: LENT_MS, shortMs, isolates };
}

/** What could be lent now. */
export function leftOf({ tokens, atMs }: Allowance, perSecond: number, nowMs: number): number {
  return Math.min(mostOf(perSecond), tokens + (perSecond * Math.max(0, nowMs - atMs)) / 1000);
}
