// What an isolate counted, written to Analytics Engine as well, where there is a binding: one point for a row. The
// platform takes a bounded number of them from one request: what is beyond stands in one point that says so.
import { quantileMs, addSparse, BUCKETS } from "../decide/signals/histogram.ts";
import { OTHER, otherLabels } from "../decide/signals/other.ts";
import type { SignalRow } from "../model/message/signals.ts";

/** The least that is needed of the binding. */
export interface Dataset {
  writeDataPoint(point: { readonly indexes: string[]; readonly blobs: string[]; readonly doubles: number[] }): void;
}

const MOST_POINTS = 250;
const LONGEST_INDEX = 96;

/** Never throws: whoever counts does not depend on it. */
export function writeSignals(dataset: Dataset, rows: readonly SignalRow[]): void {
  const sorted = rows.toSorted((a, b) => b.count - a.count);
  const [own, rest] = [sorted.slice(0, MOST_POINTS - 1), sorted.slice(MOST_POINTS - 1)];
  try {
    for (const row of rest.length > 1 ? [...own, summed(rest)] : sorted) {
      dataset.writeDataPoint(pointOf(row));
    }
  } catch {
    // The platform takes no more: what was counted is told to the mesh's own objects all the same.
  }
}

function summed(rows: readonly SignalRow[]): SignalRow {
  const sum = (of: (row: SignalRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const buckets = rows.flatMap((row) => row.buckets);
  return {
    ...otherLabels(OTHER),
    count: sum((row) => row.count),
    sumMs: sum((row) => row.sumMs),
    tries: sum((row) => row.tries),
    buckets,
  };
}

function pointOf(row: SignalRow) {
  const { service, version, route, endpoint, cluster, caller, status, decision, policy } = row;
  const counts = new Float64Array(BUCKETS);
  addSparse(counts, row.buckets);
  return {
    indexes: [service.slice(0, LONGEST_INDEX)],
    blobs: [service, version, route, endpoint, cluster, caller, String(status), decision, policy],
    doubles: [row.count, row.sumMs, row.tries, quantileMs(counts, 0.5) ?? 0, quantileMs(counts, 0.99) ?? 0],
  };
}
