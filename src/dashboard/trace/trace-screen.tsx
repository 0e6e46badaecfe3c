// One trace as a waterfall: a row a span, where it lies in time as a bar, what is known of it on demand.
import type { ReactNode } from "react";
import { useParams, useSearchParams } from "wouter";
import type { TraceList, TraceShown } from "../../model/api/requests.ts";
import { useRead } from "../data/read.ts";
import { SameInTerminal } from "../part/command-line.tsx";
import { Facts } from "../part/facts.tsx";
import { FormField } from "../part/form-field.tsx";
import { HealthBadge } from "../part/drawn.tsx";
import { Ready } from "../part/ready.tsx";
import { Screen } from "../part/screen.tsx";
import { When } from "../part/when.tsx";
import { curlLine, selvageLine } from "../word/command.ts";
import { msText } from "../word/number.ts";
import { waterfall } from "./waterfall.ts";

const pathOf = (id: string): string => `/traces/${encodeURIComponent(id)}`;

export function TraceScreen(): ReactNode {
  const { id = "" } = useParams();
  const [query, setQuery] = useSearchParams();
  const other = query.get("with") ?? "";
  const read = useRead<TraceShown>(pathOf(id));
  const beside = useRead<TraceShown>(other === "" ? null : pathOf(other));
  const recent = useRead<TraceList>("/traces", { limit: 100 });
  const ids = recent.data?.items.map(({ traceId }) => traceId).filter((one) => one !== id) ?? [];
  return (
    <Screen title={`Trace ${id.slice(0, 8)}`} at={read.dataUpdatedAt}>
      <FormField
        label="Compare with"
        value={other}
        options={["", ...new Set(other === "" ? ids : [other, ...ids])]}
        none="no other"
        onChange={(text) => setQuery(text === "" ? {} : { with: text }, { replace: true })}
        hint="One of the kept traces; both are drawn to the same scale."
      />
      <div className={other === "" ? "" : "beside even"}>
        <Ready read={read}>
          {(trace) => <Waterfall trace={trace} whole={Math.max(trace.tookMs, beside.data?.tookMs ?? 0)} />}
        </Ready>
        {other === "" ? null : (
          <Ready read={beside}>
            {(trace) => <Waterfall trace={trace} whole={Math.max(trace.tookMs, read.data?.tookMs ?? 0)} />}
          </Ready>
        )}
      </div>
      <SameInTerminal
        lines={[
          selvageLine(["trace", id]),
          ...(other === "" ? [] : [selvageLine(["trace", other])]),
          curlLine(location.origin, "GET", pathOf(id)),
        ]}
      />
    </Screen>
  );
}

interface WaterfallProps {
  readonly trace: TraceShown;
  /** What the full width stands for, milliseconds. */
  readonly whole: number;
}

function Waterfall({ trace: { traceId, start, tookMs, spans }, whole: longest }: WaterfallProps): ReactNode {
  const whole = Math.max(longest, 0.001);
  return (
    <section aria-label={`Trace ${traceId.slice(0, 8)}`}>
      <Facts
        rows={[
          ["Trace", <code key="id">{traceId}</code>],
          ["Began", <When key="start" time={start} />],
          ["Took", msText(tookMs)],
          ["Spans", spans.length],
        ]}
      />
      <p className="quiet">A Worker&rsquo;s clock stands between calls: what only it does takes no time here.</p>
      <ol className="stack" aria-label="Spans, parents before children">
        {waterfall(spans).map(({ span, depth }) => (
          <li key={span.spanId} style={{ marginLeft: `${Math.min(depth, 8) * 0.75}rem` }}>
            <details>
              <summary>
                {span.isError ? <HealthBadge word="failing">error</HealthBadge> : null} {span.name}{" "}
                <span className="quiet">
                  {span.kind}, at {msText(span.startMs)}, took {msText(span.tookMs)}
                </span>
              </summary>
              <Facts rows={Object.entries(span.attributes).map(([name, value]) => [name, String(value)])} />
              <ul>
                {span.events.map((event, index) => (
                  <li key={index}>
                    {event.name} at {msText(event.atMs)}:{" "}
                    {Object.entries(event.attributes)
                      .map(([name, value]) => `${name}: ${String(value)}`)
                      .join("; ")}
                  </li>
                ))}
              </ul>
            </details>
            <div className="bar" aria-hidden="true">
              <div
                className={span.isError ? "failing" : ""}
                style={{
                  marginLeft: `${Math.min(99, (span.startMs / whole) * 100)}%`,
                  width: `${Math.max(0.5, Math.min(100, (span.tookMs / whole) * 100))}%`,
                }}
              />
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
