// When a service was down, from its series: steps in which enough of its requests failed, joined where they touch.
import type { SeriesPoint } from "../../model/api/signals.ts";

const FEWEST = 5;
const DOWN_PERCENT = 50;
const FAILING_PERCENT = 5;
const FEWEST_FAILING = 20;

export interface Interval {
  readonly from: number;
  readonly to: number;
  readonly requests: number;
  readonly errors: number;
  /** It goes on at the end of the series. */
  readonly isOngoing: boolean;
}

/** Steps without requests neither begin nor end an interval. */
export function downtimeOf(series: readonly SeriesPoint[], stepMs: number): Interval[] {
  const intervals: Interval[] = [];
  let open: { from: number; to: number; requests: number; errors: number } | null = null;
  for (const { at, requests, errors } of series) {
    const from = Date.parse(at);
    if (isDown(requests, errors)) {
      open ??= { from, to: from, requests: 0, errors: 0 };
      open.to = from + stepMs;
      open.requests += requests;
      open.errors += errors;
    } else if (requests > 0 && open !== null) {
      intervals.push({ ...open, isOngoing: false });
      open = null;
    }
  }
  return open === null ? intervals : [...intervals, { ...open, isOngoing: true }];
}

function isDown(requests: number, errors: number): boolean {
  const share = requests === 0 ? 0 : (100 * errors) / requests;
  return (requests >= FEWEST && share >= DOWN_PERCENT) || (requests >= FEWEST_FAILING && share >= FAILING_PERCENT);
}
