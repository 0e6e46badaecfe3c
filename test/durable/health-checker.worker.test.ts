// Probes as the object of a service sends them: by its alarm, while isolates tell of traffic, across evictions.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CircuitBreaker } from "../../durable/circuit-breaker.ts";
import type { HealthReply, HealthRow, ProbeTarget } from "../../src/model/message/health.ts";
import type { HealthTerms } from "../../src/model/snapshot/health-terms.ts";
import type { OutlierTerms } from "../../src/model/snapshot/circuit.ts";

// In the future of the machine, so that no alarm fires by itself.
const START = Date.parse("2100-01-01T00:00:00Z");
const terms: HealthTerms = {
  path: "/healthz",
  intervalMs: 10_000,
  timeoutMs: 2000,
  healthyThreshold: 2,
  unhealthyThreshold: 3,
  statuses: [[200, 299]],
};
const target = (id: string, more: Partial<ProbeTarget> = {}): ProbeTarget => ({
  id,
  address: { url: `https://${id}.example.com/base` },
  private: false,
  ...more,
});
const targets = [target("a"), target("b"), target("c")];

let now = START;
let seq = 0;
let service = "";
let object: DurableObjectStub<CircuitBreaker>;
const probes: Request[] = [];
/**
 * What an endpoint does instead of answering 200. Made anew each time: a body belongs to the request it was made in.
 */
const broken = new Map<string, () => Response>();

/** Endpoints that never answer. */
const hanging = new Set<string>();
const fine = (): Response => new Response("ok");
const status =
  (code: number, headers = {}) =>
  (): Response =>
    new Response(null, { status: code, headers });
const fails = (error: Error) => (): Response => {
  throw error;
};

beforeEach(() => {
  now = START;
  seq = 0;
  service = `shop/${crypto.randomUUID()}`;
  object = env.BREAKER.getByName(service);
  probes.length = 0;
  broken.clear();
  hanging.clear();
  vi.spyOn(Date, "now").mockImplementation(() => now);
  vi.spyOn(Math, "random").mockReturnValue(0);
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    probes.push(request);
    const name = new URL(request.url).hostname.split(".")[0] ?? "";
    if (hanging.has(name)) {
      await new Promise((_, reject) => init?.signal?.addEventListener("abort", reject));
    }
    return (broken.get(name) ?? fine)();
  });
});
afterEach(() => vi.restoreAllMocks());

async function sync(
  list: readonly ProbeTarget[] | null = targets,
  name = "A",
  by: HealthTerms = terms,
): Promise<HealthReply> {
  const health = { service, terms: by, list: name, targets: list };
  const reply = await object.sync({ isolate: "i1", seq: ++seq, policies: [], health });
  if (reply.health === undefined) {
    throw new Error("no health in the answer");
  }
  return reply.health;
}
const alarmAt = (): Promise<number | null> => runInDurableObject(object, (_, state) => state.storage.getAlarm());
const rows = async (): Promise<readonly HealthRow[]> => (await object.states()).health;
/** Goes on to the next alarm and runs it. */
async function round(): Promise<void> {
  now = Math.max(now, (await alarmAt()) ?? now);
  expect(await runDurableObjectAlarm(object)).toBe(true);
}
const evict = async (): Promise<void> => {
  await evictDurableObject(object);
  object = env.BREAKER.getByName(service);
};

describe("a round of probes", () => {
  it("follows the first report at once, and asks every endpoint once", async () => {
    expect(await sync()).toEqual({ leftOut: [], forMs: 30_000, wantsList: false });
    expect(await alarmAt()).toBe(START + 1);
    await round();
    expect(probes.map(({ url, method, redirect }) => `${method} ${url} ${redirect}`)).toEqual(
      ["a", "b", "c"].map((id) => `GET https://${id}.example.com/base/healthz manual`),
    );
    expect(probes[0]?.headers.get("user-agent")).toBe("selvage-health/1");
    expect((await rows()).map(({ endpoint, state }) => `${endpoint} ${state}`)).toEqual(
      ["a", "b", "c"].map((id) => `${id} healthy`),
    );
    // Run early it has nothing to do, and is set again.
    for (const at of [START + 10_001, START + 10_001]) {
      expect(await alarmAt()).toBe(at);
      now += 10;
      expect(await runDurableObjectAlarm(object)).toBe(true);
    }
    expect(probes).toHaveLength(3);
  });

  it("that fails three times, a second apart, has the endpoint left out; two that pass bring it back", async () => {
    await sync();
    await round();
    broken.set("a", status(503));
    for (let count = 0; count < 3; count += 1) {
      expect((await sync(null)).leftOut).toEqual([]);
      await round();
    }
    expect(now).toBe(START + 12_001);
    expect(await sync(null)).toEqual({ leftOut: ["a"], forMs: 30_000, wantsList: false });
    expect(await rows()).toMatchObject([{ endpoint: "a", state: "unhealthy", cause: "It answered 503." }, {}, {}]);
    broken.clear();
    await round();
    await sync(null);
    await round();
    await sync(null);
    await round();
    expect((await sync(null)).leftOut).toEqual([]);
  });

  it("counts a redirect, a lost connection and a late answer as failures, and says which it was", async () => {
    broken.set("a", status(302, { location: "https://elsewhere.example.com/" }));
    broken.set("b", fails(new Error("connection lost")));
    hanging.add("c");
    await sync(targets, "A", { ...terms, timeoutMs: 20 });
    await round();
    expect((await rows()).map(({ cause }) => cause)).toEqual([
      "It answered 302.",
      "It could not be reached.",
      "It did not answer within 20 ms.",
    ]);
    expect(probes).toHaveLength(3);
  });

  it("never calls an address that an endpoint may not have", async () => {
    const inside = { address: { url: "http://10.0.0.7:9000" } };
    await sync([
      target("metadata", { address: { url: "http://169.254.169.254" }, private: true }),
      target("inside", inside),
      target("lab", { ...inside, private: true }),
    ]);
    await round();
    expect(probes.map(({ url }) => url)).toEqual(["http://10.0.0.7:9000/healthz"]);
    expect((await rows()).map(({ endpoint, cause }) => [endpoint, cause?.slice(0, 30)])).toEqual([
      ["metadata", "The URL points to the local li"],
      ["inside", "The URL points to a private ne"],
      ["lab", undefined],
    ]);
  });

  it("asks a service binding that this Worker has, and says when it has none of that name", async () => {
    const answered = vi.fn(async () => new Response("ok"));
    await sync([target("bound", { address: { binding: "STOCK" } }), target("none", { address: { binding: "NONE" } })]);
    Object.assign(env, { STOCK: { fetch: answered } });
    await round();
    Reflect.deleteProperty(env, "STOCK");
    expect(answered).toHaveBeenCalledOnce();
    expect(await rows()).toMatchObject([{ state: "healthy" }, { cause: "This Worker has no service binding NONE." }]);
  });
});

describe("without traffic", () => {
  it("the probes end after a minute, and nothing wakes the object", async () => {
    await sync();
    let rounds = 0;
    while ((await alarmAt()) !== null) {
      await round();
      rounds += 1;
    }
    expect(now - START).toBeGreaterThanOrEqual(60_000);
    expect(now - START).toBeLessThanOrEqual(70_000);
    expect([rounds, probes.length]).toEqual([7, 18]);
    await sync(null);
    expect(await alarmAt()).toBe(now + 1);
  });
});

describe("an eviction", () => {
  it("keeps the verdict, asks for the list, and goes on where it was", async () => {
    broken.set("a", status(500));
    await sync();
    for (let count = 0; count < 3; count += 1) {
      await round();
    }
    await evict();
    // The alarm of the earlier life finds nothing to do.
    await round();
    expect([probes.length, await alarmAt()]).toEqual([5, null]);
    expect(await sync(null)).toEqual({ leftOut: ["a"], forMs: 30_000, wantsList: true });
    expect(await sync()).toMatchObject({ leftOut: ["a"], wantsList: false });
    broken.clear();
    await round();
    await round();
    expect((await sync(null)).leftOut).toEqual([]);
  });
});

it("a passing check takes an ejected endpoint back before its time", async () => {
  const outlier: OutlierTerms = {
    consecutiveFailures: 3,
    intervalMs: 10_000,
    baseEjectionMs: 300_000,
    maxEjectionMs: 300_000,
    maxEjectionPercent: 50,
  };
  const policy = {
    policy: "shop/guard",
    breaker: null,
    outlier,
    endpoints: ["a", "b", "c"],
    outcomes: [{ target: "e:a", epoch: 1, ok: 0, failed: 3, slow: 0, run: 3, okMs: null, failedMs: 0 }],
    settled: [],
    probeWant: [],
    probeMs: 1000,
  };
  const report = { isolate: "i1", seq: ++seq, policies: [policy] };
  expect((await object.sync(report)).ejections).toMatchObject([{ endpoint: "a", forMs: 300_000 }]);
  await sync();
  await round();
  await evict();
  expect((await object.sync({ ...report, seq: ++seq, policies: [{ ...policy, outcomes: [] }] })).ejections).toEqual([]);
});

it("the mesh object is told what turns, and again while probes go on, and forgets what grows old", async () => {
  const mesh = env.MESH.getByName("mesh");
  const known = async (): Promise<string[] | undefined> =>
    (await mesh.health()).get(service)?.map(({ endpoint, state }) => `${endpoint} ${state}`);
  await sync();
  expect(await known()).toBeUndefined();
  await round();
  expect(await known()).toEqual(["a healthy", "b healthy", "c healthy"]);
  for (let count = 0; count < 12; count += 1) {
    await sync(null);
    await round();
  }
  expect(now - START).toBe(120_001);
  expect(await known()).toHaveLength(3);
  now += 90_001;
  expect(await known()).toBeUndefined();
});
