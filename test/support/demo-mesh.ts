// Stands in for the mesh in the tests of the demo: the few admin calls that the demo makes, and /svc/<service>/… sent
// on to whatever was registered. The journeys run the demo behind the real one.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Passed {
  readonly service: string;
  readonly headers: IncomingMessage["headers"];
}

export class DemoMesh {
  /** `<service>/<id>` → url. */
  readonly endpoints = new Map<string, string>();
  /** Bodies of `POST /apply`. */
  readonly applied: string[] = [];
  /** Requests to `/svc/…`. */
  readonly passed: Passed[] = [];
  /** Requests to anything else that is not the admin API: answered 404. */
  readonly missed: IncomingMessage["headers"][] = [];
  /** Services that answer 503. */
  readonly down = new Set<string>();
  readonly #server: Server = createServer((request, response) => void this.#answer(request, response));

  async start(): Promise<this> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return this;
  }

  get url(): string {
    // A TCP server that listens has an address of this form.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const body = Buffer.concat(chunks);
    const path = request.url ?? "/";
    const [, service, rest] = /^\/svc\/([a-z]+)(\/.*)$/.exec(path) ?? [];
    if (service !== undefined && rest !== undefined) {
      return this.#pass(service, rest, request, body, response);
    }
    if (!path.startsWith("/_selvage/")) {
      this.missed.push(request.headers);
      return reply(response, 404, problem("no route"));
    }
    if (request.headers.authorization !== "Bearer slv_test") {
      return reply(response, 401, problem("who are you?"));
    }
    const endpoint = /^\/_selvage\/v1\/namespaces\/default\/services\/([a-z]+)\/endpoints\/([a-z0-9-]+)$/.exec(path);
    const key = `${endpoint?.[1]}/${endpoint?.[2]}`;
    if (request.method === "GET") {
      return reply(response, 200, { items: path.includes("bookstore") ? this.applied : [] });
    }
    if (path === "/_selvage/v1/heartbeats") {
      return reply(response, 200, { results: [] });
    }
    if (request.method === "POST") {
      if (!path.includes("set=demo-scenario")) {
        this.applied.push(body.toString());
      }
    } else if (request.method === "PUT") {
      this.endpoints.set(key, JSON.parse(body.toString()).url);
    } else {
      this.endpoints.delete(key);
    }
    return reply(response, 200, { revision: 1, summary: { prune: 0 } });
  }

  async #pass(service: string, rest: string, request: IncomingMessage, body: Buffer, response: ServerResponse) {
    this.passed.push({ service, headers: request.headers });
    const url = [...this.endpoints].find(([key]) => key.startsWith(`${service}/`))?.[1];
    if (url === undefined || this.down.has(service)) {
      return reply(response, 503, problem("no endpoint"));
    }
    const headers = new Headers({ "x-forwarded-prefix": `/svc/${service}` });
    for (const name of ["x-request-id", "traceparent", "content-type"]) {
      const value = request.headers[name];
      if (typeof value === "string") {
        headers.set(name, value);
      }
    }
    const method = request.method ?? "GET";
    try {
      const sent = await fetch(url + rest, { method, headers, body: body.length > 0 ? body : null });
      const text = await sent.text();
      response.writeHead(sent.status, { "content-type": sent.headers.get("content-type") ?? "" }).end(text);
    } catch {
      reply(response, 502, problem("the service went away"));
    }
  }
}

const problem = (detail: string) => ({ code: "SLV0000", title: "refused", detail });

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
