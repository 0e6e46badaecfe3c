// The arithmetic of one limit, as numbers: what a snapshot says and a question to the coordinator carries along.

/** The arithmetic of one limit. Travels with each question, so the coordinator holds no second copy to go stale. */
export interface LimitTerms {
  readonly algorithm: "gcra" | "fixed-window";
  /** Requests allowed in each window. */
  readonly requests: number;
  readonly windowMs: number;
  /** Requests that may come back to back (GCRA only). */
  readonly burst: number;
}
