// Patterns of policies: a text with at most one `*`, which stands for anything, also for nothing. And three-valued
// truth: what may be read in two ways is "maybe", which is too little for an ALLOW and enough for a DENY.

/** Ordered: `min` is "and", `max` is "or". */
export const NO = 0;
export const MAYBE = 1;
export const YES = 2;
export type Truth = typeof NO | typeof MAYBE | typeof YES;

export function both(left: Truth, right: Truth): Truth {
  return left < right ? left : right;
}

export function either(left: Truth, right: Truth): Truth {
  return left > right ? left : right;
}

export function negated(truth: Truth): Truth {
  return truth === YES ? NO : truth === NO ? YES : MAYBE;
}

/**
 * Does the whole text fit? Exact, or around the `*`: `/orders/*`, `*.example.com`, `shop/*-web`; `*` fits every text.
 * Letters count as they are written.
 */
export function fits(pattern: string, text: string): boolean {
  const star = pattern.indexOf("*");
  if (star === -1) {
    return pattern === text;
  }
  // Prefix and suffix must not share a character: `/a*a` is not `/a`.
  if (text.length < pattern.length - 1) {
    return false;
  }
  return text.startsWith(pattern.slice(0, star)) && text.endsWith(pattern.slice(star + 1));
}

export function fitsAny(patterns: readonly string[], text: string): boolean {
  for (const pattern of patterns) {
    if (fits(pattern, text)) {
      return true;
    }
  }
  return false;
}

/** All ways in which one thing may be read must fit for "yes"; one of them is "maybe". No readings: "no". */
export function matchesAny(patterns: readonly string[], readings: readonly string[]): Truth {
  let fitting = 0;
  for (const reading of readings) {
    if (fitsAny(patterns, reading)) {
      fitting++;
    }
  }
  return fitting === 0 ? NO : fitting === readings.length ? YES : MAYBE;
}
