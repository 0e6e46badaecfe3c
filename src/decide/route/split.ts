// Weighted choice among the backends of a rule. Not sticky: `sessionPersistence` and rollouts choose before this.
import type { Backend } from "../../model/snapshot/snapshot.ts";

/**
 * Picks in proportion to the weights; a backend of weight 0 gets nothing. Null when nothing has a weight (answered 500,
 * Gateway API `backendRefs`).
 *
 * @param random in [0, 1)
 */
export function pickBackend(backends: readonly Backend[], random: number): Backend | null {
  let total = 0;
  for (const backend of backends) {
    total += backend.weight;
  }
  let rest = random * total;
  let last: Backend | null = null;
  for (const backend of backends) {
    if (backend.weight <= 0) {
      continue;
    }
    if (rest < backend.weight) {
      return backend;
    }
    rest -= backend.weight;
    last = backend;
  }
  // Only rounding leads here: the share belongs to whoever is last.
  return last;
}
