// What is kept of a request that ended: enough to say why it ended so, and to ask what another configuration would have
// made of it. No body, no query, and of headers only digests of those that rules read.
import type { RequestFilter } from "./watch.ts";
import type { ServiceKey } from "../snapshot/snapshot.ts";

/**
 * Refused or failed, slow, one of the share that is traced, or `asked` for by an operator; `watched` = only for those
 * who watch just now.
 */
export type KeptFor = "refused" | "error" | "slow" | "sampled" | "asked" | "watched";

/** One thing that a stage told while the request was on its way. */
export interface ToldStep {
  readonly stage: string;
  /** Milliseconds since the request came. */
  readonly atMs: number;
  readonly facts: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** One request to a service: a try, a hedge, a copy, a question. */
export interface CallSpan {
  readonly spanId: string;
  readonly purpose: "attempt" | "mirror" | "external-auth";
  readonly service: ServiceKey;
  readonly endpoint: string;
  readonly cluster: string;
  readonly version: string | null;
  /** Milliseconds since the request came. */
  readonly fromMs: number;
  /** null = it had not ended when this was written. */
  readonly toMs: number | null;
  /** null = there was no answer. */
  readonly status: number | null;
  readonly failure: string | null;
}

/** A request as it ended. */
export interface EndedRequest {
  readonly requestId: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Of the caller's span; null = the trace began here. */
  readonly parentSpanId: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly tookMs: number;
  readonly method: string;
  readonly scheme: string;
  /** With its port where that is not the scheme's own; empty = it was not admitted. */
  readonly host: string;
  readonly path: string;
  /** The path or prefix that the rule names; `_unmatched` = none. */
  readonly httpRoute: string;
  readonly clientAddress: string | null;
  /** A principal of the mesh, `user`, or `anonymous`. */
  readonly caller: string;
  /** Empty = it went to no service. */
  readonly service: string;
  readonly version: string | null;
  readonly endpoint: string | null;
  readonly route: string;
  readonly status: number;
  /** As in `selvage-decision`; `forwarded` = the service answered, `allowed` = another proxy was told so. */
  readonly stage: string;
  readonly policy: string | null;
  readonly code: string | null;
  readonly detail: string | null;
  readonly revision: number;
  /** Empty unless it was traced from its beginning. */
  readonly steps: readonly ToldStep[];
  readonly calls: readonly CallSpan[];
}

export interface Receipt extends EndedRequest {
  readonly keptFor: KeptFor;
  /** Policies that were in force where it went, by table. */
  readonly held: Readonly<Record<string, readonly string[]>>;
  /** `header:x-tenant`, `query:v` → a keyed digest of its value. */
  readonly read: Readonly<Record<string, string>>;
  /** When it was written down, milliseconds since the epoch; rises. Absent = it is on its way. */
  readonly keptAt?: number;
}

export interface ReceiptQuestion extends RequestFilter {
  readonly requestId?: string;
  readonly traceId?: string;
  /** The newest that fit; at most. */
  readonly most: number;
  /** Of whoever asks: those that are there only for watchers are wanted as well. */
  readonly watch?: string;
  /** Written down after that, milliseconds since the epoch. */
  readonly keptAfter?: number;
}

export interface ReceiptAnswer {
  /** The newest first. */
  readonly receipts: readonly Receipt[];
  /** Requests that were to be kept and were not, because there were too many. */
  readonly dropped: number;
  /** How many fitted the watch since it began, shown or not; absent = nobody asked for it, or nobody knows. */
  readonly matched?: number;
}

/** How many requests fitted each watch. */
export type WatchCounts = Readonly<Record<string, number>>;
