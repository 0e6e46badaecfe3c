// A receiver of OTLP over HTTP, as JSON, in a process of its own: counts what it takes, and can be told to fail, to be
// slow or to refuse. `node test/support/journeys/collector-process.ts PORT` (0 = any; the port is printed).
import { createServer, type ServerResponse } from "node:http";

type Key = "spans" | "records" | "points";

const taken: Record<Key, string[]> = { spans: [], records: [], points: [] };
/** As the newest message of each path says. */
const dropped: Record<string, number> = {};
let answers: { status: number; retryAfter?: number }[] = [];
let delayMs = 0;

const list = (value: unknown, name: string): unknown[] => {
  const found: unknown = Reflect.get(Object(value), name);
  return Array.isArray(found) ? found : [];
};

function take(path: string, message: unknown): void {
  for (const resource of ["resourceSpans", "resourceLogs", "resourceMetrics"].flatMap((name) => list(message, name))) {
    const told = list(Reflect.get(Object(resource), "resource"), "attributes").find(
      (one) => Reflect.get(Object(one), "key") === "selvage.telemetry.dropped",
    );
    dropped[path] = Number(Reflect.get(Object(Reflect.get(Object(told), "value")), "intValue"));
    for (const scope of ["scopeSpans", "scopeLogs", "scopeMetrics"].flatMap((name) => list(resource, name))) {
      taken.spans.push(...list(scope, "spans").map((one) => String(Reflect.get(Object(one), "spanId"))));
      taken.records.push(
        ...list(scope, "logRecords").map((one) =>
          String(Reflect.get(Object(Reflect.get(Object(one), "body")), "stringValue")),
        ),
      );
      taken.points.push(...list(scope, "metrics").map((one) => String(Reflect.get(Object(one), "name"))));
    }
  }
}

function answer(response: ServerResponse, path: string, text: string): void {
  const { status, retryAfter } = answers.shift() ?? { status: 200 };
  if (status === 200) {
    take(path, JSON.parse(text));
  }
  response.writeHead(status, retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }).end("{}");
}

const server = createServer((request, response) => {
  const path = request.url ?? "";
  let text = "";
  request.on("data", (piece: Buffer) => (text += piece.toString()));
  request.on("end", () => {
    if (path === "/told") {
      response.end(JSON.stringify({ ...taken, dropped }));
    } else if (path === "/do") {
      ({ answers = [], delayMs = 0 } = JSON.parse(text));
      response.end();
    } else {
      setTimeout(() => answer(response, path, text), delayMs);
    }
  });
});
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`${typeof address === "object" && address !== null ? address.port : 0}\n`);
});
