import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { CircuitBreaker } from "../../durable/circuit-breaker.ts";
import type { BreakerReply, BreakerReport, PolicyReport } from "../../src/model/message/breaker.ts";
import type { BreakerTerms } from "../../src/model/snapshot/circuit.ts";

const START = Date.UTC(2026, 0, 1);
const terms: BreakerTerms = {
  windowMs: 10_000,
  minRequests: 20,
  failurePercent: 50,
  slowCallPercent: 80,
  openForMs: 5000,
  maxOpenForMs: 60_000,
  halfOpenRequests: 2,
};
const target = "e:static-0";
let now = START;
let seq = 0;
let object: DurableObjectStub<CircuitBreaker>;

beforeEach(() => {
  now = START;
  seq = 0;
  vi.spyOn(Date, "now").mockImplementation(() => now);
  object = env.BREAKER.getByName(`shop/${crypto.randomUUID()}`);
});
afterEach(() => vi.restoreAllMocks());

const report = (more: Partial<PolicyReport>): PolicyReport => ({
  policy: "shop/guard",
  breaker: terms,
  outlier: null,
  endpoints: [],
  outcomes: [],
  settled: [],
  probeWant: [],
  probeMs: 1000,
  ...more,
});
const sync = async (more: Partial<PolicyReport>, number = ++seq): Promise<BreakerReply> =>
  object.sync({ isolate: "i1", seq: number, policies: [report(more)] });
const failures = (failed: number, epoch = 1, run = failed): Partial<PolicyReport> => ({
  outcomes: [{ target, epoch, ok: 0, failed, slow: 0, run, okMs: null, failedMs: 0 }],
});
const evict = async (): Promise<void> => {
  const { name = "" } = object;
  await evictDurableObject(object);
  object = env.BREAKER.getByName(name);
};

it("opens at the twentieth failure, of however many reports", async () => {
  expect((await sync(failures(10))).verdicts).toEqual([]);
  expect((await sync(failures(9, 1, 19))).verdicts).toEqual([]);
  const { verdicts } = await sync(failures(1, 1, 20));
  expect(verdicts).toEqual([
    { policy: "shop/guard", target, state: "open", epoch: 2, forMs: expect.any(Number) as number },
  ]);
  expect(verdicts[0]?.forMs).toBeGreaterThanOrEqual(5000);
  expect(verdicts[0]?.forMs).toBeLessThanOrEqual(7500);
});

it("counts a report that arrives twice once, and answers it alike", async () => {
  const first = await sync(failures(19), 1);
  expect(await sync(failures(19), 1)).toEqual(first);
  expect((await object.states()).rows).toMatchObject([{ target, state: "closed", failed: 19 }]);
});

it("opens for a share of the window, once successes have had the time to be reported, too", async () => {
  const mixed = { outcomes: [{ target, epoch: 1, ok: 10, failed: 10, slow: 0, run: 0, okMs: 0, failedMs: 1 }] };
  expect((await sync(mixed)).verdicts).toEqual([]);
  now += 1000;
  expect((await sync(mixed)).verdicts).toEqual([]);
  now += 200;
  expect((await sync(mixed)).verdicts).toMatchObject([{ state: "open" }]);
});

it("drops outcomes of an earlier epoch", async () => {
  await sync(failures(20));
  await sync(failures(20, 1));
  expect((await object.states()).rows).toMatchObject([{ state: "open", epoch: 2, failed: 0 }]);
});

it("remembers across an eviction what it concluded, and that its time runs", async () => {
  await sync(failures(20));
  await evict();
  expect((await object.states()).rows).toMatchObject([{ target, state: "open", epoch: 2 }]);
  now += 8000;
  const reply = await sync({ probeWant: [target] });
  expect(reply.verdicts).toMatchObject([{ state: "half-open", epoch: 3 }]);
  expect(reply.probes).toMatchObject([{ target, ttlMs: 1400 }]);
});

it("closes after its probes, and does not take the answer to a probe of an earlier life", async () => {
  await sync(failures(20));
  now += 8000;
  const before = (await sync({ probeWant: [target] })).probes[0]?.permit ?? 0;
  await evict();
  now += 10;
  await sync({ settled: [{ target, permit: before, ok: true }] });
  for (let probe = 0; probe < 2; probe += 1) {
    expect((await object.states()).rows).toMatchObject([{ state: "half-open" }]);
    const { probes } = await sync({ probeWant: [target] });
    await sync({ settled: [{ target, permit: probes[0]?.permit ?? 0, ok: true }] });
  }
  expect((await object.states()).rows).toMatchObject([{ state: "closed", epoch: 4 }]);
});

it("keeps ejections across an eviction, and how long the next one lasts", async () => {
  const outlier = {
    consecutiveFailures: 3,
    intervalMs: 10_000,
    baseEjectionMs: 30_000,
    maxEjectionMs: 300_000,
    maxEjectionPercent: 50,
  };
  const pair = { breaker: null, outlier, endpoints: ["static-0", "static-1"] };
  expect((await sync({ ...pair, ...failures(3) })).ejections).toMatchObject([{ endpoint: "static-0", forMs: 30_000 }]);
  await evict();
  now += 10_000;
  expect((await object.states()).rows).toMatchObject([{ target, ejectedUntil: START + 30_000 }]);
  expect((await sync(pair)).ejections).toEqual([{ policy: "shop/guard", endpoint: "static-0", forMs: 20_000 }]);
  now += 20_000;
  expect((await sync(pair)).ejections).toEqual([]);
  await evict();
  expect((await sync({ ...pair, ...failures(3) })).ejections).toMatchObject([{ forMs: 60_000 }]);
  now += 60_000;
  // Healthy intervals take it back, row and all.
  for (let interval = 0; interval < 4; interval += 1) {
    await sync(pair);
    now += 10_000;
  }
  await evict();
  expect((await object.states()).rows).toEqual([]);
});

it("keeps what an operator forces across an eviction, until it ends or is taken back", async () => {
  await object.force({ target: "*", state: "open", ttlMs: 60_000, reason: "restore" });
  await object.force({ target: "v:v2", state: "closed", ttlMs: 1000, reason: "drill" });
  await evict();
  now += 1000;
  const left = [{ target: "*", state: "open", forMs: 59_000, reason: "restore" }];
  expect((await sync({})).forced).toEqual(left);
  expect(await object.force({ target: "*", state: "auto", ttlMs: 1, reason: "done" })).toEqual([]);
  await evict();
  expect((await object.states()).forced).toEqual([]);
});

it("reads a report of a release that knows less", async () => {
  const { policy, breaker, outlier, endpoints, outcomes } = report(failures(20));
  const old = { isolate: "old", seq: 1, policies: [{ policy, breaker, outlier, endpoints, outcomes }] };
  const reply = await object.sync(old as unknown as BreakerReport);
  expect(reply.verdicts).toMatchObject([{ state: "open" }]);
});

it("tells when it turned, also after an eviction", async () => {
  await sync(failures(20));
  await evict();
  // Longer than it stays open, whatever it draws.
  now += 8000;
  await sync({ probeWant: [target] });
  const { turns } = await object.states();
  expect(turns).toMatchObject([
    { at: START, policy: "shop/guard", target, to: "open" },
    { policy: "shop/guard", target, to: "half-open" },
  ]);
});
