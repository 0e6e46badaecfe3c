// A receipt as spans, by OpenTelemetry's conventions for HTTP: one for the request as the mesh served it, with what
// stages told as events, and one for each call of a service. Never a path or a query in a name.
import type { CallSpan, Receipt, ToldStep } from "../../model/message/receipt.ts";

type SpanValue = string | number | boolean;

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: "server" | "client";
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
  readonly isError: boolean;
  readonly attributes: Readonly<Record<string, SpanValue>>;
  readonly events: readonly SpanEvent[];
}

interface SpanEvent {
  readonly name: string;
  readonly atMs: number;
  readonly attributes: Readonly<Record<string, SpanValue>>;
}

/** RFC 9110's, and PATCH: any other is one name. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]);

export function spansOf(receipt: Receipt): Span[] {
  let attempts = 0;
  const calls = receipt.calls.map((call) => {
    const resend = call.purpose === "attempt" ? attempts++ : 0;
    return callSpan(receipt, call, resend);
  });
  return [serverSpan(receipt), ...calls];
}

function serverSpan(receipt: Receipt): Span {
  const { traceId, spanId, parentSpanId, at, tookMs, status, httpRoute } = receipt;
  const method = methodOf(receipt.method);
  return {
    traceId,
    spanId,
    parentSpanId,
    name: `${method} ${httpRoute}`,
    kind: "server",
    startMs: at,
    endMs: at + tookMs,
    isError: status >= 500,
    attributes: {
      "http.request.method": method,
      "http.response.status_code": status,
      "http.route": httpRoute,
      "url.scheme": receipt.scheme,
      "url.path": receipt.path,
      "server.address": receipt.host,
      "selvage.request_id": receipt.requestId,
      "selvage.client": receipt.caller,
      "selvage.service": receipt.service,
      "selvage.decision": receipt.stage,
      "selvage.revision": receipt.revision,
      "selvage.kept_for": receipt.keptFor,
      ...(receipt.policy === null ? {} : { "selvage.policy": receipt.policy }),
      ...(receipt.code === null ? {} : { "error.type": receipt.code }),
    },
    events: [...receipt.steps.map((step) => eventOf(receipt, step)), ...ending(receipt)],
  };
}

/** What a request that was not traced from its beginning still tells. */
function ending({ steps, stage, policy, detail, at, tookMs, revision }: Receipt): SpanEvent[] {
  if (steps.length > 0 && stage === "forwarded") {
    return [];
  }
  const told = { policy: policy ?? "none", revision, decision: detail ?? stage };
  return [{ name: `selvage.${stage}`, atMs: at + tookMs, attributes: told }];
}

function eventOf({ at, revision }: Receipt, { stage, atMs, facts }: ToldStep): SpanEvent {
  const attributes: Record<string, SpanValue> = { revision };
  for (const [name, value] of Object.entries(facts)) {
    attributes[name] = typeof value === "object" ? value.join(" ") : value;
  }
  return { name: `selvage.${stage}`, atMs: at + atMs, attributes };
}

function callSpan(receipt: Receipt, call: CallSpan, resend: number): Span {
  const { spanId, purpose, service, endpoint, cluster, version, fromMs, toMs, status, failure } = call;
  const method = methodOf(receipt.method);
  return {
    traceId: receipt.traceId,
    spanId,
    parentSpanId: receipt.spanId,
    name: method,
    kind: "client",
    startMs: receipt.at + fromMs,
    endMs: receipt.at + (toMs ?? receipt.tookMs),
    isError: failure !== null || (status !== null && status >= 400),
    attributes: {
      "http.request.method": method,
      "selvage.purpose": purpose,
      "selvage.service": service,
      "selvage.endpoint": endpoint,
      "selvage.cluster": cluster,
      ...(version === null ? {} : { "service.version": version }),
      ...(status === null ? {} : { "http.response.status_code": status }),
      ...(failure === null ? {} : { "error.type": failure }),
      ...(resend === 0 ? {} : { "http.request.resend_count": resend }),
    },
    events: [],
  };
}

function methodOf(method: string): string {
  return METHODS.has(method) ? method : "_OTHER";
}
