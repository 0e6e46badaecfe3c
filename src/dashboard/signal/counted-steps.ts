// The steps of a series with how long of each was counted. Nobody counted before the mesh was there, and of the newest
// step isolates have told little or nothing yet: neither is a moment without requests.
import type { SeriesPoint, SignalWindow } from "../../model/api/signals.ts";

interface CountedStep {
  readonly point: SeriesPoint;
  /** 0 = none of it. */
  readonly seconds: number;
}

/** Of less than that, a rate is chance. */
const LEAST_SECONDS = 5;
/** What nobody has told of by then had no requests. */
const TOLD_WITHIN_MS = 30_000;

/** Without the newest that are not told of yet. */
export function countedSteps(
  series: readonly SeriesPoint[],
  stepSeconds: number,
  { to, asOf, countedSince }: Pick<SignalWindow, "to" | "asOf" | "countedSince">,
): readonly CountedStep[] {
  const until = Math.max(Date.parse(asOf ?? to), Date.parse(to) - TOLD_WITHIN_MS);
  const since = countedSince === null ? 0 : Date.parse(countedSince);
  return series.flatMap((point): CountedStep[] => {
    const begun = Date.parse(point.at);
    if (until - begun < LEAST_SECONDS * 1000) {
      return [];
    }
    const end = Math.min(begun + stepSeconds * 1000, until);
    return [{ point, seconds: Math.max(0, end - Math.max(begun, since)) / 1000 }];
  });
}
