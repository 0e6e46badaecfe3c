// What the data plane would do with a request that nobody sends, and why: asked by the admin API, answered by the walk
// that real requests take. Plain data; what an operator may see of it is settled by who asked.
import type { ExplainedOutcome } from "../word/explained.ts";
import type { Problem } from "../word/problem.ts";
import type { ServiceKey } from "../snapshot/snapshot.ts";

export interface ExplainQuestion {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  readonly headers: Headers;
  /** null = not known. */
  readonly clientAddress: string | null;
  /** SPIFFE ID of a workload or an application that is taken for proven; null = only what the headers prove. */
  readonly as: string | null;
  /** null = what this isolate serves. */
  readonly revision: number | null;
}

export interface ExplainedDecision {
  /** As the trace names it, in the order of the walk: `admit`, `route`, `authorize`, `forward`. */
  readonly stage: string;
  /**
   * `answered`: the rule answers by itself. `noted`: only reported (AUDIT, a shadow limit). `unknown`: a call would
   * decide, which was not made; the walk goes on as if it let the request pass, unless it ends here.
   */
  readonly outcome: ExplainedOutcome;
  /** The document that decided: `HTTPRoute/shop/orders/0`, `RateLimitPolicy/shop/per-client/burst`; null = none. */
  readonly policy: string | null;
  /** The entry of it that decided: a name where its list has names, else a place in the list. */
  readonly setting: DecidingEntry | null;
  readonly detail: string;
  readonly alternatives: readonly AlternativeNotTaken[];
}

export interface DecidingEntry {
  /** The list below `spec`: `rules`, `limits`. */
  readonly list: string;
  readonly entry: string | number;
}

export interface AlternativeNotTaken {
  /** null = no document: a backend, a caller's other proof. */
  readonly policy: string | null;
  readonly why: string;
}

export interface ExplainedEndpoint {
  readonly id: string;
  /** A URL, or `binding <name>`. */
  readonly address: string;
  readonly cluster: string;
  readonly version: string | null;
  readonly weight: number;
  readonly priority: number;
  /** Whether it could answer now. */
  readonly eligible: boolean;
  /** What keeps it back, or speaks against it; null = nothing. */
  readonly why: string | null;
}

export interface ExplainedCaller {
  readonly workload: string | null;
  readonly application: string | null;
  /** `<issuer>/<subject>`. */
  readonly user: string | null;
  /** Taken for proven because the question said so. */
  readonly imagined: boolean;
}

export interface Explanation {
  readonly revision: number;
  /** As it is judged; null = it was not admitted. */
  readonly request: {
    readonly method: string;
    readonly host: string;
    readonly path: string;
    readonly clientAddress: string | null;
  } | null;
  readonly caller: ExplainedCaller;
  readonly decisions: readonly ExplainedDecision[];
  readonly destination: { readonly service: ServiceKey; readonly version: string | null } | null;
  readonly endpoints: readonly ExplainedEndpoint[];
  readonly answer: {
    /** `service`: the request is forwarded, and the service answers. */
    readonly from: "mesh" | "service";
    readonly status: number | null;
    readonly problem: Problem | null;
    readonly headers: Readonly<Record<string, string>>;
  };
}

/** `no-revision`: there is no snapshot of it any more. `not-ready`: nothing could be loaded. */
export type ExplainFault = { readonly fault: "no-revision" | "not-ready" | "no-party"; readonly detail: string };

export type Explain<Env, Context> = (
  question: ExplainQuestion,
  via: Request,
  env: Env,
  ctx: Context,
) => Promise<Explanation | ExplainFault>;
