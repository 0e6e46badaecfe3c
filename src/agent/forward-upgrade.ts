// Carries the upgrade to a WebSocket to an upstream: once that has switched, bytes pass both ways until one side ends.
// Whatever else it answers is handed on as it is, and ends the connection.
import { STATUS_CODES, type ClientRequest, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { endSocket, joinSockets, type EarlyBytes } from "./bare-socket.ts";
import { keptHeaders } from "./kept-headers.ts";
import { openRequest, type Upstream, type UpstreamHead } from "./upstream.ts";

interface Upgrading {
  readonly upstream: Upstream;
  readonly head: Omit<UpstreamHead, "method">;
  readonly socket: Duplex;
  /** What comes behind the request's head. */
  readonly early: EarlyBytes;
  /** Headers of the answer, as they are handed on. */
  answerHeaders(headers: string[], status: number): string[];
  /** No answer came. */
  failed(reason: string): void;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Any other upgrade is none that is passed on. */
export const isWebSocket = ({ headers, method }: IncomingMessage): boolean =>
  method === "GET" && headers.upgrade?.trim().toLowerCase() === "websocket";

export function forwardUpgrade({ upstream, head, socket, early, answerHeaders, failed }: Upgrading): void {
  let asking: ClientRequest;
  const headers = [...head.headers, "connection", "Upgrade", "upgrade", "websocket"];
  try {
    asking = openRequest(upstream, { ...head, method: "GET", headers }, false);
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error));
    return;
  }
  let isAnswered = false;
  const writeHead = ({ statusCode = 502, rawHeaders }: IncomingMessage, more: readonly string[]): void => {
    const headers = answerHeaders(keptHeaders(rawHeaders, NOTHING), statusCode);
    // Byte for byte, as node:http reads them.
    socket.write(headText(statusCode, [...headers, ...more]), "latin1");
  };
  socket.on("close", () => asking.destroy());
  asking.on("upgrade", (answer, other, late) => {
    isAnswered = true;
    writeHead(answer, ["connection", "Upgrade", "upgrade", "websocket"]);
    socket.write(late);
    other.write(early.take());
    joinSockets(socket, other);
  });
  asking.on("response", (answer) => {
    isAnswered = true;
    // Without a length the end of the connection is the end of the answer: chunks were taken apart already.
    writeHead(answer, ["connection", "close"]);
    answer.on("error", () => socket.destroy());
    answer.on("end", () => endSocket(socket));
    answer.pipe(socket, { end: false });
  });
  asking.on("error", (error: NodeJS.ErrnoException) => {
    if (!isAnswered) {
      failed(error.code ?? error.message);
    }
  });
  asking.end();
}

function headText(status: number, headers: readonly string[]): string {
  const lines = headers.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${headers[at + 1] ?? ""}`] : []));
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, ...lines, "", ""].join("\r\n");
}
