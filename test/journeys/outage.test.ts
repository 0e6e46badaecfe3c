// The outage table: ten things go wrong at once, each at a service of its own that is called all the while. `selvage
// status` names every one of them, with its cause and a command, and ends with 1; before, and when all is over, it does
// not.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { MeshStatus } from "../../src/status/mesh-status.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

const WITHIN_MS = 15_000;
const names = ["killed", "hung", "slow", "half", "broken", "forced", "spent", "overridden"] as const;
type Name = (typeof names)[number];

let mesh: TestMesh;
const calls = new AbortController();
let isBroken = false;
const servers = new Map<Name, Server>();

async function serve(name: Name): Promise<string> {
  let turn = 0;
  const server = createServer((_request, response) => {
    turn += 1;
    const answer = (status: number): void => void response.writeHead(status).end(name);
    if (!isBroken) {
      return answer(200);
    }
    if (name === "hung") {
      return;
    }
    if (name === "slow") {
      return void setTimeout(() => answer(200), 4000);
    }
    answer((name === "half" && turn % 2 === 0) || name === "broken" ? 503 : 200);
  });
  servers.set(name, server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

const service = (name: string, endpoints: string): string => `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec: {exposure: public, endpoints: ${endpoints}}
---`;
const policies = `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: guard, namespace: shop}
spec:
  targetRefs: [{kind: Service, name: broken}, {kind: Service, name: forced}]
  circuitBreaker: {window: 10s, minRequests: 5, failurePercent: 50, openFor: 20s}
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: calm, namespace: shop}
spec: {targetRefs: [{kind: Service, name: overridden}], timeouts: {request: 5s}}
---
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: quota, namespace: shop}
spec: {targetRefs: [{kind: Service, name: spent}], limits: [{name: hourly, requests: 400, window: 1h, key: [], mode: strict}]}
---
apiVersion: selvage.dev/v1
kind: Cluster
metadata: {name: island}
spec: {region: eu, allowPrivateAddresses: true}
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: lost, namespace: shop}
spec: {exposure: public}
`;

beforeAll(async () => {
  const started = startMesh();
  const urls = await Promise.all(names.map(serve));
  mesh = await started;
  const services = names.map((name, index) => service(name, `[{url: "${urls[index]}"}]`)).join("");
  const applied = await mesh.cli(["apply", "--wait", "-f", "-"], services + policies);
  expect(applied.code, applied.stderr).toBe(0);
  expect(await mesh.cli(["app", "create", "mobile", "-n", "shop"])).toMatchObject({ code: 0 });
  void Promise.all(names.map(call));
  // Beyond a usual time for each.
  await sleep(3000);
});
afterAll(async () => {
  calls.abort();
  await mesh.stop();
  for (const server of servers.values()) {
    server.closeAllConnections();
    server.close();
  }
});

/** Ten times a second, whatever becomes of the earlier ones. */
async function call(name: Name): Promise<void> {
  while (!calls.signal.aborted) {
    fetch(`${mesh.url}/svc/${name}.shop/`, { signal: AbortSignal.timeout(30_000) })
      .then((response) => response.body?.cancel())
      .catch(() => undefined);
    await sleep(100);
  }
}

async function status(): Promise<{ code: number; told: MeshStatus }> {
  const { code, stdout } = await mesh.cli(["status", "-o", "json"]);
  return { code, told: JSON.parse(stdout) };
}

/** What stands in the line that names the fault. */
const faults: readonly (readonly [fault: string, ref: string, message: RegExp, command: RegExp])[] = [
  [
    "killed",
    "Service/shop/killed",
    /its only endpoint .* is down: \d+ of the last \d+ calls failed: it refused/,
    /describe service killed -n shop/,
  ],
  ["hung", "Service/shop/hung", /it takes calls and answers none: \d+ have been waiting/, /describe service hung/],
  ["slow", "Service/shop/slow", /is unwell: it takes \d\.\d s to answer, usually [\d.]+ m?s/, /describe service slow/],
  [
    "half failing",
    "Service/shop/half",
    /is unwell: \d+ of the last \d+ calls failed: it answered 503/,
    /describe service half/,
  ],
  ["open breaker", "Service/shop/broken", /breaker of .* is open \(shop\/guard\)/, /breaker get broken -n shop/],
  ["forced breaker", "Service/shop/forced", /forced open, ends .*: restore/, /breaker force forced auto .*-n shop/],
  ["spent limit", "RateLimitPolicy/shop/quota", /limit hourly is spent for 1 caller/, /limit get -n shop/],
  [
    "override",
    "Override/shop/brownout",
    /lies over trafficpolicy\/calm and ends .*: brownout/,
    /override rm brownout -n shop/,
  ],
  ["expired key", "Application/shop/mobile", /its last secret has ended/, /app credentials mobile --add -n shop/],
  [
    "lost cluster",
    "Service/shop/lost",
    /2 endpoints of cluster island not heard from any more .* none is left/,
    /get endpoints lost -n shop/,
  ],
];

it("is told of nothing while all is well, and a contract that waits is no fault", async () => {
  const before = await status();
  expect(before.told.problems).toEqual([]);
  expect(before.code).toBe(0);
  const contract = `
apiVersion: selvage.dev/v1
kind: Tier
metadata: {name: gold, namespace: shop}
spec: {service: spent, approval: manual, limits: [{name: steady, requests: 600, window: 1m}]}
---
apiVersion: selvage.dev/v1
kind: Contract
metadata: {name: mobile-spent, namespace: shop}
spec: {application: mobile, service: spent, tier: gold}
`;
  expect(await mesh.cli(["apply", "-f", "-"], contract)).toMatchObject({ code: 0 });
  const pending = await status();
  expect([pending.code, pending.told.problems]).toEqual([0, []]);
  // The revision that was just applied may still be on its way, which is a notice of the mesh itself.
  expect(pending.told.notices.filter(({ ref }) => ref !== null)).toMatchObject([
    { ref: "Contract/shop/mobile-spent", command: "selvage contract approve mobile-spent -n shop" },
  ]);
});

it(`names each of ten faults within ${(2 * WITHIN_MS) / 1000} s, the worst first`, async () => {
  const endpoint = { url: "http://127.0.0.1:9", cluster: "island", ttl: "1s" };
  const path = "/namespaces/shop/services/lost/endpoints";
  for (const id of ["one", "two"]) {
    expect(await mesh.client.call("PUT", `${path}/${id}`, { body: endpoint })).toMatchObject({ ok: true });
  }
  isBroken = true;
  servers.get("killed")?.closeAllConnections();
  servers.get("killed")?.close();
  for (const args of [
    ["breaker", "force", "forced", "open", "--reason", "restore", "-n", "shop"],
    [
      "override",
      "add",
      "tp",
      "calm",
      "--patch",
      "{timeouts: {request: 1s}}",
      "--reason",
      "brownout",
      "--name",
      "brownout",
      "-n",
      "shop",
    ],
    ["app", "revoke", "mobile", "--all", "-n", "shop"],
  ]) {
    expect(await mesh.cli(args)).toMatchObject({ code: 0 });
  }
  // All of the hour's requests at once.
  void Promise.allSettled(
    Array.from({ length: 400 }, async () => (await fetch(`${mesh.url}/svc/spent.shop/`)).body?.cancel()),
  );

  const since = performance.now();
  const seen = new Map<string, number>();
  let last = await status();
  while (seen.size < faults.length && performance.now() - since < 3 * WITHIN_MS) {
    const { problems } = last.told;
    for (const [fault, ref, message] of faults) {
      const isTold = problems.some((one) => one.ref === ref && message.test(one.message));
      if (isTold && !seen.has(fault)) {
        seen.set(fault, Math.round((performance.now() - since) / 100) / 10);
      }
    }
    if (seen.size < faults.length) {
      last = await status();
    }
  }
  console.log(faults.map(([fault]) => `${fault.padEnd(15)} ${seen.get(fault) ?? "never"} s`).join("\n"));
  const missing = faults.map(([fault]) => fault).filter((fault) => !seen.has(fault));
  expect(missing, JSON.stringify(last.told.problems, null, 1)).toEqual([]);
  // Twice that on a machine with other things to do: what takes longer is not seen at all.
  expect(Math.max(...seen.values()) * 1000).toBeLessThan(2 * WITHIN_MS);
  expect(last.code).toBe(1);
  for (const [fault, ref, message, command] of faults) {
    const told = last.told.problems.find((one) => one.ref === ref && message.test(one.message));
    if (told !== undefined) {
      expect(told.command, fault).toMatch(command);
    }
  }
  const ranks = last.told.problems.map(({ severity }) => (severity === "down" ? 0 : 1));
  expect(ranks).toEqual(ranks.toSorted());
});

it("get endpoints, describe and the API say the same of a killed one, since when and why", async () => {
  const got = await mesh.cli(["get", "endpoints", "killed", "-n", "shop"]);
  expect(got.stdout).toMatch(/unhealthy \d+s +\d+ of the last \d+ calls failed: it refused the connection/);
  const described = await mesh.cli(["describe", "service", "killed", "-n", "shop"]);
  expect(described.stdout).toMatch(/unhealthy \d+s +\d+ of the last \d+ calls failed/);
  const policy = await mesh.cli(["describe", "tp", "calm", "-n", "shop"]);
  expect(policy.stdout).toMatch(
    /Overrides, which change what is in force:\n +override\/brownout in shop until .*: brownout\n +timeouts:\n +request: 1s/,
  );
});
