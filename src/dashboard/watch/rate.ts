// How many requests fit, and how many of them are not shown: of the seconds that the mesh told last. Pure.

/** What a tail says once a second. */
export interface Meter {
  readonly shown: number;
  /** false = isolates do not watch: only kept requests are shown. */
  readonly live: boolean;
  readonly matched: number;
  readonly dropped: number;
}

export interface Rate {
  readonly live: boolean;
  readonly perSecond: number;
  readonly shownPerSecond: number;
}

const SECONDS = 10;

export const lastMeters = (meters: readonly Meter[], next: Meter): readonly Meter[] =>
  [...meters, next].slice(-SECONDS);

/** null = nothing was told yet. */
export function rateOf(meters: readonly Meter[]): Rate | null {
  const last = meters.at(-1);
  if (last === undefined) {
    return null;
  }
  const sum = (of: (meter: Meter) => number): number => meters.reduce((all, one) => all + of(one), 0) / meters.length;
  return { live: last.live, perSecond: sum((one) => one.matched), shownPerSecond: sum((one) => one.shown) };
}
