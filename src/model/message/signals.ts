// What isolates tell of the requests that they ended, and what is asked of whoever adds it up. Plain data: it crosses
// the wire between two versions of the software, so members may be added, never changed.

/** What requests have in common that are counted together. Everything in it comes from the mesh's own documents. */
export interface SignalLabels {
  /** `<namespace>/<name>`; "" = the request led nowhere. */
  readonly service: string;
  /** "" = the endpoint has none, or none was chosen. */
  readonly version: string;
  /** What routed it: `HTTPRoute/<ns>/<name>/<rule>`, `Service/<ns>/<name>`; `none` = nothing did. */
  readonly route: string;
  /** "" = none was chosen. */
  readonly endpoint: string;
  readonly cluster: string;
  /** The proven principal, else `user` or `anonymous`. */
  readonly caller: string;
  readonly status: number;
  /** `forwarded`, `allowed` (a proxy's question), or the stage that ended it. */
  readonly decision: string;
  /** The policy that ended it; "" = none in particular. */
  readonly policy: string;
}

/** Requests counted together. */
export interface SignalRow extends SignalLabels {
  readonly count: number;
  /** Of all of them together, milliseconds. */
  readonly sumMs: number;
  /** Calls of endpoints that were made for them. */
  readonly tries: number;
  /** How long they took: pairs of bucket and count, see `decide/signals/histogram.ts`. */
  readonly buckets: readonly number[];
  /** The last one of them; absent = of an earlier release, or added up from storage. */
  readonly exemplar?: SignalExemplar;
}

/** One request out of many. */
export interface SignalExemplar {
  readonly requestId: string;
  /** The caller's trace; null = it named none. */
  readonly traceId: string | null;
  readonly ms: number;
  readonly at: number;
}

/** What one isolate counted in a few seconds. */
export interface SignalBatch {
  /** Numbers of an isolate go up; one that arrives again is counted once. */
  readonly seq: number;
  /** When it was begun and closed, by the isolate's clock. */
  readonly from: number;
  readonly to: number;
  readonly rows: readonly SignalRow[];
}

/** A batch that the isolate has given up: so many requests are missing, unless it had arrived after all. */
export interface LostBatch {
  readonly seq: number;
  readonly requests: number;
}

export interface SignalReport {
  readonly isolate: string;
  readonly batches: readonly SignalBatch[];
  readonly lost: readonly LostBatch[];
}

export interface SignalReply {
  /** The next report after so long. */
  readonly nextMs: number;
  /** Among so many objects the isolates divide themselves. */
  readonly spread: number;
}

/** What is to be added up. */
export interface SignalQuestion {
  readonly from: number;
  readonly to: number;
  /** null = all of them. */
  readonly service: string | null;
  /** Services of these alone; null = of every namespace, and requests that led nowhere. */
  readonly namespaces: readonly string[] | null;
  /** How long one point of the series is, milliseconds; null = no series. */
  readonly stepMs: number | null;
}

/** Sums of one step of time. */
export interface SignalPoint {
  readonly from: number;
  readonly service: string;
  readonly count: number;
  /** Answers of 500 and more. */
  readonly errors: number;
  /** Answers of 429, but for those to proofs that are not looked at any more. */
  readonly limited: number;
  /** Answers of 401 and 403, and those; absent = an object of an earlier release. */
  readonly denied?: number;
  readonly sumMs: number;
  readonly buckets: readonly number[];
}

export interface SignalAnswer {
  readonly rows: readonly SignalRow[];
  readonly points: readonly SignalPoint[];
  /** What one bucket of time is that was added up, milliseconds: the edges of the window are as exact as that. */
  readonly resolutionMs: number;
  /** When a report last arrived; null = none ever did. */
  readonly heardAt: number | null;
  /** Since when it is counted; null = nothing was. */
  readonly since: number | null;
  readonly lost: number;
  /** Requests that were counted without all of their labels, because there were too many of them. */
  readonly folded: number;
  readonly spread: number;
  readonly reporters: number;
}

/** Everything since the object began to count, for counters that only go up. */
export interface SignalTotals {
  readonly rows: readonly SignalRow[];
  readonly since: number | null;
  readonly heardAt: number | null;
  readonly lost: number;
  readonly folded: number;
  readonly late: number;
  readonly duplicates: number;
  readonly reports: number;
  readonly reporters: number;
  readonly spread: number;
}
