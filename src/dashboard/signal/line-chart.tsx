// A small chart of one or more lines over the window, drawn by the browser; the same numbers stand in a table behind
// it.
import { useState, type ReactNode } from "react";
import { settingsNow } from "../data/settings.ts";
import { clockTime } from "../word/when.ts";
import { Button } from "../part/button.tsx";
import { DataTable } from "../part/data-table.tsx";
import { savePicture } from "./chart-png.ts";
import { linePath, roundTop } from "./chart-path.ts";

interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

interface LineChartProps {
  readonly title: string;
  readonly times: readonly string[];
  readonly lines: readonly Line[];
  readonly text: (value: number) => string;
}

const WIDTH = 320;
const HEIGHT = 90;

export function LineChart({ title, times, lines, text }: LineChartProps): ReactNode {
  const most = roundTop(lines.flatMap(({ values }) => values));
  const last = lines.map(({ name, values }) => `${name} ${say(values.at(-1), text)}`).join(", ");
  const peak = lines
    .map(({ name, values }) => `${name} ${say(Math.max(...values.map((one) => one ?? 0)), text)}`)
    .join(", ");
  return (
    <figure className="card chart">
      <figcaption className="row">
        <strong>{title}</strong>
        <span className="spread" />
        <Button
          small
          label={`PNG of ${title}`}
          onPress={() =>
            void savePicture({
              title,
              foot: `${clockText(times[0])} to ${clockText(times.at(-1))}, 0 to ${text(most)}`,
              width: WIDTH,
              height: HEIGHT,
              lines: lines.map(({ name, values }, index) => ({
                text: `${name} ${say(values.at(-1), text)}`,
                path: linePath(values, { width: WIDTH, height: HEIGHT, most }),
                look: `line.line-${index}`,
              })),
            })
          }
        >
          PNG
        </Button>
      </figcaption>
      <div className="scale" aria-hidden="true">
        {text(most)}
      </div>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: now ${last}; most ${peak}`}
      >
        {lines.map(({ name, values }, index) => (
          <path
            key={name}
            d={linePath(values, { width: WIDTH, height: HEIGHT, most })}
            className={`line line-${index}`}
          />
        ))}
      </svg>
      <div className="axis">
        <span>{clockText(times[0])}</span>
        <span>{clockText(times.at(-1))}</span>
      </div>
      <div className="row">
        {lines.map(({ name, values }, index) => (
          <span key={name} className={`key line-${index}`}>
            <span className="quiet">{name}</span> {say(values.at(-1), text)}
          </span>
        ))}
      </div>
      <AsTable title={title} times={times} lines={lines} text={text} />
    </figure>
  );
}

/** Made when it is looked at: four charts have hundreds of cells that most never see. */
function AsTable({ title, times, lines, text }: LineChartProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>As a table</summary>
      {isOpen ? (
        <DataTable
          caption={title}
          rows={times.map((time, index) => ({ time, index }))}
          keyOf={({ time }) => time}
          columns={[
            { head: "Time", cell: ({ time }) => clockText(time) },
            ...lines.map(({ name, values }) => ({
              head: name,
              number: true,
              cell: ({ index }: { readonly index: number }) => say(values[index], text),
            })),
          ]}
        />
      ) : null}
    </details>
  );
}

const say = (value: number | null | undefined, text: (value: number) => string): string =>
  value === null || value === undefined ? "–" : text(value);

const clockText = (time: string | undefined): string =>
  time === undefined ? "" : clockTime(time, settingsNow().times);
