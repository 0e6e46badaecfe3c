// One trace as a waterfall: a row a span, where it lies in time as a bar, what is known of it on demand.
import type { ReactNode } from "react";
import { useParams } from "wouter";
import type { TraceShown } from "../../model/api/requests.ts";
import { useRead } from "../data/read.ts";
import { SameInTerminal } from "../part/command-line.tsx";
import { Facts } from "../part/facts.tsx";
import { HealthBadge } from "../part/health-badge.tsx";
import { Ready } from "../part/ready.tsx";
import { Screen } from "../part/screen.tsx";
import { When } from "../part/when.tsx";
import { curlLine } from "../word/command.ts";
import { msText } from "../word/number.ts";
import { waterfall } from "./waterfall.ts";

export function TraceScreen(): ReactNode {
  const { id = "" } = useParams();
  const path = `/traces/${encodeURIComponent(id)}`;
  const read = useRead<TraceShown>(path);
  return (
    <Screen title={`Trace ${id.slice(0, 8)}`} at={read.dataUpdatedAt}>
      <Ready read={read}>{(trace) => <Waterfall trace={trace} />}</Ready>
      <SameInTerminal lines={[curlLine(location.origin, "GET", path)]} />
    </Screen>
  );
}

function Waterfall({ trace: { traceId, start, tookMs, spans } }: { readonly trace: TraceShown }): ReactNode {
  const whole = Math.max(tookMs, 0.001);
  return (
    <>
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
    </>
  );
}
