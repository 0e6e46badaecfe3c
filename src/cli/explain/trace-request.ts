// `selvage trace [METHOD] URL`: sends one request with a pass, and shows the trace that the mesh kept of it. The pass
// is good for that alone: no token of the operator's goes with the request.
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { TracePassShown, TraceShown } from "../../model/api/requests.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { ApiAnswer } from "../session/client.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import type { CliSession } from "../session/session.ts";
import { wrong } from "../write/write-one.ts";
import { sayError } from "../session/error-line.ts";
import { noHeader, requestHeaders } from "./request-headers.ts";
import { traceLines } from "./trace.ts";

interface TraceRequestOptions {
  readonly header?: readonly string[];
  readonly data?: string;
}

/** It leaves the isolate a second after the answer. */
const LONGEST_MS = 8000;
const BETWEEN_MS = 300;

export async function traceRequest(
  session: CliSession,
  method: string,
  url: string,
  { header = [], data }: TraceRequestOptions,
): Promise<ExitCode> {
  const { client, terminal } = session;
  const headers = requestHeaders(header);
  if (typeof headers === "string") {
    return wrong(session, noHeader(headers));
  }
  const address = url.startsWith("/") ? `${client.server}${url}` : url;
  if (!URL.canParse(address)) {
    return wrong(session, `"${url}" is no address; write https://… or, of the mesh that is asked, /…`);
  }
  const traceparent = headers["traceparent"] ?? `00-${hex(16)}-${hex(8)}-01`;
  let request: Request;
  try {
    request = new Request(address, {
      method,
      headers: { ...headers, traceparent, "selvage-debug": "1" },
      redirect: "manual",
      ...(data === undefined ? {} : { body: data }),
    });
  } catch (error) {
    return wrong(session, `this is no request: ${reasonOf(error)}`);
  }
  const minted = await client.call<TracePassShown>("POST", "/trace-passes");
  if (!minted.ok) {
    return reportFailure(minted.failure, terminal);
  }
  request.headers.set("selvage-trace", minted.value.pass);
  const [, traceId = ""] = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent) ?? [];
  let answer: Response;
  try {
    answer = await fetch(request);
    await answer.body?.cancel();
  } catch (error) {
    sayError(terminal, `${address} did not answer: ${reasonOf(error)}`);
    return exitCodes.unavailable;
  }
  const decision = answer.headers.get("selvage-decision");
  terminal.err(`${method} ${address}: ${answer.status}${decision === null ? "" : `, decided by ${decision}`}`);
  const trace = await keptTrace(session, traceId);
  if (!trace.ok) {
    const isMissing = trace.failure.status === 404;
    return reportFailure(
      isMissing ? { ...trace.failure, message: missing(traceId, client.server) } : trace.failure,
      terminal,
    );
  }
  const requestId = answer.headers.get("x-request-id");
  await printData(session, {
    data: trace.value,
    human: () => [
      ...traceLines(trace.value),
      ...(requestId === null ? [] : ["", `what was decided, and why: selvage explain ${requestId}`]),
    ],
    names: () => trace.value.spans.map(({ spanId }) => `span/${spanId}`),
  });
  return exitCodes.ok;
}

const missing = (traceId: string, server: string): string =>
  `no trace ${traceId} was kept: the request did not go through ${server}, or to a namespace that is not yours`;

/** Asked until it is there. */
async function keptTrace({ client }: CliSession, traceId: string): Promise<ApiAnswer<TraceShown>> {
  const until = Date.now() + LONGEST_MS;
  for (;;) {
    const answer = await client.call<TraceShown>("GET", `/traces/${traceId}`);
    if (answer.ok || answer.failure.status !== 404 || Date.now() > until) {
      return answer;
    }
    await sleep(BETWEEN_MS);
  }
}

const hex = (bytes: number): string => randomBytes(bytes).toString("hex");

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
}
