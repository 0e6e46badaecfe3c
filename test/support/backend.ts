// A service behind the mesh, for journeys: a real HTTP server that says who it is.
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";

export interface Backend {
  readonly url: string;
  readonly port: number;
  /** Paths of the requests so far. */
  readonly requests: readonly string[];
  /** Headers of the requests so far. */
  readonly headers: readonly IncomingHttpHeaders[];
  close(): Promise<void>;
}

/** Answers every request with `name`, after `delayMs`. */
export async function startBackend(name: string, delayMs = 0): Promise<Backend> {
  const requests: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    headers.push(request.headers);
    const answer = (): void => {
      response.writeHead(200, { "content-type": "text/plain", "x-backend": name });
      response.end(name);
    };
    if (delayMs === 0) {
      answer();
    } else {
      setTimeout(answer, delayMs);
    }
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    headers,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
