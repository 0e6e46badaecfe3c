// Thousands of POSTs through a real mesh to a service that breaks in every way it can over a socket. Arrivals are
// counted at the service, so that a repeat by the platform below would be seen as well.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sized } from "../support/long.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

const REQUESTS = sized(1500, 10_000);
const AT_ONCE = 40;
const STATUSES = [409, 429, 500, 502, 503, 504, 521, 523, 530];

let mesh: TestMesh;
let server: Server;
const arrivals = new Map<string, number>();
let turn = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    const id = String(request.headers["x-id"]);
    arrivals.set(id, (arrivals.get(id) ?? 0) + 1);
    turn++;
    const way = turn % (STATUSES.length + 4);
    if (way === 0) {
      return void request.socket.destroy();
    }
    if (way === 1) {
      return void request.resume().on("end", () => request.socket.resetAndDestroy());
    }
    // Headers that end in the middle.
    if (way === 2) {
      return void request.socket.end("HTTP/1.1 200 OK\r\ncontent-le");
    }
    if (way === 3) {
      return void request.resume().on("end", () => response.writeHead(200).end("done"));
    }
    const status = STATUSES[way - 4] ?? 500;
    request.resume().on("end", () => response.writeHead(status, { "retry-after": "0" }).end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  mesh = await startMesh();
});
afterAll(async () => {
  await mesh.stop();
  server.closeAllConnections();
  server.close();
});

it("reach the service once each without an Idempotency-Key, and again with key and consent", async () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const applied = await mesh.cli(
    ["apply", "--wait", "-f", "-"],
    `apiVersion: selvage.dev/v1
kind: Service
metadata: { name: faulty }
spec:
  exposure: public
  endpoints: [{ url: "http://127.0.0.1:${port}" }, { url: "http://localhost:${port}" }]
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: { name: faulty }
spec:
  targetRefs: [{ kind: Service, name: faulty }]
  retry:
    attempts: 5
    on: [connect-failure, gateway-error, reset, 5xx, retriable-4xx]
    methods: [GET, POST]
    budget: { percent: 100, minPerSecond: 1000 }
`,
  );
  expect(applied.code, applied.stderr).toBe(0);
  const send = async (id: string, headers: Record<string, string>): Promise<number> => {
    const response = await fetch(`${mesh.url}/svc/faulty/orders`, {
      method: "POST",
      body: `order ${id}`,
      headers: { "x-id": id, ...headers },
    });
    await response.arrayBuffer();
    return response.status;
  };
  let next = 0;
  const statuses = new Map<number, number>();
  const worker = async (): Promise<void> => {
    for (let id = next++; id < REQUESTS; id = next++) {
      const status = await send(String(id), {});
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const twice = [...arrivals].filter(([, count]) => count > 1);
  expect(twice).toEqual([]);
  expect(arrivals.size).toBe(REQUESTS);
  expect(statuses.get(200) ?? 0).toBeGreaterThan(0);

  arrivals.clear();
  for (let id = 0; id < 50; id++) {
    await send(`keyed ${id}`, { "idempotency-key": `k${id}` });
  }
  expect([...arrivals.values()].some((count) => count > 1)).toBe(true);
}, 400_000);
