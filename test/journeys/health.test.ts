// A service that says itself that it is unwell: its traffic moves to the other region within seconds, everybody can see
// it, and it comes home when the service is well again.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CatalogService } from "../../src/model/api/endpoints.ts";
import type { BreakerList } from "../../src/model/api/breakers.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

let mesh: TestMesh;
const unwell = new Set<string>();
const probed = { eu: 0, us: 0 };
const servers: Server[] = [];

async function start(name: "eu" | "us"): Promise<string> {
  const server = createServer((request, response) => {
    const isProbe = request.url === "/healthz";
    if (isProbe) {
      probed[name] += 1;
    }
    response.writeHead(isProbe && unwell.has(name) ? 503 : 200);
    response.end(name);
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

beforeAll(async () => {
  const [eu, us] = await Promise.all([start("eu"), start("us")]);
  mesh = await startMesh({ edges: 2, args: ["--var", "REGION=eu"] });
  const cluster = (name: string): string => `
apiVersion: selvage.dev/v1
kind: Cluster
metadata: {name: ${name}-1}
spec: {region: ${name}, allowPrivateAddresses: true}
---`;
  const service = `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders, namespace: shop}
spec:
  exposure: public
  healthCheck: {interval: 500ms, timeout: 500ms}
  endpoints:
    - {url: "${us}", cluster: us-1}
    - {url: "${eu}", cluster: eu-1}
`;
  expect(await mesh.cli(["apply", "-f", "-"], cluster("eu") + cluster("us") + service)).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await mesh.stop();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** Who answers on each edge. */
const answers = async (): Promise<string> => {
  const texts = mesh.urls.map(async (url) => (await fetch(`${url}/svc/orders.shop/`)).text());
  return (await Promise.all(texts)).join();
};
const settles = (expected: string): Promise<void> => expect.poll(answers, { interval: 50 }).toBe(expected);
const catalog = async (): Promise<string[]> => {
  const answer = await mesh.client.call<{ items: CatalogService[] }>("GET", "/catalog?namespace=shop");
  return answer.ok ? (answer.value.items[0]?.endpoints.map(({ cluster, health }) => `${cluster} ${health}`) ?? []) : [];
};

it("near endpoints take the traffic, and both are found healthy", async () => {
  await settles("eu,eu");
  await expect.poll(catalog).toEqual(["us-1 healthy", "eu-1 healthy"]);
});

it("one that fails its checks gives it away to the other region, on every edge, and is seen to", async () => {
  unwell.add("eu");
  await settles("us,us");
  expect(await catalog()).toEqual(["us-1 healthy", "eu-1 unhealthy"]);
  const breakers = await mesh.client.call<BreakerList>("GET", "/breakers?namespace=shop");
  expect(breakers).toMatchObject({
    ok: true,
    value: { items: [{ health: [{ state: "healthy" }, { state: "unhealthy", cause: "It answered 503." }] }] },
  });
  expect((await mesh.cli(["breaker", "get", "-n", "shop"])).stdout).toMatch(
    /health static-[0-9a-f]{12} +unhealthy .*It answered 503\./,
  );
});

it("only one prober asks, whatever the number of isolates", async () => {
  const before = probed.us;
  const since = performance.now();
  while (performance.now() - since < 3000 || probed.us - before < 3) {
    await answers();
    await sleep(50);
  }
  // Two probers would ask twice as often as the interval says.
  const intervals = (performance.now() - since) / 500;
  expect(probed.us - before).toBeLessThanOrEqual(1.3 * intervals + 2);
});

it("it comes home when the checks pass again", async () => {
  unwell.clear();
  await settles("eu,eu");
  expect(await catalog()).toEqual(["us-1 healthy", "eu-1 healthy"]);
});
