// How a stage may end for a request that nobody sends.

export const explainedOutcomes = ["passed", "refused", "answered", "noted", "unknown"] as const;

export type ExplainedOutcome = (typeof explainedOutcomes)[number];
