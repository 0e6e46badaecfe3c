// A service that speaks just enough WebSocket to send small frames back: handshake, unmasking, echo, close (RFC 6455).
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

export interface WebSocketEcho {
  readonly url: string;
  /** The upgrade requests that came in. */
  readonly upgrades: IncomingMessage[];
  readonly close: () => Promise<void>;
}

const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The answer to an upgrade; `more` is further lines. */
export function switched(key: string, more = ""): string {
  const accept = createHash("sha1").update(`${key}${MAGIC}`).digest("base64");
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${more}\r\n`;
}

export async function startWebSocketEcho(): Promise<WebSocketEcho> {
  const upgrades: IncomingMessage[] = [];
  const sockets = new Set<Duplex>();
  const server = createServer((_, response) => response.writeHead(404).end());
  server.on("upgrade", (request, socket) => {
    upgrades.push(request);
    sockets.add(socket);
    const protocol = request.headers["sec-websocket-protocol"];
    const chosen = protocol === undefined ? "" : `Sec-WebSocket-Protocol: ${protocol.split(",")[0]}\r\n`;
    socket.write(switched(request.headers["sec-websocket-key"] ?? "", chosen));
    let pending = Buffer.alloc(0);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 6) {
        const length = pending.readUInt8(1) & 0x7f;
        if (pending.length < 6 + length) {
          return;
        }
        const mask = pending.subarray(2, 6);
        const payload = pending.subarray(6, 6 + length).map((byte, i) => byte ^ (mask[i % 4] ?? 0));
        socket.write(Buffer.concat([Buffer.from([pending.readUInt8(0), length]), payload]));
        if ((pending.readUInt8(0) & 0x0f) === 8) {
          socket.end();
        }
        pending = pending.subarray(6 + length);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    upgrades,
    close: () =>
      new Promise((resolve) => {
        // The server has let go of upgraded connections.
        for (const socket of sockets) {
          socket.destroy();
        }
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
