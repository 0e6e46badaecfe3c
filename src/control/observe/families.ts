// Everything that there is to measure, as families of metrics: what is counted of requests, how services are, and how
// the mesh itself is. Who reads them in which format is not decided here.
import type { Family } from "../../decide/signals/exposition.ts";
import { metricRows } from "../../decide/signals/metric-rows.ts";
import type { Env } from "../../env/env.ts";
import { partsOfKey } from "../../model/word/refs.ts";
import { Store } from "../../store/store.ts";
import { coversNamespace, type Operator } from "../operator/operator.ts";
import { seenRows } from "../operator/redact.ts";
import { meshMetrics } from "./mesh-metrics.ts";
import { readTotals } from "./read-signals.ts";
import { serviceMetrics } from "./service-metrics.ts";

export const ANYBODY: Operator = { name: "anybody", role: "viewer", namespaces: null };

interface Told {
  readonly families: readonly Family[];
  /** When counters began, milliseconds since the epoch; null = they have not. */
  readonly since: number | null;
}

/** Of the whole mesh. */
export const allMetrics = (env: Env): Promise<Told> => familiesFor(env, ANYBODY);

export async function familiesFor(env: Env, operator: Operator): Promise<Told> {
  const isWhole = operator.namespaces === null;
  const covers = (service: string): boolean =>
    isWhole || (service.includes("/") && coversNamespace(operator, partsOfKey(service).namespace));
  const store = new Store(env.DB);
  const [totals, ofServices, ofMesh] = await Promise.all([
    readTotals(env),
    serviceMetrics(store, env, operator, covers),
    isWhole ? meshMetrics(store, env) : [],
  ]);
  const told = totals.filter((one) => one !== null);
  const counted = told.flatMap((one) => one.rows).filter(({ service }) => covers(service));
  const rows = seenRows(operator, counted);
  const since = told.flatMap((one) => one.since ?? []);
  return {
    families: [
      ...metricRows(rows),
      ...ofServices,
      ...ofMesh,
      ...(isWhole ? telemetryMetrics(told, totals.length) : []),
    ],
    since: since.length === 0 ? null : Math.min(...since),
  };
}

function telemetryMetrics(
  told: readonly NonNullable<Awaited<ReturnType<typeof readTotals>>[number]>[],
  asked: number,
): Family[] {
  const sum = (of: (one: (typeof told)[number]) => number): number => told.reduce((total, one) => total + of(one), 0);
  const one = (type: "counter" | "gauge", name: string, help: string, value: number): Family => ({
    type,
    name,
    help,
    samples: [{ labels: {}, value }],
  });
  const heardAt = Math.max(0, ...told.map((each) => each.heardAt ?? 0));
  return [
    {
      type: "counter",
      name: "selvage_telemetry_dropped",
      help: "Requests that were counted and could not be told.",
      samples: [{ labels: { stage: "isolate" }, value: sum(({ lost }) => lost) }],
    },
    one(
      "counter",
      "selvage_telemetry_folded",
      "Requests in rows for all that had none of their own.",
      sum(({ folded }) => folded),
    ),
    one(
      "counter",
      "selvage_telemetry_late",
      "Batches that came after their time was no longer kept.",
      sum(({ late }) => late),
    ),
    one(
      "counter",
      "selvage_telemetry_duplicates",
      "Batches that came again and were not counted.",
      sum(({ duplicates }) => duplicates),
    ),
    one(
      "counter",
      "selvage_telemetry_reports",
      "Reports of isolates, since each object last started to count.",
      sum(({ reports }) => reports),
    ),
    one(
      "gauge",
      "selvage_telemetry_reporters",
      "Isolates that reported in the last minute, for each object.",
      sum(({ reporters }) => reporters),
    ),
    one("gauge", "selvage_telemetry_objects", "Objects that add up what isolates count.", asked),
    one(
      "gauge",
      "selvage_telemetry_objects_unreachable",
      "Of these, how many could not be asked.",
      asked - told.length,
    ),
    ...(heardAt === 0
      ? []
      : [one("gauge", "selvage_telemetry_last_report_timestamp_seconds", "When a report last came.", heardAt / 1000)]),
  ];
}
