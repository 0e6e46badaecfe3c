// A Rollout on the wire: its document with what its controller tells of it.
import { rolloutSteps } from "../../compile/rollouts.ts";
import type { RolloutStatus } from "../../model/api/rollouts.ts";
import type { DocumentOf } from "../../model/document/document.ts";
import type { RolloutView } from "../../model/message/rollout.ts";

/** @param view null = the controller cannot be asked, or has not begun */
export function rolloutStatus({ metadata, spec }: DocumentOf<"Rollout">, view: RolloutView | null): RolloutStatus {
  const { namespace, name } = metadata;
  const of = { namespace, name, service: spec.service };
  if (view === null) {
    const steps = rolloutSteps(spec.steps).map((one) => Object.assign({}, one));
    return { ...of, steps, stable: none(spec.stable), canary: none(spec.canary), ...UNKNOWN };
  }
  const { terms, phase, seq, weight, step, stepAt, watchedMs, heardAt, ...told } = view;
  return {
    ...of,
    known: true,
    phase,
    version: seq,
    weight,
    step: step + 1,
    steps: terms.steps.map((one) => Object.assign({}, one)),
    stepSince: time(stepAt),
    watchedMs,
    heardAt: heardAt === null ? null : time(heardAt),
    odds: told.odds,
    alarm: told.alarm,
    stable: told.stable,
    canary: told.canary,
    guards: [...told.guards],
    looks: told.looks.map((one) => Object.assign({}, one, { at: time(one.at) })),
    turns: told.turns.map((one) => Object.assign({}, one, { at: time(one.at), step: one.step + 1 })),
  };
}

const time = (ms: number): string => new Date(ms).toISOString();
const none = (version: string): RolloutStatus["stable"] => ({ version, requests: 0, failed: 0, p99Ms: null });

const UNKNOWN = {
  known: false,
  phase: null,
  version: 0,
  weight: 0,
  step: 0,
  stepSince: null,
  watchedMs: 0,
  heardAt: null,
  odds: 1,
  alarm: 0,
  guards: [],
  looks: [],
  turns: [],
} satisfies Partial<RolloutStatus>;
