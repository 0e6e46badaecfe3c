// What the three ways to count (local, leased, strict) have in common: what they are asked, what they answer, and how a
// token goes back when another limit refuses the request.
import type { Limit } from "../../model/snapshot/limit.ts";

/** A limit and the bucket that the request falls into. */
export interface BucketRef {
  readonly limit: Limit;
  readonly key: string;
}

export interface BucketStanding {
  readonly asked: BucketRef;
  readonly remaining: number;
  readonly resetMs: number;
}

export type LimitVerdict =
  | { readonly allowed: true; readonly standings: readonly BucketStanding[]; readonly putBack: () => void }
  | { readonly allowed: false; readonly violated: BucketStanding; readonly retryAfterMs: number };

/** Nobody could count; `whenUnavailable: allow`. */
export const LET_PASS: LimitVerdict = { allowed: true, standings: [], putBack: () => undefined };

/** Nobody could count; `whenUnavailable: deny`. Short: who counts is usually back soon. */
export function denyUncounted(asked: BucketRef): LimitVerdict {
  return { allowed: false, violated: { asked, remaining: 0, resetMs: 1000 }, retryAfterMs: 1000 };
}

export function full(asked: BucketRef, retryAfterMs: number, resetMs: number): LimitVerdict {
  return { allowed: false, violated: { asked, remaining: 0, resetMs }, retryAfterMs };
}

/** Names one bucket of an isolate among all of the mesh, as long as its terms stay. `JSON` keeps its parts apart. */
export function bucketName({ limit, key }: BucketRef): string {
  const { algorithm, requests, windowMs, burst } = limit.terms;
  return JSON.stringify([limit.policy, limit.name, key, algorithm, requests, windowMs, burst]);
}
