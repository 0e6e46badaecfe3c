// Strict limits: each request is counted by the coordinator itself, all of its limits or none, and nothing overshoots.
// Only refusals save a question: until `retryAfterMs` the answer could not be another one.
import { bucketFor, bucketId, type Coordinator } from "./grant.ts";
import { available, debit, untilFull, waitFor } from "./ledger.ts";
import type { StrictAnswer, StrictAsk } from "../model/lease.ts";

/** @returns the answer, and the ids of the buckets that were debited */
export function askStrictly(
  state: Coordinator,
  ask: StrictAsk,
  now: number,
): { readonly answer: StrictAnswer; readonly ids: readonly string[] } {
  const wanted = ask.buckets.map((named) => ({
    named,
    bucket: bucketFor(state, named.limit, named.key, named.terms, now),
  }));
  for (const { named, bucket } of wanted) {
    const retryAfterMs = waitFor(bucket.ledger, named.terms, 1, now);
    if (retryAfterMs === 0) continue;
    const resetMs = Math.ceil(untilFull(bucket.ledger, named.terms, now));
    return {
      answer: { allowed: false, violated: named.limit, retryAfterMs: Math.ceil(retryAfterMs), remaining: 0, resetMs },
      ids: [],
    };
  }
  let remaining = Infinity;
  let resetMs = 0;
  for (const { named, bucket } of wanted) {
    bucket.ledger = debit(bucket.ledger, named.terms, 1, now);
    const left = Math.floor(available(bucket.ledger, named.terms, now));
    if (left >= remaining) continue;
    remaining = left;
    resetMs = Math.ceil(untilFull(bucket.ledger, named.terms, now));
  }
  return {
    answer: { allowed: true, violated: null, retryAfterMs: 0, remaining, resetMs },
    ids: ask.buckets.map((named) => bucketId(named.limit, named.key)),
  };
}
