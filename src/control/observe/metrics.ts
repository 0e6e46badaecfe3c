// `/_selvage/metrics`: everything that is counted, and how the mesh itself is, for Prometheus and what reads as it
// does.
import * as z from "zod";
import { exposition, FORMATS, formatOf, type Family } from "../../decide/signals/exposition.ts";
import { metricRows } from "../../decide/signals/metric-rows.ts";
import { settingsOf } from "../../env/settings.ts";
import { partsOfKey } from "../../model/word/refs.ts";
import { Store } from "../../store/store.ts";
import { refusalResponse } from "../http/answer.ts";
import { callerAddress } from "../operator/caller-address.ts";
import { identifyOperator } from "../operator/identify.ts";
import type { Operator } from "../operator/operator.ts";
import { coversNamespace } from "../operator/operator.ts";
import { registerPage, type WebPageRequest } from "../register/register-page.ts";
import type { ControlApp } from "../register/register.ts";
import { meshMetrics } from "./mesh-metrics.ts";
import { readTotals } from "./read-signals.ts";
import { serviceMetrics } from "./service-metrics.ts";

const ANYBODY: Operator = { name: "anybody", role: "viewer", namespaces: null };

export function registerMetrics(app: ControlApp): void {
  registerPage(app, {
    id: "metrics",
    path: "/_selvage/metrics",
    tag: "signals",
    summary: "Metrics in Prometheus' text format, or in OpenMetrics with exemplars where Accept asks for it.",
    description:
      "Needs an operator's token (viewer) unless METRICS_PUBLIC is true. An operator who is limited to namespaces gets the " +
      "metrics of their services alone.",
    content: { "text/plain": { schema: z.string() }, "application/openmetrics-text": { schema: z.string() } },
    refusals: ["unauthenticated", "refusedTooOften", "noRole", "storageUnavailable", "internal"],
    handle: async (visit) => {
      const { request, requestId } = visit;
      const operator = await operatorReader(visit);
      if ("problem" in operator) {
        return refusalResponse(operator, { requestId, url: request.url }, "metrics");
      }
      const format = formatOf(request.headers.get("accept"));
      const body = exposition(await familiesFor(visit, operator), format);
      return new Response(body, { headers: { "content-type": FORMATS[format], "x-request-id": requestId } });
    },
  });
}

async function operatorReader({ request, env, ctx }: WebPageRequest): Promise<Operator | RefusalOf> {
  if (settingsOf(env).metricsPublic) {
    return ANYBODY;
  }
  const [store, address] = [new Store(env.DB), callerAddress({ request, env })];
  const identity = await identifyOperator(request, { env, ctx, store, address, now: Date.now() });
  return "refusal" in identity ? identity.refusal : identity.operator;
}

type RefusalOf = Parameters<typeof refusalResponse>[0];

async function familiesFor({ env }: WebPageRequest, operator: Operator): Promise<Family[]> {
  const isWhole = operator.namespaces === null;
  const covers = (service: string): boolean =>
    isWhole || (service.includes("/") && coversNamespace(operator, partsOfKey(service).namespace));
  const store = new Store(env.DB);
  const [totals, ofServices, ofMesh] = await Promise.all([
    readTotals(env),
    serviceMetrics(store, env, covers),
    isWhole ? meshMetrics(store, env) : [],
  ]);
  const told = totals.filter((one) => one !== null);
  const rows = told.flatMap((one) => one.rows).filter(({ service }) => covers(service));
  return [...metricRows(rows), ...ofServices, ...ofMesh, ...(isWhole ? telemetryMetrics(told, totals.length) : [])];
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
