// How calls are made, as the data plane reads it: the sections of the TrafficPolicy in force for a (rule, service) pair
// that act on a call's tries and endpoints. Timeouts, which always hold, stand in the snapshot itself.
import type { KeyPart } from "./limit.ts";

/** null = the policy has no such section. */
export interface CallPolicy {
  readonly retry: CallRetry | null;
  readonly balance: Balance | null;
  readonly failover: Failover | null;
}

export type RetryCause = "connect-failure" | "gateway-error" | "reset" | "5xx" | "retriable-4xx";

export interface CallRetry {
  /** Further tries after the first. */
  readonly attempts: number;
  readonly on: readonly RetryCause[];
  /** Methods that may be sent twice; those that are not idempotent only with an Idempotency-Key as well. */
  readonly methods: readonly string[];
  readonly baseMs: number;
  readonly maxMs: number;
  readonly budget: RetryBudget;
  /** Absent = a request is sent again only after it has failed. */
  readonly hedge?: Hedge;
}

export interface Hedge {
  /** Milliseconds without response headers after which a copy is sent. */
  readonly afterMs: number;
  /** Copies of one request. */
  readonly max: number;
}

export interface RetryBudget {
  /** Retries per hundred requests. */
  readonly percent: number;
  /** Retries per second that need no requests to earn them. */
  readonly minPerSecond: number;
}

export type Balance =
  | { readonly policy: "peak-ewma" | "least-request" | "round-robin" | "random" }
  | { readonly policy: "ring-hash"; readonly key: KeyPart };

export interface Failover {
  /** Percent; 140 = a priority spills over below 72 % healthy. */
  readonly overprovisioning: number;
  /** Percent; a priority less healthy than that is used whole; 0 = never. */
  readonly panicThreshold: number;
  /** Where endpoints of equal priority are looked for, first to last; absent (older snapshots): near ones first. */
  readonly order?: readonly ("same-region" | "any")[];
}
