// Metrics as `ExportMetricsServiceRequest`: the families that `/_selvage/metrics` has, cumulative, by the dotted names
// of OpenTelemetry's conventions. What did not arrive is in the next, so nothing is lost but a moment.
import { LE_MS, type Family } from "../../decide/signals/exposition.ts";
import { countUpTo, histogramTotal } from "../../decide/signals/histogram.ts";
import type { Exported } from "./send.ts";
import { attributesOf, doubleOf, nanos, resourceOf, SCOPE } from "./values.ts";

/** A part of one metric: a message holds a bounded number of points. */
interface MetricPart {
  readonly metric: object;
  readonly points: number;
}

const POINTS_OF_ONE = 1000;
const CUMULATIVE = 2;

export const METRICS: Exported<MetricPart> = {
  path: "/v1/metrics",
  // Two pushes of the largest mesh: a third is dropped, and the next one tells what it would have.
  mostWaiting: 60,
  mostAtOnce: 5,
  gatherMs: 0,
  count: (parts) => parts.reduce((sum, { points }) => sum + points, 0),
  body: (parts, mesh, dropped) => ({
    resourceMetrics: [
      {
        resource: resourceOf(mesh, dropped),
        scopeMetrics: [{ scope: SCOPE, metrics: parts.map(({ metric }) => metric) }],
      },
    ],
  }),
};

/** @param since when counters began, milliseconds since the epoch */
export function metricParts(families: readonly Family[], since: number, now: number): MetricPart[] {
  return families.flatMap((family) => {
    const { samples } = family;
    const chunks = Array.from({ length: Math.ceil(samples.length / POINTS_OF_ONE) }, (_, nth) => nth * POINTS_OF_ONE);
    return chunks.map((from) => {
      const part = { ...family, samples: samples.slice(from, from + POINTS_OF_ONE) } as Family;
      return { metric: otlpMetric(part, since, now), points: part.samples.length };
    });
  });
}

function otlpMetric(family: Family, since: number, now: number): object {
  const { name, unit } = namedAs(family.name);
  const what = { name, description: family.help, unit };
  const times = { startTimeUnixNano: nanos(since), timeUnixNano: nanos(now) };
  const ofLabels = (labels: Readonly<Record<string, string>>): object[] =>
    attributesOf(Object.fromEntries(Object.entries(labels).map(([label, value]) => [attributeName(label), value])));
  if (family.type === "histogram") {
    const dataPoints = family.samples.map(({ labels, counts, sumMs }) => {
      const upTo = LE_MS.map((ms) => countUpTo(counts, ms));
      const total = histogramTotal(counts);
      const inEach = [...upTo, total].map((count, nth) => count - (upTo[nth - 1] ?? 0));
      return {
        attributes: ofLabels(labels),
        ...times,
        count: String(total),
        sum: sumMs / 1000,
        bucketCounts: inEach.map(String),
        explicitBounds: LE_MS.map((ms) => ms / 1000),
      };
    });
    return { ...what, histogram: { aggregationTemporality: CUMULATIVE, dataPoints } };
  }
  const points = family.samples.map(({ labels, value }) => ({ attributes: ofLabels(labels), value: doubleOf(value) }));
  return family.type === "counter"
    ? {
        ...what,
        sum: {
          aggregationTemporality: CUMULATIVE,
          isMonotonic: true,
          dataPoints: points.map(({ attributes, value }) => ({ attributes, ...times, asDouble: value })),
        },
      }
    : {
        ...what,
        gauge: {
          dataPoints: points.map(({ attributes, value }) => ({
            attributes,
            timeUnixNano: times.timeUnixNano,
            asDouble: value,
          })),
        },
      };
}

const SUFFIXES: Readonly<Record<string, string>> = { seconds: "s", ratio: "1" };

/** `selvage_ratelimit_utilization_ratio` → `selvage.ratelimit.utilization`, 1; the last word of a unit goes there. */
function namedAs(name: string): { readonly name: string; readonly unit: string } {
  const [, stem = name, suffix = ""] = /^(.*)_(seconds|ratio)$/.exec(name) ?? [];
  const dotted = stem.startsWith("http_")
    ? stem.replaceAll("_", ".")
    : stem.replace(/^selvage_/, "selvage.").replace("_", ".");
  return { name: dotted, unit: SUFFIXES[suffix] ?? "" };
}

const ATTRIBUTES: Readonly<Record<string, string>> = {
  service: "selvage.service",
  service_version: "service.version",
  http_route: "http.route",
  http_response_status_code: "http.response.status_code",
};

const attributeName = (label: string): string =>
  ATTRIBUTES[label] ?? (label.startsWith("selvage_") ? label.replace("_", ".") : `selvage.${label}`);
