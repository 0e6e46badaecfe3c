// What the coordinator of a policy tells operators: what is used of its limits, and what was asked of them lately.

export interface LimitUse {
  readonly limit: string;
  readonly key: string;
  /** Tokens that may be used at once when nothing is used. */
  readonly capacity: number;
  /** Used or held by isolates. */
  readonly used: number;
  /** Held by isolates and not known to be spent. */
  readonly leased: number;
  /** Requests refused in the last hour, as far as isolates have told. */
  readonly refused: number;
  readonly resetMs: number;
}

export interface DemandRow {
  readonly limit: string;
  readonly key: string;
  /** Requests in each second of the minute. */
  readonly asked: Uint32Array;
  refused: number;
}

export interface DemandChunk {
  /** Start of the minute, milliseconds since the epoch. */
  readonly from: number;
  readonly rows: readonly DemandRow[];
}
