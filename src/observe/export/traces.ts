// Kept requests as `ExportTraceServiceRequest`, in the JSON that OTLP specifies: ids in hexadecimal.
import { spansOf } from "../../decide/trace/spans.ts";
import type { Receipt } from "../../model/message/receipt.ts";
import type { Exported } from "./send.ts";
import { attributesOf, nanos, resourceOf, SCOPE } from "./values.ts";

type Span = ReturnType<typeof spansOf>[number];

export const TRACES: Exported<Receipt> = {
  path: "/v1/traces",
  mostWaiting: 500,
  mostAtOnce: 100,
  gatherMs: 0,
  count: (receipts) => receipts.reduce((sum, { calls }) => sum + 1 + calls.length, 0),
  body: (receipts, mesh, dropped) => ({
    resourceSpans: [
      {
        resource: resourceOf(mesh, dropped),
        scopeSpans: [{ scope: SCOPE, spans: receipts.flatMap(spansOf).map(otlpSpan) }],
      },
    ],
  }),
};

const KINDS = { server: 2, client: 3 } as const;
const ERROR = 2;

function otlpSpan(span: Span): object {
  const { traceId, spanId, parentSpanId, name, kind, startMs, endMs, isError, attributes, events } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId === null ? {} : { parentSpanId }),
    name,
    kind: KINDS[kind],
    startTimeUnixNano: nanos(startMs),
    endTimeUnixNano: nanos(endMs),
    attributes: attributesOf(attributes),
    events: events.map((one) => ({
      name: one.name,
      timeUnixNano: nanos(one.atMs),
      attributes: attributesOf(one.attributes),
    })),
    status: isError ? { code: ERROR } : {},
  };
}
