// What is answered from the spans of time: sums of a window by row, and a series of points by service.
import type { SignalAnswer, SignalPoint, SignalQuestion, SignalRow } from "../../model/message/signals.ts";
import { partsOfKey } from "../../model/word/refs.ts";
import { heardSince } from "./arrivals.ts";
import type { Level, SignalCoordinator } from "./coordinator.ts";
import { isHeldBack, isRefused } from "./endings.ts";
import { addSparse, BUCKETS, sparse } from "./histogram.ts";
import { OTHER } from "./other.ts";
import { addRow, newSlot, rowOf, type TimeSlot } from "./slot.ts";

/** Spans of one level that one question adds up at most. */
const MOST_SLOTS = 1500;
const MOST_ROWS = 20_000;
/** Services with a series of their own in one answer. */
const MOST_SERIES = 200;
const REPORTING_MS = 60_000;

/** The finest level that still has the window, and does not need too many spans for it. */
export function levelFor(
  levels: readonly Level[],
  { from, to }: Pick<SignalQuestion, "from" | "to">,
  now: number,
): Level {
  const fits = levels.find(({ ms, keepMs }) => (to - from) / ms <= MOST_SLOTS && from >= now - keepMs);
  const last = fits ?? levels.at(-1);
  if (last === undefined) {
    throw new Error("There are no levels");
  }
  return last;
}

/** @param slots of the level, from the window's first on, in any order */
export function answerSignals(
  coordinator: SignalCoordinator,
  question: SignalQuestion,
  level: Level,
  slots: Iterable<TimeSlot>,
  now: number,
): SignalAnswer {
  const { arrivals, since, heardAt, spread } = coordinator;
  const merged = newSlot(question.from);
  const series = new Map<string, Point>();
  let folded = 0;
  for (const slot of slots) {
    if (slot.from + level.ms <= question.from || slot.from >= question.to) {
      continue;
    }
    for (const sum of slot.sums.values()) {
      const { labels } = sum;
      if (!isAsked(question, labels.service)) {
        continue;
      }
      const row = rowOf(sum);
      folded += labels.decision === OTHER ? row.count : 0;
      addRow(merged, row, MOST_ROWS, 0);
      if (question.stepMs !== null) {
        point(series, slot.from, question.stepMs, row);
      }
    }
  }
  return {
    rows: [...merged.sums.values()].map(rowOf),
    points: [...series.values()].map(
      ({ from, service, count, errors, limited, denied, sumMs, buckets }): SignalPoint => {
        return { from, service, count, errors, limited, denied, sumMs, buckets: sparse(buckets) };
      },
    ),
    resolutionMs: level.ms,
    heardAt,
    since,
    lost: arrivals.lost,
    folded,
    spread,
    reporters: heardSince(arrivals, now - REPORTING_MS),
  };
}

/** Who may see one namespace sees nothing of requests that led nowhere, nor of what was folded for the whole mesh. */
function isAsked({ service, namespaces }: SignalQuestion, of: string): boolean {
  if (service !== null && of !== service) {
    return false;
  }
  return namespaces === null || (of.includes("/") && namespaces.includes(partsOfKey(of).namespace));
}

interface Point extends Omit<SignalPoint, "buckets"> {
  count: number;
  errors: number;
  limited: number;
  denied: number;
  sumMs: number;
  readonly buckets: Float64Array;
}

function point(series: Map<string, Point>, at: number, stepMs: number, row: SignalRow): void {
  const from = Math.floor(at / stepMs) * stepMs;
  const own = `${from} ${row.service}`;
  const isFull = !series.has(own) && series.size >= MOST_SERIES * 60;
  const service = isFull ? OTHER : row.service;
  const key = isFull ? `${from} ${OTHER}` : own;
  const known = series.get(key) ?? {
    from,
    service,
    count: 0,
    errors: 0,
    limited: 0,
    denied: 0,
    sumMs: 0,
    buckets: new Float64Array(BUCKETS),
  };
  series.set(key, known);
  known.count += row.count;
  known.errors += row.status >= 500 ? row.count : 0;
  known.limited += isHeldBack(row) ? row.count : 0;
  known.denied += isRefused(row) ? row.count : 0;
  known.sumMs += row.sumMs;
  addSparse(known.buckets, row.buckets);
}
