// One check of the app: a GET of its health path, or a TCP connection where it has none. Follows no redirect, sends no
// identity, reads no body.
import { connect } from "node:net";
import { request } from "node:http";

/** Whether it passed. Never rejects. @param path null = a connection is enough */
export function probeApp(app: URL, path: string | null, timeoutMs: number): Promise<boolean> {
  return path === null ? connects(app, timeoutMs) : answersWell(app, path, timeoutMs);
}

function answersWell(app: URL, path: string, timeoutMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const asking = request(app, {
    path,
    agent: false,
    headers: { "user-agent": "selvage-agent/1", accept: "*/*", connection: "close" },
    signal: AbortSignal.timeout(timeoutMs),
  });
  asking.on("response", ({ statusCode = 0 }) => {
    resolve(statusCode >= 200 && statusCode < 300);
    asking.destroy();
  });
  asking.on("error", () => resolve(false));
  // A switch to another protocol, which nobody asked for, is neither an answer nor an error.
  asking.on("close", () => resolve(false));
  asking.end();
  return promise;
}

function connects(app: URL, timeoutMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: hostOf(app), port: Number(app.port || 80), timeout: timeoutMs });
  const end = (passed: boolean): void => {
    resolve(passed);
    socket.destroy();
  };
  socket.on("connect", () => end(true));
  socket.on("timeout", () => end(false));
  socket.on("error", () => end(false));
  return promise;
}

/** Without the brackets of an IPv6 address. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, "$1");
