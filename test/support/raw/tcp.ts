// Bytes in, bytes out: a client and a service that speak HTTP/1.1 by hand, for what no HTTP library would let a test
// send.
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/**
 * Sends the bytes on a new connection; resolves with all that came back once it holds so many answers, or was closed.
 */
export function sendRaw(port: number, bytes: string, answers = 1): Promise<string> {
  return new Promise((resolve) => {
    let received = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(Buffer.from(bytes, "latin1")));
    const silence = setTimeout(() => socket.destroy(), 3000);
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      if (countAnswers(received, bytes.startsWith("HEAD ")) >= answers) {
        socket.destroy();
      }
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      clearTimeout(silence);
      resolve(received);
    });
  });
}

/** Whole answers in a text; those of the tests have a length or no body. */
function countAnswers(text: string, toHead: boolean): number {
  let count = 0;
  for (let at = 0; ; count++) {
    const end = text.indexOf("\r\n\r\n", at);
    if (end === -1) {
      return count;
    }
    const length = /^content-length: (\d+)\r?$/im.exec(text.slice(at, end))?.[1] ?? "0";
    at = end + 4 + (toHead ? 0 : Number(length));
    if (at > text.length) {
      return count;
    }
  }
}

export interface RecordedRequest {
  readonly line: string;
  /** In the order and spelling in which they arrived. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export interface RawUpstream {
  readonly url: string;
  readonly port: number;
  readonly requests: RecordedRequest[];
  /** What did not parse as a request: must stay empty. */
  readonly leftovers: () => string;
  /** Writes the answer to a request; the default says 200 and "hello". */
  answer: (request: RecordedRequest, socket: Socket) => void;
  readonly close: () => Promise<void>;
}

const HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello";

export async function startRawUpstream(): Promise<RawUpstream> {
  const requests: RecordedRequest[] = [];
  const sockets = new Set<Socket>();
  let leftover = "";
  const server = createServer((socket) => {
    sockets.add(socket);
    let pending = "";
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      leftover += pending;
    });
    socket.on("data", (chunk: Buffer) => {
      pending += chunk.toString("latin1");
      for (let taken = take(pending); taken !== null; taken = take(pending)) {
        pending = pending.slice(taken.length);
        requests.push(taken.request);
        upstream.answer(taken.request, socket);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const upstream: RawUpstream = {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    leftovers: () => leftover,
    answer: (_, socket) => socket.write(HELLO),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) {
          socket.destroy();
        }
        server.close(() => resolve());
      }),
  };
  return upstream;
}

/** The first whole request of the text, framed as RFC 9112 says. */
function take(text: string): { readonly request: RecordedRequest; readonly length: number } | null {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) {
    return null;
  }
  const [line = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = lines.map((one): [string, string] => {
    const colon = one.indexOf(":");
    return [one.slice(0, colon), one.slice(colon + 1).trim()];
  });
  const request = { line, headers, body: "" };
  const start = end + 4;
  if (valueOf(request, "transfer-encoding") === "chunked") {
    return chunked(request, text, start);
  }
  const length = Number(valueOf(request, "content-length") ?? "0");
  if (text.length < start + length) {
    return null;
  }
  return { request: { ...request, body: text.slice(start, start + length) }, length: start + length };
}

function chunked(request: RecordedRequest, text: string, start: number): ReturnType<typeof take> {
  let body = "";
  let at = start;
  for (;;) {
    const end = text.indexOf("\r\n", at);
    if (end === -1) {
      return null;
    }
    const size = Number.parseInt(text.slice(at, end), 16);
    if (text.length < end + 2 + size + 2) {
      return null;
    }
    body += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
    if (size === 0) {
      return { request: { ...request, body }, length: at };
    }
  }
}

/** The value of a header that must be there at most once; undefined without it. */
export function valueOf({ headers }: RecordedRequest, name: string): string | undefined {
  const values = headers.filter(([sent]) => sent.toLowerCase() === name).map(([, value]) => value);
  if (values.length > 1) {
    throw new Error(`${name} arrived ${values.length} times: ${values.join(" | ")}`);
  }
  return values[0];
}
