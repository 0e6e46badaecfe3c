// What an isolate and the coordinator of a policy say to each other about limits: one batched report, one answer.
// Both sides may be of different releases for some minutes: fields are only ever added, and what is absent means
// "none".
import type { LimitTerms } from "../snapshot/limit-terms.ts";

export interface LimitReport {
  /** Random, made once in the isolate's life. */
  readonly isolate: string;
  /** Rises by one with each report; a repeated number gets the same answer and changes nothing. */
  readonly seq: number;
  /** Terms by limit id, for the limits named in `wants`. */
  readonly terms: Readonly<Record<string, LimitTerms>>;
  readonly wants: readonly Want[];
  /** What was asked of the limits since the last answer; absent = nothing. For previews, not for grants. */
  readonly seen?: Seen;
}

/** Requests counted by one isolate, told until an answer comes: a coordinator takes each batch in once. */
export interface Seen {
  /** Rises from batch to batch. */
  readonly batch: number;
  readonly rows: readonly SeenRow[];
}

/** Requests of one bucket within one second. */
export interface SeenRow {
  readonly limit: string;
  readonly key: string;
  /** When that was, milliseconds before the report was made. */
  readonly agoMs: number;
  readonly asked: number;
  readonly refused: number;
}

/** What the isolate knows of one bucket: a limit and the value of its key. */
export interface Want {
  readonly limit: string;
  readonly key: string;
  /** Demand seen here, allowed or not, requests a second. */
  readonly perSecond: number;
  /** Tokens held right now, not yet spent. */
  readonly have: number;
  /** Requests that stand waiting for this answer. */
  readonly waiting: number;
  /** Tokens that the isolate will not need and has already forgotten. */
  readonly giveBack: number;
  /**
   * Number of the last grant that arrived here; 0 = none. A later one was lost and is taken back. -1 = not remembered.
   */
  readonly grant: number;
  /** Requests refused since the last report; absent = 0. */
  readonly refused?: number;
  /** Requests admitted by the isolate's estimate since the last answer, without a token; absent = 0. */
  readonly estimated?: number;
}

export interface LimitReply {
  readonly seq: number;
  readonly grants: readonly Grant[];
  /** When to report again, milliseconds from the making of the report. */
  readonly nextSyncMs: number;
  /** Least time between two reports of one isolate while many buckets are new, milliseconds; absent = 0. */
  readonly leastGapMs?: number;
  /** Isolates that reported lately: what each may assume its share to be when the coordinator is gone. */
  readonly isolates: number;
}

export interface Grant {
  readonly limit: string;
  readonly key: string;
  /** Number of this grant within the isolate's lease. */
  readonly grant: number;
  /** Tokens added to what the isolate has. */
  readonly tokens: number;
  /**
   * So many of the tokens that the isolate said it has were granted by somebody who remembers; absent = all of them.
   * What is beyond is not to be used any more: a coordinator that lost its memory has counted it against nobody.
   */
  readonly known?: number;
  /** Life of everything held for this key, milliseconds from the making of the report. */
  readonly ttlMs: number;
  /** Refuse for so long without asking again, milliseconds; 0 = ask when needed. */
  readonly denyMs: number;
  /** When a refused caller may come again, milliseconds. */
  readonly retryAfterMs: number;
  /** Tokens left in the fleet's bucket, for `RateLimit` headers. */
  readonly remaining: number;
  /** Time until the fleet's bucket is full again, milliseconds. */
  readonly resetMs: number;
}

/** Calls to the coordinator of a policy since it was last started. */
export interface LimiterCalls {
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly sync: number;
  readonly take: number;
  readonly giveBack: number;
}

/** One request under the strict limits of one policy: all of them have room and are debited, or none is. */
export interface StrictAsk {
  readonly isolate: string;
  readonly buckets: readonly { readonly limit: string; readonly key: string; readonly terms: LimitTerms }[];
}

export interface StrictAnswer {
  readonly allowed: boolean;
  /** Which of `buckets` has no room, when refused. */
  readonly violated: number | null;
  /** Until then every further request of that bucket is refused as well, milliseconds. */
  readonly retryAfterMs: number;
  /** Where each of `buckets` stands now, in their order. */
  readonly standings: readonly { readonly remaining: number; readonly resetMs: number }[];
  /** Isolates that reported lately. */
  readonly isolates: number;
}
