// The four golden signals as charts that share their time.
import type { ReactNode } from "react";
import type { SeriesPoint } from "../../model/api/signals.ts";
import { msText, percentText, rateText } from "../word/number.ts";
import { LineChart } from "./line-chart.tsx";

interface GoldenChartsProps {
  readonly series: readonly SeriesPoint[];
  readonly stepSeconds: number;
  /** Until when it was counted, RFC 3339: the last step is not over. */
  readonly until: string;
}

export function GoldenCharts({ series, stepSeconds, until }: GoldenChartsProps): ReactNode {
  const times = series.map(({ at }) => at);
  const of = (value: (point: SeriesPoint) => number | null): (number | null)[] => series.map(value);
  const passed = (at: string): number =>
    Math.min(stepSeconds, Math.max(1, (Date.parse(until) - Date.parse(at)) / 1000));
  return (
    <div className="cards">
      <LineChart
        title="Requests"
        times={times}
        text={rateText}
        lines={[{ name: "requests", values: of(({ at, requests }) => requests / passed(at)) }]}
      />
      <LineChart
        title="Errors"
        times={times}
        text={percentText}
        lines={[
          { name: "errors", values: of(({ requests, errors }) => (requests === 0 ? null : (errors / requests) * 100)) },
          {
            name: "limited",
            values: of(({ requests, limited }) => (requests === 0 ? null : (limited / requests) * 100)),
          },
        ]}
      />
      <LineChart
        title="How long they took"
        times={times}
        text={msText}
        lines={[
          { name: "p50", values: of(({ p50Ms }) => p50Ms) },
          { name: "p95", values: of(({ p95Ms }) => p95Ms) },
          { name: "p99", values: of(({ p99Ms }) => p99Ms) },
        ]}
      />
    </div>
  );
}
