// What importers found out about a Rollout → the document. A step never ends sooner than it did in the source: where
// something decided that cannot be asked here, it waits until somebody promotes.
import { parseDuration } from "../../model/document/field/duration.ts";
import { readMetadata, type SourceDocument } from "../source/source-documents.ts";
import { spelledMs } from "../source/gateway-duration.ts";
import type { HeaderMatches } from "./header-matches.ts";
import type { RolloutDocument } from "./import-rollouts.ts";

export interface PlannedStep {
  /** Percent. */
  readonly weight: number;
  /** null: until somebody promotes; on the last step not at all. */
  readonly hold: string | null;
}

interface RolloutPlan {
  readonly service: string;
  readonly stable: string;
  readonly canary: string;
  readonly steps: readonly PlannedStep[];
  readonly match?: readonly HeaderMatches[];
  readonly maxErrorPercent?: number;
  /** Callers keep the version that they had. */
  readonly isSticky?: boolean;
}

/** Where something decided that nobody can ask here. */
export interface Gates {
  /** Before anybody gets the canary. */
  readonly start: boolean;
  /** Before each step. */
  readonly each: boolean;
  /** Before everybody gets it. */
  readonly end: boolean;
}

/** Nobody gets the canary until somebody promotes; then everybody. */
export const byHand: readonly PlannedStep[] = [
  { weight: 0, hold: null },
  { weight: 100, hold: null },
];

/** A last step that is not for everybody would be where the Rollout ends and stays. */
export function toEverybody(steps: readonly PlannedStep[]): readonly PlannedStep[] {
  return (steps.at(-1)?.weight ?? 0) < 100 ? [...steps, { weight: 100, hold: null }] : steps;
}

/** The same steps; those that wait for a decision have no hold. What everybody has is nobody's to decide any more. */
export function gated(steps: readonly PlannedStep[], { start, each, end }: Gates): readonly PlannedStep[] {
  const isOpen = steps[0]?.weight === 0;
  const begun: readonly PlannedStep[] = start
    ? [{ weight: 0, hold: null }, ...(isOpen ? steps.slice(1) : steps)]
    : steps;
  const last = begun.findLastIndex(({ weight }) => weight < 100);
  return begun.map((step, index) =>
    step.weight < 100 && (each || (end && index === last)) ? { weight: step.weight, hold: null } : step,
  );
}

export function rolloutDocument(source: SourceDocument, plan: RolloutPlan): RolloutDocument {
  const { service, stable, canary, steps, match = [], maxErrorPercent, isSticky = false } = plan;
  const interval = intervalOf(steps);
  const analysis = {
    ...(maxErrorPercent === undefined ? {} : { maxErrorPercent }),
    ...(interval === null ? {} : { interval }),
  };
  return {
    apiVersion: "selvage.dev/v1",
    kind: "Rollout",
    metadata: { name: source.name, namespace: source.namespace, ...readMetadata(source) },
    spec: {
      service,
      stable,
      canary,
      steps: steps.map(({ weight, hold }) => (hold === null ? { weight } : { weight, hold })),
      ...(Object.keys(analysis).length > 0 ? { analysis } : {}),
      ...(isSticky ? { sticky: { by: ["claim:sub", "cookie:sid", "ip"] } } : {}),
      ...(match.length > 0 ? { match } : {}),
    },
  } as RolloutDocument;
}

/** A step lasts five intervals at least. */
const LOOKS = 5;
const USUAL_MS = 30_000;
const SHORTEST_MS = 1000;
/** No step is watched for less. */
export const SHORTEST_HOLD_MS = LOOKS * SHORTEST_MS;

/** So short that each hold lasts as long as it says; null = the usual one is. */
function intervalOf(steps: readonly PlannedStep[]): string | null {
  const holds = steps.flatMap(({ hold }) => (hold === null ? [] : (parseDuration(hold) ?? [])));
  const shortest = Math.min(...holds, LOOKS * USUAL_MS);
  return shortest < LOOKS * USUAL_MS ? spelledMs(Math.max(SHORTEST_MS, Math.floor(shortest / LOOKS))) : null;
}
