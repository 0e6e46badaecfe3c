// Sends a case's request to the mesh exactly as it stands: raw path, chosen Host, no redirects followed.
import { randomUUID } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";
import type { ConformanceCase } from "./gateway-cases.ts";
import type { Arrival } from "./echo-server.ts";

const agent = new Agent({ keepAlive: true, maxSockets: 32 });

export interface Answer {
  readonly status: number;
  /** Lower-case names, repeated lines joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What the echo server said arrived; null when the answer is not one of its. */
  readonly arrival: Arrival | null;
  /** The path that was sent, `{UUID}` filled in. */
  readonly sentPath: string;
}

export function entryHeaders(test: ConformanceCase): Record<string, string> {
  const scheme = test.request.scheme === "https" || test.request.scheme === "wss" ? "https" : "http";
  return {
    "selvage-entry": `${test.gateway.namespace}/${test.gateway.name}`,
    "x-forwarded-port": String(test.gateway.port),
    "x-forwarded-proto": scheme,
  };
}

export function send(mesh: string, test: ConformanceCase, extra: Record<string, string> = {}): Promise<Answer> {
  const { hostname, port } = new URL(mesh);
  const sentPath = test.request.path.replaceAll("{UUID}", randomUUID());
  const echo = Object.entries(test.fixture?.backend_sets_response_headers ?? {}).map(([n, v]) => `${n}:${v}`);
  const headers = {
    ...entryHeaders(test),
    host: test.request.host ?? "conformance.test.invalid",
    ...(echo.length > 0 ? { "X-Echo-Set-Header": echo.join(",") } : {}),
    ...test.request.headers,
    ...extra,
  };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { agent, hostname, port, method: test.request.method, path: sentPath, headers, timeout: 30_000 },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const body = Buffer.concat(chunks).toString("utf8");
          const received: Record<string, string> = {};
          for (const [name, values] of Object.entries(incoming.headersDistinct)) {
            received[name] = (values ?? []).join(", ");
          }
          resolve({ status: incoming.statusCode ?? 0, headers: received, body, arrival: arrivalIn(body), sentPath });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer to ${test.id} within 30 s`)));
    outgoing.end(test.request.body);
  });
}

function arrivalIn(body: string): Arrival | null {
  try {
    const parsed = JSON.parse(body) as Partial<Arrival>;
    return typeof parsed.service === "string" ? (parsed as Arrival) : null;
  } catch {
    return null;
  }
}

/** Runs `count` requests, `concurrency` at a time. */
export async function sendMany<T>(
  count: number,
  concurrency: number,
  one: (index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      results.push(await one(next++));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results;
}
