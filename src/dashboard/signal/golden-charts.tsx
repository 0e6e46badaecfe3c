// The four golden signals as charts that share their time.
import type { ReactNode } from "react";
import type { SeriesPoint, SignalWindow } from "../../model/api/signals.ts";
import { msText, percentText, rateText } from "../word/number.ts";
import { countedSteps } from "./counted-steps.ts";
import { LineChart } from "./line-chart.tsx";

interface GoldenChartsProps {
  readonly series: readonly SeriesPoint[];
  readonly stepSeconds: number;
  readonly window: SignalWindow;
}

export function GoldenCharts({ series, stepSeconds, window }: GoldenChartsProps): ReactNode {
  const steps = countedSteps(series, stepSeconds, window);
  const times = steps.map(({ point }) => point.at);
  const of = (value: (point: SeriesPoint) => number | null): (number | null)[] =>
    steps.map(({ point }) => value(point));
  return (
    <div className="cards">
      <LineChart
        title="Requests"
        times={times}
        text={rateText}
        lines={[
          {
            name: "requests",
            values: steps.map(({ point, seconds }) => (seconds === 0 ? null : point.requests / seconds)),
          },
        ]}
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
