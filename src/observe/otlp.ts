// Spans of kept requests on their way to a collector of the operator's: OTLP over HTTP, as JSON. A collector that is
// slow or gone holds up nobody and nothing grows for it: what is beyond the bound is dropped, and counted.
import { spansOf } from "../decide/trace/spans.ts";
import type { Receipt } from "../model/message/receipt.ts";

type Spans = ReturnType<typeof spansOf>;
type SpanValue = string | number | boolean;

export interface Exporting {
  readonly waiting: Receipt[];
  /** Spans of requests that no collector will get. */
  dropped: number;
  /** Until then somebody sends; past it, that request was cancelled. */
  busyUntil: number;
}

export interface Collecting {
  /** `https://collector.example:4318`; `/v1/traces` is put behind it. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What the mesh is called: its trust domain. */
  readonly mesh: string;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

const MOST_WAITING = 500;
const MOST_AT_ONCE = 100;
const TRIES = 4;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const PATIENCE_MS = 10_000;
/** OTLP/HTTP: these may be sent again; any other refusal is final. */
const AGAIN: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export const newExporting = (): Exporting => ({ waiting: [], dropped: 0, busyUntil: Number.NEGATIVE_INFINITY });

/** Takes in what is to be sent, and sends it unless somebody does. Never rejects. */
export async function exportSpans(exporting: Exporting, receipts: readonly Receipt[], to: Collecting): Promise<void> {
  const room = MOST_WAITING - exporting.waiting.length;
  exporting.waiting.push(...receipts.slice(0, room));
  exporting.dropped += spanCount(receipts.slice(room));
  if (to.now() < exporting.busyUntil) {
    return;
  }
  while (exporting.waiting.length > 0) {
    exporting.busyUntil = to.now() + PATIENCE_MS + LONGEST_WAIT_MS;
    const batch = exporting.waiting.splice(0, MOST_AT_ONCE);
    if (!(await sent(exporting, batch, to))) {
      exporting.dropped += spanCount(batch);
    }
  }
  exporting.busyUntil = Number.NEGATIVE_INFINITY;
}

function spanCount(receipts: readonly Receipt[]): number {
  return receipts.reduce((sum, { calls }) => sum + 1 + calls.length, 0);
}

async function sent({ dropped }: Exporting, batch: readonly Receipt[], to: Collecting): Promise<boolean> {
  const body = JSON.stringify(otlpTraces(batch.flatMap(spansOf), to.mesh, dropped));
  const headers = { ...to.headers, "content-type": "application/json" };
  for (let nth = 0; nth < TRIES; nth++) {
    const answer = await post(to, { method: "POST", headers, body, redirect: "manual" });
    if (answer !== null && !AGAIN.has(answer.status)) {
      return answer.status >= 200 && answer.status < 300;
    }
    if (nth < TRIES - 1) {
      await to.sleep(answer?.waitMs ?? FIRST_WAIT_MS * 2 ** nth);
    }
  }
  return false;
}

/** null = it could not be reached, or took too long. */
async function post(
  { endpoint, fetch, sleep }: Collecting,
  init: RequestInit,
): Promise<{ readonly status: number; readonly waitMs: number | null } | null> {
  try {
    const abort = new AbortController();
    const late = sleep(PATIENCE_MS).then(() => (abort.abort(), null));
    const answer = await Promise.race([fetch(`${endpoint}/v1/traces`, { ...init, signal: abort.signal }), late]);
    if (answer === null) {
      return null;
    }
    await answer.body?.cancel();
    const seconds = Number(answer.headers.get("retry-after") ?? Number.NaN);
    const waitMs = Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, LONGEST_WAIT_MS) : null;
    return { status: answer.status, waitMs };
  } catch {
    return null;
  }
}

/** `ExportTraceServiceRequest` in the JSON that OTLP specifies: ids in hexadecimal, 64-bit numbers as text. */
function otlpTraces(spans: Spans, mesh: string, dropped: number): object {
  const resource = { "service.name": "selvage", "service.namespace": mesh, "selvage.telemetry.dropped": dropped };
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [{ scope: { name: "selvage" }, spans: spans.map(otlpSpan) }],
      },
    ],
  };
}

const KINDS = { server: 2, client: 3 } as const;
const ERROR = 2;

function otlpSpan(span: Spans[number]): object {
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

/** Whole milliseconds: what is behind them no clock of the platform tells. */
const nanos = (ms: number): string => `${Math.round(ms)}000000`;

function attributesOf(values: Readonly<Record<string, SpanValue>>): object[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: valueOf(value) }));
}

function valueOf(value: SpanValue): object {
  if (typeof value === "number") {
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
  return typeof value === "boolean" ? { boolValue: value } : { stringValue: value };
}
