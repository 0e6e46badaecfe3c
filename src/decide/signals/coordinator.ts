// The one side that adds up what isolates counted: into spans of ten seconds, a minute and an hour, each kept for its
// time, and into totals that only go up. Where a batch belongs is said by its own times, so that it does not matter
// when it comes. Pure: what was stored is asked for by `load`.
import type { SignalBatch, SignalReport } from "../../model/message/signals.ts";
import { countReport, newLoad, REPORTS_PER_SECOND, type Load } from "../fleet/reporters.ts";
import { takeBatches, forgetSilent, newArrivals, type Arrivals } from "./arrivals.ts";
import { addRow, forgetBefore, newSlot, type TimeSlot } from "./slot.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export interface Level {
  readonly name: "10s" | "1m" | "1h";
  readonly ms: number;
  readonly keepMs: number;
  readonly mostRows: number;
}

/** @param keepDays of the levels, in days */
export function levelsOf([ten, minute, hour]: readonly [number, number, number] = [1, 30, 400]): readonly Level[] {
  return [
    { name: "10s", ms: 10_000, keepMs: ten * DAY_MS, mostRows: 4000 },
    { name: "1m", ms: MINUTE_MS, keepMs: minute * DAY_MS, mostRows: 2000 },
    { name: "1h", ms: HOUR_MS, keepMs: hour * DAY_MS, mostRows: 2000 },
  ];
}

/** Longer than that without a request, and a row is no longer among the totals: counters may begin anew. */
const IDLE_TOTAL_MS = HOUR_MS;
/** An isolate holds on to a batch for two minutes. */
const SILENT_MS = 600_000;
const MOST_TOTALS = 4000;
/** Clocks differ; what is further ahead is of now. */
const AHEAD_MS = 5000;
const SHORTEST_MS = 2000;
const MOST_SPREAD = 16;
/** What the number of reports is smoothed over. */
const SMOOTH_MS = 10_000;

export interface SignalCoordinator {
  readonly levels: readonly Level[];
  /** By level and beginning: those that are at hand. */
  readonly slots: Map<string, { readonly level: Level; readonly slot: TimeSlot }>;
  /** Of those, what is not stored as it is now. */
  readonly changed: Set<string>;
  readonly totals: TimeSlot;
  readonly arrivals: Arrivals;
  readonly load: Load;
  since: number | null;
  heardAt: number | null;
  reports: number;
  /** Batches that came when their time was no longer kept. */
  late: number;
  spread: number;
}

type LoadSlot = (level: Level, from: number) => TimeSlot | null;

export function newSignalCoordinator(levels: readonly Level[], now: number): SignalCoordinator {
  return {
    levels,
    slots: new Map(),
    changed: new Set(),
    totals: newSlot(0),
    arrivals: newArrivals(),
    load: newLoad(now),
    since: null,
    heardAt: null,
    reports: 0,
    late: 0,
    spread: 1,
  };
}

export const slotName = ({ name }: Level, from: number): string => `${name}:${String(from).padStart(15, "0")}`;

/** Takes a report in. @returns what of it is news */
export function takeReport(
  coordinator: SignalCoordinator,
  report: SignalReport,
  now: number,
  load: LoadSlot,
): SignalBatch[] {
  const news = takeBatches(coordinator.arrivals, report.isolate, report, now);
  coordinator.reports += 1;
  coordinator.heardAt = now;
  countReport(coordinator.load, SMOOTH_MS, now);
  for (const batch of news) {
    addBatch(coordinator, batch, now, load);
  }
  return news;
}

function addBatch(coordinator: SignalCoordinator, batch: SignalBatch, now: number, load: LoadSlot): void {
  const at = Math.min(batch.from, now + AHEAD_MS);
  coordinator.since = Math.min(coordinator.since ?? at, at);
  for (const row of batch.rows) {
    addRow(coordinator.totals, row, MOST_TOTALS, now);
  }
  for (const level of coordinator.levels) {
    if (at < now - level.keepMs) {
      coordinator.late += 1;
      continue;
    }
    const from = Math.floor(at / level.ms) * level.ms;
    const slot = slotAt(coordinator, level, from, load);
    for (const row of batch.rows) {
      addRow(slot, row, level.mostRows, now);
    }
    coordinator.changed.add(slotName(level, from));
  }
}

function slotAt({ slots }: SignalCoordinator, level: Level, from: number, load: LoadSlot): TimeSlot {
  const name = slotName(level, from);
  const known = slots.get(name);
  if (known !== undefined) {
    return known.slot;
  }
  const slot = load(level, from) ?? newSlot(from);
  slots.set(name, { level, slot });
  return slot;
}

/** Drops from memory what is stored and over, and totals of what is gone. */
export function tidySignals(coordinator: SignalCoordinator, now: number): void {
  for (const [name, { level, slot }] of coordinator.slots) {
    if (!coordinator.changed.has(name) && slot.from + level.ms < now - MINUTE_MS) {
      coordinator.slots.delete(name);
    }
  }
  forgetSilent(coordinator.arrivals, now - SILENT_MS);
  forgetBefore(coordinator.totals, now - IDLE_TOTAL_MS);
}

/** How often isolates are to report, and among how many objects: more of them before they have to wait longer. */
export function signalPace(coordinator: SignalCoordinator): { nextMs: number; spread: number } {
  const { load } = coordinator;
  if (load.perSecond > REPORTS_PER_SECOND && coordinator.spread < MOST_SPREAD) {
    coordinator.spread *= 2;
    load.perSecond /= 2;
  }
  const strain = load.perSecond / REPORTS_PER_SECOND;
  return { nextMs: Math.ceil(SHORTEST_MS * Math.max(1, strain)), spread: coordinator.spread };
}
