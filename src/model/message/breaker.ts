// What an isolate and the coordinator of a service say to each other about breakers: one batched report, one answer.
// Both sides may be of different releases for some minutes: fields are only ever added, and what is absent means
// "none".
import type { SlotGrant, SlotReport } from "./concurrency.ts";
import type { RetryGrant, RetryReport } from "./retry.ts";
import type { BreakerState, BreakerTerms, ForcedState, OutlierTerms } from "../snapshot/circuit.ts";
import type { ServiceKey } from "../snapshot/snapshot.ts";
import type { HealthReply, HealthReport } from "./health.ts";

export interface BreakerReport {
  /** Random, made once in the isolate's life. */
  readonly isolate: string;
  /** Rises by one with each report; a repeated number gets the same answer and is counted once. */
  readonly seq: number;
  readonly policies: readonly PolicyReport[];
  /** Where the service has a health check. */
  readonly health?: HealthReport;
}

/** What was seen under one TrafficPolicy. Its terms travel along, so the coordinator holds no copy to go stale. */
export interface PolicyReport {
  readonly policy: string;
  readonly breaker: BreakerTerms | null;
  readonly outlier: OutlierTerms | null;
  /** Endpoints that the isolate knows, for shares of them; only where `outlier` is. */
  readonly endpoints: readonly string[];
  readonly outcomes: readonly TargetOutcomes[];
  readonly settled: readonly SettledProbe[];
  /** Targets that this isolate has a request for, one probe each. */
  readonly probeWant: readonly string[];
  /** How long the answer to a probe may take, milliseconds. */
  readonly probeMs: number;
  /** Absent = the policy has no cap on concurrency. */
  readonly slots?: SlotReport;
  /** Absent = nothing is wanted of the fleet's retries. */
  readonly retries?: RetryReport;
}

/** Outcomes of one target since the last report, seen while `epoch` was its epoch. */
export interface TargetOutcomes {
  readonly target: string;
  readonly epoch: number;
  readonly ok: number;
  readonly failed: number;
  readonly slow: number;
  /** Failures without a success between or after them, as this isolate has seen it, reported before or not. */
  readonly run: number;
  /** How long ago the last success and the last failure were, milliseconds; null = there was none. */
  readonly okMs: number | null;
  readonly failedMs: number | null;
  /** For how long the isolate's own breaker still keeps calls from it, milliseconds; absent = it does not. */
  readonly heldMs?: number;
}

export interface SettledProbe {
  readonly target: string;
  readonly permit: number;
  readonly ok: boolean;
}

export interface BreakerReply {
  readonly seq: number;
  /** When to report again, milliseconds from the sending of the report. */
  readonly nextSyncMs: number;
  /** The same when something failed. */
  readonly urgentSyncMs: number;
  /** An outage may be beginning: report again by yourself, with or without another failure. */
  readonly suspicious: boolean;
  readonly verdicts: readonly Verdict[];
  readonly probes: readonly ProbePermit[];
  readonly ejections: readonly Ejection[];
  readonly forced: readonly ForcedState[];
  /** Number of the last order; absent = the coordinator does not number them. */
  readonly forcedSeq?: number;
  readonly slots?: readonly SlotGrant[];
  readonly retries?: readonly RetryGrant[];
  /** The answer to the report's. */
  readonly health?: HealthReply;
}

/** What holds for a target; one that is not named is closed at its first epoch. */
export interface Verdict {
  readonly policy: string;
  readonly target: string;
  readonly state: BreakerState;
  readonly epoch: number;
  /** Open: time left, milliseconds. */
  readonly forMs: number;
}

export interface ProbePermit {
  readonly policy: string;
  readonly target: string;
  readonly permit: number;
  readonly ttlMs: number;
}

export interface Ejection {
  readonly policy: string;
  readonly endpoint: string;
  /** Time left, milliseconds. */
  readonly forMs: number;
}

/** One line of `GET /breakers`. */
export interface BreakerRow {
  readonly policy: string;
  readonly target: string;
  readonly state: BreakerState;
  readonly epoch: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly until: number | null;
  readonly ok: number;
  readonly failed: number;
  readonly slow: number;
  readonly ejectedUntil: number | null;
  /**
   * Isolates whose own breakers keep calls from it, and until when the last of them does; absent = none.
   */
  readonly held?: { readonly isolates: number; readonly until: number };
}

export interface ForceOrder {
  /** `*` or a version (`v:v2`). */
  readonly target: string;
  readonly state: "open" | "closed" | "auto";
  readonly ttlMs: number;
  readonly reason: string;
  /**
   * Which service the coordinator is of, so that it can tell the mesh; absent = the caller is of an earlier release.
   */
  readonly service?: ServiceKey;
}
