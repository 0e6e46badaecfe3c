// `selvage breaker`, against a scripted API.
import { afterAll, expect, it } from "vitest";
import { CommandBench } from "../../support/command-bench.ts";

const bench = new CommandBench();
afterAll(() => bench.close());

const orders = {
  namespace: "shop",
  service: "orders",
  known: true,
  forced: [{ version: "v2", state: "open", until: "2026-11-23T12:30:00.000Z", reason: "restore" }],
  breakers: [
    {
      policy: "shop/guard",
      target: "endpoint",
      name: "static-0",
      state: "half-open",
      since: "2026-11-23T12:00:00.000Z",
      until: null,
      ok: 3,
      failed: 20,
      slow: 1,
      ejectedUntil: "2026-11-23T12:31:00.000Z",
      local: { isolates: 2, until: "2026-11-23T12:30:08.000Z" },
    },
  ],
};

it("get shows a line for what is forced and for each breaker", async () => {
  await bench.against({ "GET /breakers": { body: { items: [orders], more: false } } });
  const { code, stdout } = await bench.run("breaker", "get", "-n", "shop");
  expect([code, bench.seen.at(-1)?.url]).toEqual([0, "/_selvage/v1/breakers?namespace=shop"]);
  const lines = stdout.split("\n").map((line) => line.replaceAll(/ {2,}/g, " | ").trim());
  expect(lines[0]).toBe("SERVICE | TARGET | STATE | FOR | OK | FAILED | SLOW | POLICY");
  expect(lines[1]).toMatch(
    /^shop\/orders \| version v2 \| forced open \| until 2026-11-23T12:30:00\.000Z \| - \| - \| - \| restore$/,
  );
  expect(lines[2]).toMatch(/^shop\/orders \| endpoint static-0 \| half-open, ejected \| \S+ \| 3 \| 20 \| 1 \| shop/);
  expect(lines[3]).toMatch(
    /^shop\/orders \| endpoint static-0 \| open locally, in 2 isolates \| until 2026-11-23T12:30:08\.000Z \|/,
  );
});

it("get shows slots and retries, where the API tells them", async () => {
  const cap = { policy: "shop/cap", max: 200, limit: 150.5, inUse: 90, lent: 120, queue: 50, waiting: 3, isolates: 4 };
  const busy = {
    namespace: "shop",
    service: "busy",
    known: true,
    forced: [],
    breakers: [],
    health: [],
    concurrency: [cap, { ...cap, limit: 200 }],
    retryAllowances: [{ policy: "shop/cap", perSecond: 10, left: 4 }],
  };
  await bench.against({ "GET /breakers": { body: { items: [busy], more: false } } });
  const { stdout } = await bench.run("breaker", "get", "-n", "shop");
  const lines = stdout.split("\n").map((line) => line.replaceAll(/ {2,}/g, " | ").trim());
  expect(lines.slice(1)).toEqual([
    "shop/busy | concurrency | 90 of 150 (max 200) in use, 120 lent, 3 of 50 waiting | - | - | - | - | shop/cap",
    "shop/busy | concurrency | 90 of 200 in use, 120 lent, 3 of 50 waiting | - | - | - | - | shop/cap",
    "shop/busy | retries | 4 left, 10 each second | - | - | - | - | shop/cap",
  ]);
});

it("get of one service asks for it, and says when nothing is guarded", async () => {
  await bench.against({ "GET /breakers": { body: { items: [], more: false } } });
  const { code, stderr } = await bench.run("breaker", "get", "orders", "-A");
  expect([code, stderr]).toEqual([0, "no service here is guarded by a TrafficPolicy or probed"]);
  expect(bench.seen.at(-1)?.url).toBe("/_selvage/v1/breakers?service=orders");
});

it("force sends state, time, reason and version", async () => {
  await bench.against({ "POST /breakers/shop/orders/force": { body: { ...orders, obeyedWithinMs: 2000 } } });
  const words = ["breaker", "force", "orders", "open", "-n", "shop", "--reason", "restore", "--ttl", "30m"];
  const { code, stdout } = await bench.run(...words, "--only", "v2");
  expect([code, stdout]).toEqual([0, "service/orders version v2 is forced open: every isolate obeys within 2 s"]);
  expect(JSON.parse(bench.seen.at(-1)?.body ?? "")).toEqual({
    state: "open",
    reason: "restore",
    ttl: "30m",
    version: "v2",
  });
});

it("force says when only isolates with traffic obey yet, and nothing of it where the mesh does not tell", async () => {
  const words = ["breaker", "force", "orders", "open", "-n", "shop", "--reason", "restore"];
  await bench.against({ "POST /breakers/shop/orders/force": { body: { ...orders, obeyedWithinMs: null } } });
  expect((await bench.run(...words)).stdout).toContain("forced open: isolates with traffic for it obey");
  await bench.against({ "POST /breakers/shop/orders/force": { body: orders } });
  expect((await bench.run(...words)).stdout).toBe("service/orders is forced open");
});

it("force without a reason is a mistake of usage", async () => {
  const { code, stderr } = await bench.run("breaker", "force", "orders", "open");
  expect(code).toBe(2);
  expect(stderr).toContain("--reason");
});
