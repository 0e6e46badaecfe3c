// A Rollout of one service, as isolates split by it and as its controller reads it: versions, steps and what is
// watched, with times in milliseconds. How far it has come is no part of a snapshot.
import type { KeyPart } from "./limit.ts";
import type { ValueMatch } from "./value-match.ts";

export interface RolloutTerms {
  /** `<namespace>/<name>` of the document. */
  readonly rollout: string;
  readonly stable: string;
  readonly canary: string;
  readonly steps: readonly RolloutStep[];
  readonly analysis: RolloutAnalysis;
  /** The first that a request has decides; absent: each request is drawn anew. */
  readonly sticky?: readonly KeyPart[];
  /** Requests that always go to the canary: each entry is conditions that all hold. Absent: none. */
  readonly match?: readonly (readonly ValueMatch[])[];
}

interface RolloutStep {
  /** Percent of callers. */
  readonly weight: number;
  /** null = until somebody promotes; on the last step, not at all. */
  readonly holdMs: number | null;
}

interface RolloutAnalysis {
  readonly maxErrorPercent: number;
  readonly maxP99Ratio: number;
  readonly minRequests: number;
  readonly intervalMs: number;
  readonly falseAlarm: number;
  readonly onFailure: "rollback" | "pause";
  readonly onNoData: "hold" | "rollback";
}
