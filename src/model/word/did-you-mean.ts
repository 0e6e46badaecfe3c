// The word that was probably meant: nearest by spelling, or the one it begins. Never a guess that is far away.

/** Edits (insert, delete, replace, swap neighbours) from one word to the other, or `limit + 1` when there are more. */
function distance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) > limit) {
    return limit + 1;
  }
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        cost = Math.min(cost, (beforePrevious[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[to.length] ?? 0;
}

/**
 * The candidate that `word` was probably meant to be, or null.
 *
 * @example didYouMean("hostname", ["hostnames", "rules"]) === "hostnames"
 */
export function didYouMean(word: string, candidates: readonly string[]): string | null {
  if (word === "" || word.length > 64) {
    return null;
  }
  const lower = word.toLowerCase();
  const limit = word.length <= 3 ? 1 : 2;
  let best: string | null = null;
  let bestCost = limit + 1;
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    const begins = lower.length >= 3 && other.length >= 3 && (other.startsWith(lower) || lower.startsWith(other));
    const cost = Math.min(distance(lower, other, limit), begins ? limit : limit + 1);
    if (cost < bestCost) {
      best = candidate;
      bestCost = cost;
    }
  }
  return best;
}
