// A limit as the data plane reads it: arithmetic, mode, and what tells one caller's bucket from another's.
import type { LimitTerms } from "./limit-terms.ts";

export interface Limit {
  /** Its coordinator's name: `<namespace>/<policy>` of the RateLimitPolicy, `tier:<namespace>/<tier>` of the Tier. */
  readonly policy: string;
  readonly name: string;
  readonly terms: LimitTerms;
  /**
   * `leased`: counted mesh-wide from quota held here. `strict`: the coordinator is asked each time. `local`: this
   * isolate.
   */
  readonly mode: "leased" | "strict" | "local";
  /** Empty: one bucket for everybody. */
  readonly key: readonly KeyPart[];
  readonly whenUnavailable: "local-estimate" | "allow" | "deny";
  /** Counts and reports, never refuses. */
  readonly shadow: boolean;
  /** Holds a request instead of refusing it; null = refuses at once. */
  readonly queue: { readonly maxWaitMs: number; readonly max: number } | null;
  readonly headers: HeaderDialect;
  /**
   * Of a policy with `sla: true`: a contract's limits take its place. `only`: the policy has no limits of its own, so
   * this one limits nobody and is not counted.
   */
  readonly sla?: "own" | "only";
}

/** Begins a Tier's coordinator's name. No namespace has a colon, so it is never a RateLimitPolicy's. */
export const TIER_LIMITS = "tier:";

export type HeaderDialect = "ietf" | "anypoint" | "envoy" | "none";

export type KeyPart =
  | { readonly from: "client" | "ip" | "method" | "route" }
  | { readonly from: "header" | "cookie" | "claim"; readonly name: string };
