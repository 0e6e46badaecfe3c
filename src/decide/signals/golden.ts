// Rows added up as people ask for them: traffic, errors, latency and saturation, in all or by one of their labels.
import type { Golden, RequestEnding, SeriesPoint, SignalPart } from "../../model/api/signals.ts";
import type { SignalPoint, SignalRow } from "../../model/message/signals.ts";
import { isHeldBack, isRefused } from "./endings.ts";
import { addSparse, BUCKETS, quantileMs } from "./histogram.ts";

const rounded = (value: number, digits = 3): number => Number(value.toFixed(digits));
const percent = (part: number, whole: number): number => (whole === 0 ? 0 : rounded((100 * part) / whole));

export function goldenOf(rows: Iterable<SignalRow>, windowMs: number): Golden {
  const buckets = new Float64Array(BUCKETS);
  let [requests, errors, clientErrors, limited, denied, sumMs, tries] = [0, 0, 0, 0, 0, 0, 0];
  for (const row of rows) {
    const { count, status } = row;
    requests += count;
    sumMs += row.sumMs;
    tries += row.tries;
    errors += status >= 500 ? count : 0;
    clientErrors += status >= 400 && status < 500 ? count : 0;
    limited += isHeldBack(row) ? count : 0;
    denied += isRefused(row) ? count : 0;
    addSparse(buckets, row.buckets);
  }
  return {
    requests,
    perSecond: rounded((1000 * requests) / windowMs),
    errors,
    errorPercent: percent(errors, requests),
    clientErrors,
    limited,
    denied,
    meanMs: requests === 0 ? null : rounded(sumMs / requests),
    p50Ms: quantileMs(buckets, 0.5),
    p90Ms: quantileMs(buckets, 0.9),
    p95Ms: quantileMs(buckets, 0.95),
    p99Ms: quantileMs(buckets, 0.99),
    inFlight: rounded(sumMs / windowMs),
    tries,
  };
}

/** By one of their labels, the busiest first; rows where it is empty have no part in it. */
export function partsBy(
  rows: readonly SignalRow[],
  label: (row: SignalRow) => string,
  windowMs: number,
  most: number,
): SignalPart[] {
  return [...Map.groupBy(rows, label)]
    .filter(([name]) => name !== "")
    .map(([name, those]) => ({ name, signals: goldenOf(those, windowMs) }))
    .toSorted((a, b) => b.signals.requests - a.signals.requests || (a.name < b.name ? -1 : 1))
    .slice(0, most);
}

/** How requests ended, the most frequent first. */
export function endingsOf(rows: readonly SignalRow[], most: number): RequestEnding[] {
  const groups = Map.groupBy(rows, ({ status, decision, policy }) => `${status} ${decision} ${policy}`);
  return [...groups.values()]
    .flatMap((those) => {
      const [first] = those;
      if (first === undefined) {
        return [];
      }
      const { status, decision, policy } = first;
      const requests = those.reduce((sum, { count }) => sum + count, 0);
      return [{ status, decision, policy: policy === "" ? null : policy, requests }];
    })
    .toSorted((a, b) => b.requests - a.requests || a.status - b.status)
    .slice(0, most);
}

/**
 * One series of several services, or of parts of one: points of the same step are one; steps without any are there.
 *
 * @param textOf a time, as people read it
 */
export function seriesOf(
  points: readonly SignalPoint[],
  { from, to, stepMs }: { readonly from: number; readonly to: number; readonly stepMs: number },
  textOf: (at: number) => string,
): SeriesPoint[] {
  const byStep = Map.groupBy(points, (point) => point.from);
  const series: SeriesPoint[] = [];
  for (let at = Math.floor(from / stepMs) * stepMs; at < to; at += stepMs) {
    series.push(pointOf(textOf(at), byStep.get(at) ?? []));
  }
  return series;
}

function pointOf(at: string, points: readonly SignalPoint[]): SeriesPoint {
  const buckets = new Float64Array(BUCKETS);
  const sum = (of: (point: SignalPoint) => number): number => points.reduce((total, one) => total + of(one), 0);
  for (const one of points) {
    addSparse(buckets, one.buckets);
  }
  const requests = sum(({ count }) => count);
  return {
    at,
    requests,
    errors: sum(({ errors }) => errors),
    limited: sum(({ limited }) => limited),
    denied: sum(({ denied = 0 }) => denied),
    meanMs: requests === 0 ? null : rounded(sum(({ sumMs }) => sumMs) / requests),
    p50Ms: quantileMs(buckets, 0.5),
    p95Ms: quantileMs(buckets, 0.95),
    p99Ms: quantileMs(buckets, 0.99),
  };
}
