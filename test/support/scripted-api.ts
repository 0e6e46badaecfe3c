// An admin API whose answers a test writes down: for what the command sends and how it reads answers. What the real
// API says is tested by the journeys.
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";

export interface Seen {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Scripted {
  readonly status?: number;
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ScriptedApi {
  readonly url: string;
  readonly seen: readonly Seen[];
  close(): Promise<void>;
}

/** `answer` decides by method and path (without `/_selvage/v1` and query). */
export async function scriptedApi(answer: (seen: Seen, path: string) => Scripted): Promise<ScriptedApi> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const one = {
        method: request.method ?? "",
        url: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(one);
      const path = one.url.replace(/^\/_selvage\/v1/, "").replace(/\?.*$/, "");
      const { status = 200, body = {}, text, headers } = answer(one, path);
      response.writeHead(status, {
        "content-type": status >= 400 ? "application/problem+json" : "application/json",
        ...headers,
      });
      response.end(text ?? JSON.stringify(body));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A problem as the API would send it. */
export const problem = (status: number, code: string, detail: string, more: object = {}): Scripted => ({
  status,
  body: {
    type: `http://127.0.0.1:8787/_selvage/problems/${code}`,
    title: "A title",
    status,
    detail,
    code,
    requestId: "req-1",
    ...more,
  },
});
