// Sends requests byte for byte over connections that are kept, one at a time on each, and reads the answers. What the
// other side closes is opened again. For targets that no HTTP library would send.
import { connect, type Socket } from "node:net";

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; of several the last. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface RawClient {
  /** null = the connection ended without an answer. */
  readonly send: (bytes: string) => Promise<RawAnswer | null>;
  readonly close: () => void;
}

const LONGEST_MS = 20_000;

export function rawClient(port: number): RawClient {
  let socket: Socket | null = null;
  return {
    send: (bytes) => {
      const used = socket !== null && !socket.destroyed && socket.writable ? socket : connect(port, "127.0.0.1");
      socket = used;
      const isHead = bytes.startsWith("HEAD ");
      return new Promise((resolve) => {
        let received = "";
        const done = (answer: RawAnswer | null): void => {
          clearTimeout(timer);
          used.removeAllListeners();
          used.on("error", () => undefined);
          if (answer === null || answer.headers.get("connection")?.toLowerCase() === "close") {
            used.destroy();
          }
          resolve(answer);
        };
        const timer = setTimeout(() => done(null), LONGEST_MS);
        used.on("data", (chunk: Buffer) => {
          received += chunk.toString("latin1");
          const answer = wholeAnswer(received, isHead);
          if (answer !== null) {
            done(answer);
          }
        });
        used.on("error", () => done(null));
        used.on("close", () => done(wholeAnswer(received, isHead)));
        used.write(Buffer.from(bytes, "latin1"));
      });
    },
    close: () => socket?.destroy(),
  };
}

/** null = there is more to come. */
function wholeAnswer(text: string, isHead: boolean): RawAnswer | null {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) {
    return null;
  }
  const [line = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = new Map(
    lines.map((one) => [one.slice(0, one.indexOf(":")).toLowerCase(), one.slice(one.indexOf(":") + 1).trim()]),
  );
  const status = Number(line.split(" ")[1]);
  const rest = text.slice(end + 4);
  if (isHead) {
    return { status, headers, body: "" };
  }
  if (headers.get("transfer-encoding") === "chunked") {
    const body = unchunked(rest);
    return body === null ? null : { status, headers, body };
  }
  const length = status === 204 || status === 304 ? 0 : Number(headers.get("content-length") ?? "0");
  return rest.length < length ? null : { status, headers, body: rest.slice(0, length) };
}

function unchunked(text: string): string | null {
  let body = "";
  for (let at = 0; ;) {
    const end = text.indexOf("\r\n", at);
    if (end === -1) {
      return null;
    }
    const size = Number.parseInt(text.slice(at, end), 16);
    if (Number.isNaN(size) || text.length < end + 2 + size + 2) {
      return null;
    }
    if (size === 0) {
      return body;
    }
    body += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
}
