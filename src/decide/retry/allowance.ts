// How much of an allowance per second there can be at once.

/** Sums of fractions must not lose a retry to rounding. */
export const CRUMB = 1e-9;

/** What comes in less than one a second still has to add up to one. */
export function mostOf(perSecond: number): number {
  return perSecond === 0 ? 0 : Math.max(1, perSecond);
}
