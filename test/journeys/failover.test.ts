// One of two endpoints fails: the fleet ejects it, the documented share of traffic moves to the next priority on every
// edge, and all of it comes back when the ejection has ended.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startMesh, type TestMesh } from "../support/mesh.ts";

let mesh: TestMesh;
const broken = new Set<string>();
const servers: Server[] = [];

async function start(name: string): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(broken.has(name) ? 500 : 200);
    response.end(name);
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

beforeAll(async () => {
  const [a, b, spare] = await Promise.all([start("a"), start("b"), start("spare")]);
  mesh = await startMesh({ edges: 2 });
  const documents = `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders, namespace: shop}
spec:
  exposure: public
  endpoints: [{url: "${a}"}, {url: "${b}"}, {url: "${spare}", priority: 1}]
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: orders, namespace: shop}
spec:
  targetRefs: [{kind: Service, name: orders}]
  loadBalancer: {policy: random}
  outlierDetection: {consecutiveFailures: 3, interval: 1s, baseEjection: 15s}
`;
  expect(await mesh.cli(["apply", "--wait", "-f", "-"], documents)).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await mesh.stop();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** Whole percent of so many requests, over both edges, by who answered. */
async function shares(requests: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let sent = 0; sent < requests; sent += 10) {
    const batch = Array.from({ length: 10 }, async (_, at) =>
      (await fetch(`${mesh.urls[at % 2]}/svc/orders.shop/`)).text(),
    );
    for (const name of await Promise.all(batch)) {
      counts[name] = (counts[name] ?? 0) + 1;
    }
  }
  return Object.fromEntries(
    Object.entries(counts).map(([name, count]) => [name, Math.round((100 * count) / requests)]),
  );
}
const askedNow = async (): Promise<string> =>
  Object.keys(await shares(40))
    .toSorted()
    .join();

it("a priority that is half healthy keeps seventy of a hundred requests", async () => {
  expect(await askedNow()).toBe("a,b");
  broken.add("a");
  await expect.poll(askedNow, { interval: 100 }).toBe("b,spare");
  const { b = 0, spare = 0 } = await shares(400);
  expect(b + spare).toBeGreaterThanOrEqual(99);
  expect(Math.abs(b - 70)).toBeLessThanOrEqual(10);
});

it("takes everything back when its endpoint is well and its time is over", async () => {
  broken.clear();
  await expect.poll(askedNow, { timeout: 120_000, interval: 1000 }).toBe("a,b");
});
