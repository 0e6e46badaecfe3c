// `selvage trace [ID]`: the traces that a kept request is part of, or the spans of one.
import type { TraceList, TracePassShown, TraceShown } from "../../model/api/requests.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import { table } from "../print/table.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import type { CliSession } from "../session/session.ts";

/** The pass alone, for `curl -H "selvage-trace: $(selvage trace --pass)"`. */
export async function showTracePass(session: CliSession): Promise<ExitCode> {
  const answer = await session.client.call<TracePassShown>("POST", "/trace-passes");
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const { pass, expiresAt } = answer.value;
  await printData(session, { data: answer.value, human: () => [pass], names: () => [pass] });
  session.terminal.err(`until ${expiresAt}`);
  return exitCodes.ok;
}

export async function listTraces(session: CliSession): Promise<ExitCode> {
  const query = { namespace: session.namespace ?? undefined };
  const answer = await session.client.call<TraceList>("GET", "/traces", { query });
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const { items } = answer.value;
  const rows = items.map((one) => [
    one.start,
    one.traceId,
    one.name,
    String(one.status),
    `${one.tookMs} ms`,
    one.service,
  ]);
  await printData(session, {
    data: answer.value,
    human: () => (rows.length === 0 ? [] : table(["START", "TRACE", "NAME", "STATUS", "TOOK", "SERVICE"], rows)),
    names: () => items.map(({ traceId }) => `trace/${traceId}`),
  });
  return exitCodes.ok;
}

export async function showTrace(session: CliSession, id: string): Promise<ExitCode> {
  const answer = await session.client.call<TraceShown>("GET", `/traces/${encodeURIComponent(id)}`);
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  await printData(session, {
    data: answer.value,
    human: () => traceLines(answer.value),
    names: () => answer.value.spans.map(({ spanId }) => `span/${spanId}`),
  });
  return exitCodes.ok;
}

const WIDE = 30;

/** Spans below their parents, each with its bar. */
export function traceLines({ traceId, start, tookMs, spans }: TraceShown): string[] {
  const depths = new Map<string, number>();
  const rows = spans.map((span) => {
    const depth = span.parentSpanId === null ? 0 : (depths.get(span.parentSpanId) ?? -1) + 1;
    depths.set(span.spanId, depth);
    const whole = Math.max(1, tookMs);
    const from = Math.min(WIDE - 1, Math.floor((span.startMs / whole) * WIDE));
    const bar = "#".repeat(Math.max(1, Math.round((span.tookMs / whole) * (WIDE - from))));
    const {
      "http.response.status_code": status = "",
      "selvage.endpoint": endpoint = "",
      "selvage.service": service = "",
    } = span.attributes;
    return [
      `${"  ".repeat(depth)}${span.name}`,
      span.kind,
      String(service),
      String(endpoint),
      `${status}${span.isError ? " error" : ""}`,
      span.tookMs === 0 ? "<1 ms" : `${span.tookMs} ms`,
      `|${" ".repeat(from)}${bar}`,
    ];
  });
  return [
    `trace ${traceId}, ${start}, ${tookMs} ms`,
    "",
    ...table(["SPAN", "KIND", "SERVICE", "ENDPOINT", "STATUS", "TOOK", "WHEN"], rows),
  ];
}
