// What the agent answers itself: problems (RFC 9457) with the mesh's codes, and its health.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { problems, toProblem, type Refusal } from "../model/word/problem.ts";

/** Which of the agent's two proxies answers. */
type AgentSide = "inbound" | "outbound";

export interface OwnWords {
  readonly side: AgentSide;
  /** The mesh that explains the codes. */
  readonly mesh: string;
}

/** The whole of an answer that is made here. */
export interface OwnAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

export function problemAnswer(refusal: Refusal, { side, mesh }: OwnWords, requestId: string = randomUUID()): OwnAnswer {
  const problem = toProblem(refusal, { requestId, url: mesh });
  const body = JSON.stringify(problem);
  return {
    status: problems[refusal.problem].status,
    headers: {
      "content-type": "application/problem+json",
      "content-length": Buffer.byteLength(body),
      "cache-control": "no-store",
      "selvage-decision": `agent; policy="${side}"`,
      ...refusal.headers,
    },
    body,
  };
}

/** Ends the connection where the request's body has not been read: what is left of it is no request. */
export function sendOwn(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { status, headers, body }: OwnAnswer,
): void {
  if (outgoing.headersSent || outgoing.destroyed) {
    outgoing.destroy();
    return;
  }
  const { "transfer-encoding": coding, "content-length": length = "0" } = incoming.headers;
  const isUnread = !incoming.complete && (coding !== undefined || length !== "0");
  outgoing.writeHead(status, { ...headers, ...(isUnread ? { connection: "close" } : {}) });
  outgoing.end(incoming.method === "HEAD" ? undefined : body);
}

/** The same as it goes over a bare socket. */
export function asText({ status, headers, body }: OwnAnswer): string {
  const lines = Object.entries({ ...headers, connection: "close" }).map(([name, value]) => `${name}: ${String(value)}`);
  return [`HTTP/1.1 ${status} `, ...lines, "", body].join("\r\n");
}
