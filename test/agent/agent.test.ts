// The agent as a whole, against an admin API whose answers are written down: which calls it makes, and what it tells.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runAgent, type AgentSettings } from "../../src/agent/agent.ts";
import { createClient, type Failure } from "../../src/cli/session/client.ts";
import { problem, scriptedApi, type Scripted, type ScriptedApi, type Seen } from "../support/scripted-api.ts";

let api: ScriptedApi;
let app: Server;
let said: string[];
let complaints: Failure[];
let answer: (seen: Seen) => Scripted;
let stop: () => void;
let running: Promise<void>;

beforeEach(async () => {
  said = [];
  complaints = [];
  answer = () => ({ body: { results: [{ ok: true }] } });
  api = await scriptedApi((seen) => answer(seen));
  app = createServer((_, response) => response.end()).listen(0, "127.0.0.1");
  await once(app, "listening");
});
afterEach(async () => {
  stop();
  await running;
  app.close();
  app.closeAllConnections();
  await api.close();
});

const calls = (): string[] => api.seen.map(({ method, url }) => `${method} ${url.replace("/_selvage/v1", "")}`);
const PATH = "/namespaces/shop/services/orders/endpoints/agent-1";

function start(): void {
  const address = app.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const settings: AgentSettings = {
    namespace: "shop",
    service: "orders",
    app: new URL(`http://127.0.0.1:${port}`),
    health: { path: null, intervalMs: 50, timeoutMs: 1_000, thresholds: { healthy: 2, unhealthy: 3 } },
    announced: {
      namespace: "shop",
      service: "orders",
      id: "agent-1",
      url: "https://orders-1.example.com",
      version: "v2",
      cluster: undefined,
      weight: 1,
      ttl: "300ms",
      ttlMs: 300,
    },
    inbound: null,
    outbound: null,
    drainMs: 100,
  };
  const { promise, resolve } = Promise.withResolvers<void>();
  stop = resolve;
  running = runAgent(settings, {
    client: createClient({ server: api.url, token: "slv_x", timeoutMs: 5_000 }),
    say: (line) => said.push(line),
    complain: (failure) => complaints.push(failure),
    ready: () => said.push("ready"),
    stopped: promise,
  });
}

describe("the agent", () => {
  it("registers, sends heartbeats, drains, and takes the endpoint out", async () => {
    start();
    await expect.poll(() => calls().filter((one) => one === "POST /heartbeats").length).toBeGreaterThan(1);
    expect(calls()[0]).toBe(`PUT ${PATH}`);
    expect(JSON.parse(api.seen[0]!.body)).toEqual({
      url: "https://orders-1.example.com",
      version: "v2",
      weight: 1,
      ttl: "300ms",
    });
    stop();
    await running;
    expect(calls().slice(-2)).toEqual([`POST ${PATH}/drain`, `DELETE ${PATH}`]);
    expect(said.map((line) => line.split(" ")[0])).toEqual(["ready", "the", "announced", "draining:", "endpoint"]);
  });

  it("tells a refusal once, however often it is repeated, and ends without waiting for more of them", async () => {
    answer = () => problem(401, "SLV2001", "The token is not known.");
    start();
    await expect.poll(() => complaints.length).toBe(1);
    stop();
    await running;
    expect(complaints).toMatchObject([{ status: 401, message: "The token is not known." }]);
    expect(calls()).toEqual([`PUT ${PATH}`, `DELETE ${PATH}`]);
  });

  it("tells another kind of failure, and that it is over", async () => {
    const answers = [
      problem(503, "SLV9001", "The registry cannot be reached."),
      problem(503, "SLV9001", "The registry cannot be reached."),
      problem(500, "SLV9000", "The mesh made a mistake."),
    ];
    answer = () => answers.shift() ?? { body: { results: [{ ok: true }] } };
    start();
    await expect.poll(() => said).toContain("the mesh answers again");
    expect(complaints.map(({ problem: told }) => told?.code)).toEqual(["SLV9001", "SLV9000"]);
  });

  it("takes the endpoint of an app that is gone out, and registers it when it is back", async () => {
    start();
    await expect.poll(() => said.some((line) => line.startsWith("announced"))).toBe(true);
    const address = app.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    app.close();
    await expect.poll(calls).toContain(`DELETE ${PATH}`);
    app.listen(port, "127.0.0.1");
    await expect.poll(() => calls().filter((one) => one.startsWith("PUT")).length).toBe(2);
  });
});
