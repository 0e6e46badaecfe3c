// A stand-in for the upstream suite's echo-basic: tells as JSON what arrived, on demand misbehaves the way the cases
// ask (`?delay=`, `?responseCode=&succeedAfter=&uuid=`, `x-echo-set-header`), and echoes WebSocket frames.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";

/** One request as the backend saw it. */
export interface Arrival {
  readonly namespace: string;
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly host: string;
  /** Lower-case names; repeated lines joined by ",", without spaces around commas. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface EchoServer {
  readonly url: string;
  readonly arrivals: Arrival[];
  close(): Promise<void>;
}

export async function startEcho(namespace: string, service: string): Promise<EchoServer> {
  const arrivals: Arrival[] = [];
  const attempts = new Map<string, number>();
  const sockets = new Set<Duplex>();

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const arrival = arrivalOf(namespace, service, request);
    arrivals.push(arrival);
    const query = new URL(arrival.path, "http://echo").searchParams;
    await pause(query.get("delay"));
    const uuid = query.get("uuid");
    if (uuid !== null) {
      const attempt = (attempts.get(uuid) ?? 0) + 1;
      attempts.set(uuid, attempt);
      if (attempt <= Number(query.get("succeedAfter") ?? 0)) {
        await pause(query.get("delayRetry"));
        const code = query.get("responseCode");
        if (code === null) {
          request.socket.resetAndDestroy();
          return;
        }
        response.writeHead(Number(code)).end();
        return;
      }
    }
    for (const pair of headerPairs(request.headers["x-echo-set-header"])) {
      response.appendHeader(...pair);
    }
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(arrival));
  };

  const server = createServer((request, response) => {
    request.resume();
    void answer(request, response);
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
    arrivals.push(arrivalOf(namespace, service, request));
    acceptWebSocket(request, socket);
  });
  await listen(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    close: () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
}

function arrivalOf(namespace: string, service: string, request: IncomingMessage): Arrival {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    headers[name] = withoutSpaces((values ?? []).join(","));
  }
  return {
    namespace,
    service,
    method: request.method ?? "",
    path: request.url ?? "",
    host: request.headers.host ?? "",
    headers,
  };
}

/** `Headers` joins lines with ", " where the suite says ",": both sides are compared without those spaces. */
export function withoutSpaces(value: string): string {
  return value.replaceAll(/\s*,\s*/g, ",");
}

function headerPairs(value: string | string[] | undefined): [string, string][] {
  return String(value ?? "")
    .split(",")
    .filter((pair) => pair.includes(":"))
    .map((pair) => {
      const colon = pair.indexOf(":");
      return [pair.slice(0, colon).trim(), pair.slice(colon + 1).trim()];
    });
}

function pause(duration: string | null): Promise<void> {
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(duration ?? "");
  const millis = /^(\d+)ms$/.exec(duration ?? "");
  const ms = seconds ? Number(seconds[1]) * 1000 : millis ? Number(millis[1]) : 0;
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}

/** RFC 6455 for the short frames the suite sends: text, binary, close. */
function acceptWebSocket(request: IncomingMessage, socket: Duplex): void {
  const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash("sha1").update(key).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  let pending = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 6) {
      const length = (pending[1] ?? 0) & 0x7f;
      if (length > 125 || pending.length < 6 + length) {
        return;
      }
      const mask = pending.subarray(2, 6);
      const payload = Buffer.from(pending.subarray(6, 6 + length).map((byte, i) => byte ^ (mask[i % 4] ?? 0)));
      socket.write(Buffer.concat([Buffer.from([pending[0] ?? 0, length]), payload]));
      if (((pending[0] ?? 0) & 0x0f) === 8) {
        socket.end();
      }
      pending = pending.subarray(6 + length);
    }
  });
}
