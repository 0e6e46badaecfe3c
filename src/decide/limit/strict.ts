// Strict limits: each request is counted by the coordinator itself, all of its limits or none, and nothing overshoots.
// Only refusals save a question: until `retryAfterMs` the answer could not be another one.
import { bucketFor, bucketId, firstLedger } from "./bucket.ts";
import { tidy, type LimitCoordinator } from "./coordinator.ts";
import { available, credit, debit, retermed, untilFull, waitFor } from "./ledger.ts";
import type { StrictAnswer, StrictAsk } from "../../model/message/limit.ts";

/** @returns the answer, and the ids of the buckets that were debited */
export function askStrictly(
  state: LimitCoordinator,
  ask: StrictAsk,
  now: number,
): { readonly answer: StrictAnswer; readonly ids: readonly string[] } {
  state.asking.set(ask.isolate, now);
  tidy(state, now, 10_000);
  const buckets = ask.buckets.map((named) => bucketFor(state, named, now, true));
  const waits = buckets.map(({ ledger, terms }) => waitFor(ledger, terms, 1, now));
  const retryAfterMs = Math.max(0, ...waits);
  const violated = retryAfterMs === 0 ? null : waits.indexOf(retryAfterMs);
  for (const [index, bucket] of buckets.entries()) {
    if (violated === null) {
      bucket.ledger = debit(bucket.ledger, bucket.terms, 1, now);
    } else if (index === violated) {
      bucket.refused += 1;
    }
  }
  const standings = buckets.map(({ ledger, terms }) => ({
    remaining: Math.floor(available(ledger, terms, now)),
    resetMs: Math.ceil(untilFull(ledger, terms, now)),
  }));
  const isolates = state.asking.size;
  return {
    answer: { allowed: violated === null, violated, retryAfterMs: Math.ceil(retryAfterMs), standings, isolates },
    ids: violated === null ? buckets.map(({ limit, key }) => bucketId(limit, key)) : [],
  };
}

/** What `askStrictly` would answer, and nothing is counted, made or forgotten for it. */
export function peekStrictly(state: LimitCoordinator, { buckets }: StrictAsk, now: number): StrictAnswer {
  const standing = buckets.map(({ limit, key, terms }) => {
    const id = bucketId(limit, key);
    const held = state.buckets.get(id);
    const ledger =
      held === undefined ? firstLedger(state, id, terms, true) : retermed(held.ledger, held.terms, terms, now);
    return { ledger, terms };
  });
  const waits = standing.map(({ ledger, terms }) => waitFor(ledger, terms, 1, now));
  const retryAfterMs = Math.max(0, ...waits);
  return {
    allowed: retryAfterMs === 0,
    violated: retryAfterMs === 0 ? null : waits.indexOf(retryAfterMs),
    retryAfterMs: Math.ceil(retryAfterMs),
    standings: standing.map(({ ledger, terms }) => ({
      remaining: Math.floor(available(ledger, terms, now)),
      resetMs: Math.ceil(untilFull(ledger, terms, now)),
    })),
    isolates: state.asking.size,
  };
}

/** Undoes a debit: a limit elsewhere refused the request. @returns the ids of the buckets that were credited */
export function giveBackStrictly(state: LimitCoordinator, ask: StrictAsk, now: number): readonly string[] {
  return ask.buckets.map((named) => {
    const bucket = bucketFor(state, named, now, true);
    bucket.ledger = credit(bucket.ledger, bucket.terms, 1, now);
    return bucketId(bucket.limit, bucket.key);
  });
}
