// What a TrafficPolicy says about breaking, ejecting and what else a service's coordinator counts, as numbers, and what
// is told about a breaker: shared by the snapshot, the isolates, the coordinator of each service and the admin API.
import type { RetryBudget } from "./call-policy.ts";
import type { ConcurrencyTerms } from "./concurrency-terms.ts";

export interface BreakerTerms {
  readonly windowMs: number;
  /** Calls in the window below which nothing is concluded. */
  readonly minRequests: number;
  /** 0–100; reached is tripped. */
  readonly failurePercent: number;
  readonly slowCallPercent: number;
  readonly openForMs: number;
  readonly maxOpenForMs: number;
  readonly halfOpenRequests: number;
}

export interface OutlierTerms {
  readonly consecutiveFailures: number;
  readonly intervalMs: number;
  readonly baseEjectionMs: number;
  readonly maxEjectionMs: number;
  /** 0–100, of the endpoints of the service. */
  readonly maxEjectionPercent: number;
  /** Share of failures in an interval that ejects by itself, 0–100; null or absent = none does. */
  readonly failurePercent?: number | null;
}

/** One TrafficPolicy's guard. Every service that it covers has breakers and ejections of its own under it. */
export interface Circuit {
  /** `"<namespace>/<name>"` of the TrafficPolicy. */
  readonly policy: string;
  readonly breaker: BreakerTerms | null;
  /** A call that takes so long until its response headers is slow, milliseconds. */
  readonly slowCallMs: number;
  readonly outlier: OutlierTerms | null;
  /** Absent = no cap. */
  readonly concurrency?: ConcurrencyTerms;
  /** A cap that the caller's own namespace puts on itself: it holds beside this policy's. Absent = none. */
  readonly beside?: Circuit;
  /** Absent = the policy has no retries. */
  readonly retryBudget?: RetryBudget;
}

export type BreakerState = "closed" | "open" | "half-open";

/** What an operator said, until it ends. `target` is `*` or a version (`v:v2`). */
export interface ForcedState {
  readonly target: string;
  readonly state: "open" | "closed";
  /** Time left, milliseconds. */
  readonly forMs: number;
  readonly reason: string;
}

/** Every endpoint of a service. */
export const WHOLE_SERVICE = "*";
/** All endpoints of one version together; of those without a version when null. */
export const versionTarget = (version: string | null): string => `v:${version ?? ""}`;
export const endpointTarget = (id: string): string => `e:${id}`;
/** What the endpoint of a target is remembered under; null = it is no single endpoint. */
export const endpointOfTarget = (target: string): string | null => (target.startsWith("e:") ? target.slice(2) : null);
/** What stands behind the word for what it is: of a version, or of an endpoint. */
export const nameInTarget = (target: string): string => target.slice(2);
