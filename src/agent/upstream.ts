// Where a proxy of the agent sends requests: one address, with connections that are kept for the next request.
import { Agent, request as requestPlain, type ClientRequest, type RequestOptions } from "node:http";
import { Agent as TlsAgent, request as requestTls } from "node:https";

/** Of a request's and an answer's head; as much as the mesh takes, and some more. */
export const MAX_HEAD_BYTES = 65_536;

export interface Upstream {
  readonly url: URL;
  readonly connections: Agent;
  /** Longest wait for a connection, its handshake included. */
  readonly connectMs: number;
}

const CONNECT_MS = 10_000;

/** @param idleMs a connection that nothing used for so long is closed: before the other side does it under a request */
export function upstreamAt(url: URL, idleMs: number, connectMs = CONNECT_MS): Upstream {
  const options = { keepAlive: true, timeout: idleMs, maxFreeSockets: 64 };
  return { url, connectMs, connections: url.protocol === "https:" ? new TlsAgent(options) : new Agent(options) };
}

export interface UpstreamHead {
  readonly method: string;
  /** Path and query, below the upstream's own path. */
  readonly target: string;
  /** `Host` included. */
  readonly headers: readonly string[];
}

/** Throws what node:http throws at a head that it cannot write. */
export function openRequest(
  { url, connections, connectMs }: Upstream,
  { method, target, headers }: UpstreamHead,
  agent: Agent | false = connections,
): ClientRequest {
  const options: RequestOptions = {
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port,
    method,
    path: url.pathname.replace(/\/$/, "") + target,
    headers: [...headers],
    agent,
    maxHeaderSize: MAX_HEAD_BYTES,
  };
  const isTls = url.protocol === "https:";
  const asking = isTls ? requestTls(options) : requestPlain(options);
  asking.on("socket", (socket) => {
    if (asking.reusedSocket) {
      return;
    }
    const timeout = Object.assign(new Error("no connection in time"), { code: "ETIMEDOUT" });
    const timer = setTimeout(() => asking.destroy(timeout), connectMs);
    for (const end of [isTls ? "secureConnect" : "connect", "close"]) {
      socket.once(end, () => clearTimeout(timer));
    }
  });
  return asking;
}
