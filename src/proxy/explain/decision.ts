// One decision as it is told: the little that all stages share when they say what they did.
import type { ExplainedDecision } from "../../model/message/explanation.ts";
import type { Decided, Exchange } from "../exchange/exchange.ts";
import type { Imagined } from "./imagined.ts";

/** A stage that has just decided. */
export interface StageSeen {
  /** As the stage saw it: what it learned is not written down yet. */
  readonly exchange: Exchange;
  readonly decided: Decided;
  /** What it told the trace, by word. */
  readonly facts: ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>;
  readonly world: Imagined;
  /** The question names the caller. */
  readonly as: string | null;
}

export type Say = (seen: StageSeen) => ExplainedDecision[];

export function decision(
  stage: string,
  outcome: ExplainedDecision["outcome"],
  detail: string,
  more: Partial<Pick<ExplainedDecision, "policy" | "setting" | "alternatives">> = {},
): ExplainedDecision {
  const policy = more.policy === "none" ? null : (more.policy ?? null);
  return { stage, outcome, policy, setting: more.setting ?? null, detail, alternatives: more.alternatives ?? [] };
}

/** The walk ended with this stage; null = it goes on. */
export function endOf({
  decided,
}: Pick<StageSeen, "decided">): { policy: string; detail: string; answers: boolean } | null {
  if (!("no" in decided)) {
    return null;
  }
  const { no, policy } = decided;
  if (no instanceof Response) {
    return { policy, detail: `answered ${no.status}`, answers: true };
  }
  return "problem" in no
    ? { policy, detail: no.detail, answers: false }
    : { policy, detail: `The rule answers ${no.status} by itself`, answers: true };
}

export function endedAt(stage: string, end: NonNullable<ReturnType<typeof endOf>>): ExplainedDecision {
  return decision(stage, end.answers ? "answered" : "refused", end.detail, { policy: end.policy });
}
