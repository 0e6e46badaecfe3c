// What was counted of requests, as families of metrics: few enough of them that a scrape stays small, however many rows
// there are. What is too much is in the row `_other`.
import type { SignalExemplar, SignalRow } from "../../model/message/signals.ts";
import type { Exemplar, Family, HistogramSample } from "./exposition.ts";
import { addSparse, BUCKETS } from "./histogram.ts";
import { OTHER } from "./other.ts";

const MOST_HISTOGRAMS = 1000;
const MOST_COUNTERS = 5000;

type Labels = Readonly<Record<string, string>>;

export function metricRows(rows: readonly SignalRow[]): Family[] {
  return [
    {
      type: "histogram",
      name: "http_server_request_duration_seconds",
      help: "How long requests took, from their arrival to the head of the answer.",
      samples: histograms(rows),
    },
    counter(
      "selvage_requests",
      "Requests that ended, by all that is counted of them.",
      rows,
      requestLabels,
      ({ count }) => count,
    ),
    counter("selvage_tries", "Calls of endpoints.", rows, endpointLabels, ({ tries }) => tries),
    counter(
      "selvage_retries",
      "Calls of endpoints beyond the first of a request: retries and hedges.",
      rows,
      routeLabels,
      retriesOf,
    ),
    counter(
      "selvage_ratelimit_decisions",
      "Requests that limits refused.",
      rows.filter(isLimited),
      limiterLabels,
      ({ count }) => count,
    ),
  ];
}

const isLimited = ({ decision, status }: SignalRow): boolean => decision === "limit" && status === 429;
const retriesOf = ({ tries, count }: SignalRow): number => Math.max(0, tries - count);

const serviceOf = ({ service }: SignalRow): string => (service === "" ? "_none" : service);
const statusOf = ({ status }: SignalRow): string => (status === 0 ? OTHER : String(status));

function histogramLabels(row: SignalRow): Labels {
  return {
    service: serviceOf(row),
    service_version: row.version,
    http_route: row.route === "none" ? "_unmatched" : row.route,
    http_response_status_code: statusOf(row),
  };
}

function requestLabels(row: SignalRow): Labels {
  const { endpoint, cluster, caller, decision, policy } = row;
  return {
    ...histogramLabels(row),
    selvage_endpoint: endpoint,
    selvage_cluster: cluster,
    selvage_client: caller,
    selvage_decision: decision,
    selvage_policy: policy,
  };
}

const endpointLabels = (row: SignalRow): Labels => ({
  service: serviceOf(row),
  service_version: row.version,
  selvage_endpoint: row.endpoint,
});
const routeLabels = (row: SignalRow): Labels => ({ service: serviceOf(row), http_route: row.route });
const limiterLabels = (row: SignalRow): Labels => ({
  limiter: row.policy,
  decision: "deny",
  service: serviceOf(row),
  selvage_client: row.caller,
});

const keyOf = (labels: Labels): string => Object.values(labels).join("\n");

function otherOf(labels: Labels): Labels {
  return Object.fromEntries(Object.keys(labels).map((name) => [name, OTHER]));
}

function counter(
  name: string,
  help: string,
  rows: readonly SignalRow[],
  labelsOf: (row: SignalRow) => Labels,
  valueOf: (row: SignalRow) => number,
): Family {
  const samples = new Map<string, { readonly labels: Labels; value: number }>();
  for (const row of rows) {
    const own = labelsOf(row);
    const key = keyOf(own);
    const isFull = !samples.has(key) && samples.size >= MOST_COUNTERS;
    const labels = isFull ? otherOf(own) : own;
    const sample = samples.get(isFull ? OTHER : key) ?? { labels, value: 0 };
    sample.value += valueOf(row);
    samples.set(isFull ? OTHER : key, sample);
  }
  return { type: "counter", name, help, samples: [...samples.values()].filter(({ value }) => value > 0) };
}

function histograms(rows: readonly SignalRow[]): HistogramSample[] {
  const samples = new Map<string, { labels: Labels; counts: Float64Array; sumMs: number; exemplar: Exemplar | null }>();
  for (const row of rows) {
    const own = histogramLabels(row);
    const key = keyOf(own);
    const isFull = !samples.has(key) && samples.size >= MOST_HISTOGRAMS;
    const held = samples.get(isFull ? OTHER : key);
    const labels = isFull ? otherOf(own) : own;
    const sample = held ?? { labels, counts: new Float64Array(BUCKETS), sumMs: 0, exemplar: null };
    addSparse(sample.counts, row.buckets);
    sample.sumMs += row.sumMs;
    sample.exemplar = later(sample.exemplar, row.exemplar);
    samples.set(isFull ? OTHER : key, sample);
  }
  return [...samples.values()];
}

function later(one: Exemplar | null, told: SignalExemplar | undefined): Exemplar | null {
  if (told === undefined || told.requestId === "" || (one !== null && one.at >= told.at)) {
    return one;
  }
  const { requestId, traceId, ms, at } = told;
  // Together 128 characters at most, as the format has it.
  const request = requestId.slice(0, 60);
  return { labels: traceId === null ? { request_id: request } : { trace_id: traceId, request_id: request }, ms, at };
}
