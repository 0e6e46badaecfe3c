// Rollouts over real services, with traffic that never stops and two isolates: a canary that fails is taken out of all
// of them, one that is sound is promoted, and a killed mesh goes on where it was.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { RolloutList, RolloutStatus } from "../../src/model/api/rollouts.ts";
import { startBackend, type Backend } from "../support/backend.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

let mesh: TestMesh;
let sound: Backend[] = [];
let failing: Server;
let failingUrl = "";
beforeAll(async () => {
  [mesh, ...sound] = await Promise.all([startMesh({ edges: 2 }), startBackend("v1"), startBackend("v3")]);
  let nth = 0;
  failing = createServer((_, response) => {
    nth += 1;
    response.writeHead(nth % 2 === 0 ? 500 : 200).end("v2");
  });
  failing.listen(0, "127.0.0.1");
  await once(failing, "listening");
  const address = failing.address();
  failingUrl = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
});
afterAll(async () => {
  await mesh.stop();
  failing.closeAllConnections();
  failing.close();
  await Promise.all(sound.map((one) => one.close()));
});

const documents = (canary: string, steps: string, analysis: string): string => `apiVersion: selvage.dev/v1
kind: Service
metadata: { name: orders, namespace: shop }
spec:
  exposure: public
  endpoints:
    - { url: "${sound[0]?.url}", version: v1 }
    - { url: "${failingUrl}", version: v2 }
    - { url: "${sound[1]?.url}", version: v3 }
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: { name: orders, namespace: shop }
spec: { targetRefs: [{ kind: Service, name: orders }], retry: { attempts: 0 } }
---
apiVersion: selvage.dev/v1
kind: Rollout
metadata: { name: orders, namespace: shop }
spec: { service: orders, stable: v1, canary: ${canary}, steps: ${steps}, analysis: ${analysis} }
`;

interface Seen {
  readonly at: number;
  readonly edge: number;
  readonly version: string;
}

let stopCallers = async (): Promise<void> => undefined;
afterEach(async () => stopCallers());

/** Eight callers that ask both isolates in turn until they are stopped. */
function callers(): readonly Seen[] {
  const seen: Seen[] = [];
  const ending = new AbortController();
  const call = async (index: number): Promise<void> => {
    const edge = index % mesh.urls.length;
    while (!ending.signal.aborted) {
      try {
        const response = await fetch(`${mesh.urls[edge]}/svc/orders.shop/`);
        seen.push({ at: performance.now(), edge, version: await response.text() });
      } catch {
        // The mesh is down for a moment.
      }
      await sleep(5);
    }
  };
  const running = Array.from({ length: 8 }, (_, index) => call(index));
  stopCallers = async () => {
    ending.abort();
    await Promise.all(running);
    stopCallers = async () => undefined;
  };
  return seen;
}

async function rollout(): Promise<RolloutStatus> {
  const answer = await mesh.client.call<RolloutList>("GET", "/rollouts?namespace=shop");
  const [one] = answer.ok ? answer.value.items : [];
  if (one === undefined) {
    throw new Error("no Rollout");
  }
  return one;
}

const applied = async (...text: Parameters<typeof documents>): Promise<void> => {
  const { code, stderr } = await mesh.cli(["apply", "-f", "-"], documents(...text));
  expect([code, stderr]).toEqual([0, ""]);
};

it("takes a canary that fails out of every isolate within ten seconds", async () => {
  const seen = callers();
  await applied("v2", "[{ weight: 5, hold: 1h }, { weight: 100 }]", "{ interval: 1s }");
  await expect.poll(() => seen.some(({ version }) => version === "v2")).toBe(true);
  const first = seen.find(({ version }) => version === "v2")?.at ?? 0;
  await expect.poll(async () => (await rollout()).phase).toBe("rolled-back");
  const quiet = (): boolean => {
    const last = seen.findLast(({ version }) => version === "v2")?.at ?? 0;
    return [0, 1].every((edge) => seen.filter((one) => one.edge === edge && one.at > last + 1000).length > 100);
  };
  await expect.poll(quiet, { timeout: 60_000 }).toBe(true);
  const last = seen.findLast(({ version }) => version === "v2")?.at ?? Infinity;
  expect(last - first).toBeLessThan(10_000);
  const { turns } = await rollout();
  expect(turns.at(-1)).toMatchObject({ phase: "rolled-back", weight: 0, actor: null });
  expect(turns.at(-1)?.reason).toMatch(/requests? to v2 failed|of v2 fail/);
  const status = await mesh.cli(["status"]);
  expect(status.stdout).toContain("v2 was rolled back");
  expect((await mesh.cli(["rollout", "watch", "orders", "-n", "shop"])).code).toBe(1);
});

it("promotes one that is sound, step by step, and explains which step decides", async () => {
  const seen = callers();
  await applied(
    "v3",
    "[{ weight: 10, hold: 500ms }, { weight: 50 }, { weight: 100 }]",
    "{ minRequests: 20, interval: 300ms, maxP99Ratio: 1000 }",
  );
  await expect.poll(async () => (await rollout()).step, { timeout: 60_000 }).toBe(2);
  await expect
    .poll(async () => (await mesh.cli(["explain", "GET", `${mesh.url}/svc/orders.shop/`])).stdout)
    .toContain("Step 2 of 3, 50 % for v3");
  expect((await mesh.cli(["rollout", "promote", "orders", "-n", "shop", "--reason", "looks well"])).code).toBe(0);
  const since = performance.now() + 2000;
  await expect.poll(() => seen.filter(({ at }) => at > since).length).toBeGreaterThan(200);
  expect(new Set(seen.filter(({ at }) => at > since).map(({ version }) => version))).toEqual(new Set(["v3"]));
  expect((await mesh.cli(["rollout", "watch", "orders", "-n", "shop"])).stdout).toContain("bootstrap: looks well");
});

it("goes on where it was when the mesh was killed", async () => {
  await applied("v2", "[{ weight: 1, hold: 1h }, { weight: 100 }]", "{ interval: 1s, minRequests: 100000 }");
  expect((await mesh.cli(["rollout", "pause", "orders", "-n", "shop", "--reason", "freeze"])).code).toBe(0);
  const before = await rollout();
  await mesh.kill9();
  await mesh.restart();
  const after = await rollout();
  expect(after).toMatchObject({ phase: "paused", weight: 1, version: before.version });
  expect(after.turns).toEqual(before.turns);
  expect((await mesh.cli(["rollout", "abort", "orders", "-n", "shop"])).stdout).toContain("aborted at 0 %");
});
