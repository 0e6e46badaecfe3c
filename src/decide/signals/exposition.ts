// Metrics as Prometheus reads them: its own text format, or OpenMetrics with exemplars. What a label says may come from
// outside and is escaped; names of metrics and labels are ours alone.
import { BOUNDS_MS, histogramTotal, countUpTo } from "./histogram.ts";

type Labels = Readonly<Record<string, string>>;

export interface Exemplar {
  readonly labels: Labels;
  readonly ms: number;
  readonly at: number;
}

interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface HistogramSample {
  readonly labels: Labels;
  readonly counts: Float64Array;
  readonly sumMs: number;
  readonly exemplar: Exemplar | null;
}

/** Counters are named without `_total`, which the format puts behind them. */
export type Family =
  | {
      readonly type: "counter" | "gauge";
      readonly name: string;
      readonly help: string;
      readonly samples: readonly Sample[];
    }
  | {
      readonly type: "histogram";
      readonly name: string;
      readonly help: string;
      readonly samples: readonly HistogramSample[];
    };

/** Bounds of the convention for HTTP, milliseconds; all of them are bounds of ours. */
export const LE_MS: readonly number[] = [5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000].filter(
  (ms) => BOUNDS_MS.includes(ms),
);

type Format = "prometheus" | "openMetrics";

export function exposition(families: readonly Family[], format: Format): string {
  const lines = families.filter(({ samples }) => samples.length > 0).flatMap((family) => linesOf(family, format));
  return `${lines.join("\n")}\n${format === "openMetrics" ? "# EOF\n" : ""}`;
}

function linesOf(family: Family, format: Format): string[] {
  const { name, type, help } = family;
  const full = type === "counter" ? `${name}_total` : name;
  const named = format === "openMetrics" ? name : full;
  const head = [`# HELP ${named} ${escapeHelp(help)}`, `# TYPE ${named} ${type}`];
  return head.concat(
    family.type === "histogram"
      ? family.samples.flatMap((sample) => histogramLines(name, sample, format))
      : family.samples.map(({ labels, value }) => `${full}${labelText(labels)} ${numberText(value)}`),
  );
}

function histogramLines(name: string, { labels, counts, sumMs, exemplar }: HistogramSample, format: Format): string[] {
  const total = histogramTotal(counts);
  const shown = format === "openMetrics" ? exemplar : null;
  const line = (le: string, value: number, above: number, upTo: number): string => {
    const isIn = shown !== null && shown.ms > above && shown.ms <= upTo;
    return `${name}_bucket${labelText({ ...labels, le })} ${value}${isIn ? exemplarText(shown) : ""}`;
  };
  const buckets = LE_MS.map((ms, nth) => line(floatText(ms / 1000), countUpTo(counts, ms), LE_MS[nth - 1] ?? -1, ms));
  return [
    ...buckets,
    line("+Inf", total, LE_MS.at(-1) ?? 0, Infinity),
    `${name}_sum${labelText(labels)} ${numberText(sumMs / 1000)}`,
    `${name}_count${labelText(labels)} ${total}`,
  ];
}

const exemplarText = ({ labels, ms, at }: Exemplar): string =>
  ` # ${labelText(labels)} ${numberText(ms / 1000)} ${numberText(at / 1000)}`;

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** Of a bound: the same text in both formats, `1.0` and not `1`. */
const floatText = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));
const numberText = (value: number): string => String(Number(value.toFixed(6)));

const escapeHelp = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const escapeLabel = (text: string): string =>
  text.toWellFormed().replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
