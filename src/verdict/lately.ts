// Troubles that were told a moment ago and are not any more: they come and go while retries and breakers hide them,
// and who looked away for ten seconds should not miss one. Kept for five minutes, in this page alone.
import type { Trouble } from "../status/trouble.ts";

export interface Passed {
  readonly trouble: Trouble;
  /** Milliseconds since the epoch: when it was told last. */
  readonly at: number;
  /** And first. */
  readonly firstAt: number;
}

const KEPT_MS = 300_000;
const MOST = 20;

const keyOf = ({ ref }: Trouble): string => ref ?? "";

/** @returns those that are not told now, the latest first; `memory` is brought up to date */
export function passedLately(memory: Map<string, Passed>, told: readonly Trouble[], now: number): readonly Passed[] {
  const present = new Set(told.map(keyOf));
  for (const trouble of told.toReversed()) {
    const firstAt = memory.get(keyOf(trouble))?.firstAt ?? now;
    memory.delete(keyOf(trouble));
    memory.set(keyOf(trouble), { trouble, at: now, firstAt });
  }
  for (const [key, { at }] of memory) {
    if (now - at > KEPT_MS || memory.size > MOST) {
      memory.delete(key);
    }
  }
  return [...memory.values()].filter(({ trouble }) => !present.has(keyOf(trouble))).toReversed();
}

const ranks = { down: 0, degraded: 1, notice: 2 } as const;

/** Troubles of one thing together; the worst first, and of those alike the one that was there first: what comes later
 * pushes nothing about. */
export function inSteadyOrder(
  memory: ReadonlyMap<string, Passed>,
  troubles: readonly Trouble[],
): readonly (readonly [Trouble, ...Trouble[]])[] {
  const firstAt = (trouble: Trouble): number => memory.get(keyOf(trouble))?.firstAt ?? Number.MAX_VALUE;
  const ofOne = [...Map.groupBy(troubles, keyOf).values()].flatMap(([worst, ...others]): [Trouble, ...Trouble[]][] =>
    worst === undefined ? [] : [[worst, ...others]],
  );
  return ofOne.toSorted(([a], [b]) => ranks[a.severity] - ranks[b.severity] || firstAt(a) - firstAt(b));
}
