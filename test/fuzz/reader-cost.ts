// What a reader costs at its worst text: the best of a few runs of each, since a machine that is busy makes others
// slower.
import { performance } from "node:perf_hooks";
import { hostileTexts } from "./hostile-texts.ts";
import type { Reader } from "./readers.ts";

export const MOST_MS = 5;
/** What a suite on a busy machine may see of it: a reader that is quadratic takes far longer. */
export const HANG_MS = 100;
/** A run that is good enough ends the search for a better one. */
const RUNS = 25;

export interface ReaderCost {
  readonly name: string;
  readonly worstMs: number;
  readonly shape: string;
}

export function readerCost({ name, starts, read }: Reader, size: number): ReaderCost {
  let worst: ReaderCost = { name, worstMs: 0, shape: "" };
  for (const start of starts) {
    for (const [shape, text] of hostileTexts(size, start)) {
      const ms = bestOf(() => read(text), worst.worstMs);
      if (ms > worst.worstMs) {
        worst = { name, worstMs: ms, shape: start === "" ? shape : `${start}… ${shape}` };
      }
    }
  }
  return worst;
}

function bestOf(run: () => unknown, enough: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RUNS && best > enough; i++) {
    const begun = performance.now();
    run();
    best = Math.min(best, performance.now() - begun);
  }
  return best;
}
