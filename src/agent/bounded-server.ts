// An HTTP server within bounds: of heads, of the time they may take, of connections. What node:http refuses by itself
// is answered as a problem, too. Knows nothing of what it serves.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Refusal } from "../model/word/problem.ts";
import { endSocket } from "./bare-socket.ts";
import { isWebSocket } from "./forward-upgrade.ts";
import { asText, problemAnswer, type OwnWords } from "./own-answer.ts";
import { MAX_HEAD_BYTES } from "./upstream.ts";

export interface ListenAddress {
  readonly host: string;
  /** 0 = a free one. */
  readonly port: number;
}

interface ServedBy {
  readonly words: OwnWords;
  request(incoming: IncomingMessage, outgoing: ServerResponse): void;
  upgrade(incoming: IncomingMessage, socket: Duplex, first: Buffer): void;
}

const MAX_CONNECTIONS = 4096;
/** Requests of one connection that wait for the one before them; node:http would keep any number. */
const MAX_WAITING = 100;
const HEAD_MS = 10_000;
/** Longer than those in front keep an idle connection: else it is closed just when it is used again. */
const IDLE_MS = 120_000;

/** Listening when it answers; throws what listening throws. */
export async function startBounded({ host, port }: ListenAddress, by: ServedBy): Promise<Server> {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEAD_BYTES,
      headersTimeout: HEAD_MS,
      keepAliveTimeout: IDLE_MS,
      connectionsCheckingInterval: 2_000,
      // A body may take its time, as long as it moves: under-way.ts.
      requestTimeout: 0,
      // Node 24.9 and later: what is no WebSocket is a request like any other.
      shouldUpgradeCallback: isWebSocket,
    },
    (incoming, outgoing) => inTurn(incoming, outgoing),
  );
  // Of requests that were sent without waiting for answers, one at a time is served: a later one begins with its turn.
  const waiting = new WeakMap<Socket, number>();
  const inTurn = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    if (outgoing.socket !== null) {
      by.request(incoming, outgoing);
      return;
    }
    const { socket } = incoming;
    const count = waiting.get(socket) ?? 0;
    if (count >= MAX_WAITING) {
      socket.destroy();
      return;
    }
    waiting.set(socket, count + 1);
    outgoing.once("socket", () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1);
      by.request(incoming, outgoing);
    });
  };
  server.maxConnections = MAX_CONNECTIONS;
  // What is beyond a number would be dropped in silence; the size of the head is the bound.
  server.maxHeadersCount = 0;
  const refuse = (socket: Duplex, refusal: Refusal): void =>
    endSocket(socket, asText(problemAnswer(refusal, by.words)));
  server.on("checkContinue", inTurn);
  server.on("connect", (_, socket) => {
    socket.on("error", () => socket.destroy());
    refuse(socket, { problem: "malformedRequest", detail: "CONNECT is not passed on: this is no forward proxy." });
  });
  server.on("upgrade", (incoming, socket, first) => {
    socket.on("error", () => socket.destroy());
    if (isWebSocket(incoming)) {
      by.upgrade(incoming, socket, first);
    } else {
      const detail = "Only WebSockets are passed on; switch HTTP/2 over cleartext off in the client.";
      refuse(socket, { problem: "malformedRequest", detail });
    }
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === "ECONNRESET" || !socket.writable || socket.bytesWritten > 0) {
      socket.destroy();
    } else {
      refuse(socket, refusalOf(error));
    }
  });
  server.listen({ host, port });
  await once(server, "listening");
  return server;
}

function refusalOf({ code }: NodeJS.ErrnoException): Refusal {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return { problem: "headersTooLarge", detail: `A request's head may have ${MAX_HEAD_BYTES} bytes.` };
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return { problem: "bodyStalled", detail: "The request did not come in time." };
    default:
      return { problem: "malformedRequest", detail: "This is no HTTP/1.1 request." };
  }
}

/** Where it listens, as a URL. */
export function addressOfServer(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
