// A small HTTP service for trying a mesh: tells what reached it, as late and as badly as it was asked to. It reads no
// files.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface EchoOptions {
  readonly port: number;
  readonly host: string;
  readonly name: string;
  readonly version: string | null;
  /** Before every answer. */
  readonly delayMs: number;
  /** 0 to 100: so many of a hundred requests get `failStatus`. */
  readonly failPercent: number;
  readonly failStatus: number;
  /** `/healthz` answers 503. */
  readonly unhealthy: boolean;
  /** 0 to below 1, anew at every call. */
  readonly random: () => number;
  /** Told of each answer. */
  readonly log: (line: string) => void;
}

export interface EchoServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Longest body that is kept to be told. */
const MAX_BODY_BYTES = 64 * 1024;

/** Listening when it answers; throws what listening throws. */
export async function startEcho(options: EchoOptions): Promise<EchoServer> {
  const stopping = new AbortController();
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing, options, stopping.signal));
  server.listen(options.port, options.host);
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : options.port,
    stop: () => {
      stopping.abort();
      return close(server);
    },
  };
}

async function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  await promise;
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  options: EchoOptions,
  stopping: AbortSignal,
): Promise<void> {
  const { name, version, failPercent, failStatus, log } = options;
  outgoing.on("error", () => undefined);
  const { pathname } = new URL(incoming.url ?? "/", "http://echo.invalid");
  const isProbe = pathname === "/healthz";
  try {
    const body = await bodyOf(incoming);
    if (options.delayMs > 0) {
      await sleep(options.delayMs, undefined, { signal: stopping });
    }
    const fails = !isProbe && options.random() * 100 < failPercent;
    const status = isProbe ? (options.unhealthy ? 503 : 200) : fails ? failStatus : 200;
    const told = isProbe
      ? { name, version, status: options.unhealthy ? "unhealthy" : "ok" }
      : {
          name,
          version,
          ...(fails ? { error: `one of ${failPercent} in a hundred that were asked to fail` } : {}),
          method: incoming.method,
          path: incoming.url,
          headers: incoming.headers,
          ...body,
        };
    const text = `${JSON.stringify(told, null, 2)}\n`;
    outgoing.writeHead(status, {
      "content-type": "application/json; charset=utf-8",
      "content-length": Buffer.byteLength(text),
      "x-served-by": version === null ? name : `${name} ${version}`,
    });
    outgoing.end(incoming.method === "HEAD" ? undefined : text);
    if (!isProbe) {
      log(`${name}: ${incoming.method ?? ""} ${incoming.url ?? ""} ${status}`);
    }
  } catch {
    // The caller went away, or the server is being stopped.
    outgoing.destroy();
  }
}

/** The body as text, as far as it is kept; nothing for a request without one. */
async function bodyOf(incoming: IncomingMessage): Promise<{ body?: string; bodyBytes?: number }> {
  const kept: Buffer[] = [];
  let bytes = 0;
  let keptBytes = 0;
  for await (const chunk of incoming) {
    const piece = Buffer.from(chunk);
    bytes += piece.length;
    if (keptBytes >= MAX_BODY_BYTES) {
      continue;
    }
    kept.push(piece.subarray(0, MAX_BODY_BYTES - keptBytes));
    keptBytes += piece.length;
  }
  return bytes === 0 ? {} : { body: Buffer.concat(kept).toString("utf8"), bodyBytes: bytes };
}
