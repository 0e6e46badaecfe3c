// What the fleet knows of its endpoints' health, as it divides real traffic: ejections come from the real object.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { seeded } from "../../sim/virtual-time.ts";
import { NOW, problemOf, routeYaml, serviceYaml, testMesh, type Service } from "../../support/worker/test-mesh.ts";
import type { TestMesh } from "../../support/worker/test-mesh.ts";

let clock = NOW;
beforeEach(() => {
  clock = NOW;
  vi.spyOn(Date, "now").mockImplementation(() => clock);
});
afterEach(() => vi.restoreAllMocks());

const broken = new Set<string>();
beforeEach(() => broken.clear());
/** Endpoints are told apart by the first label of their host. */
const service: Service = ({ url }) => {
  const name = nameOf(url);
  return new Response(name, { status: broken.has(name) ? 500 : 200 });
};
const nameOf = (url: string): string => new URL(url).hostname.split(".")[0] ?? "";

function fixture(spec: string, endpoints: readonly string[], more = "", near?: readonly string[]): Fixture {
  const name = `healthy-${crypto.randomUUID().slice(0, 8)}`;
  const policy = `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: guard, namespace: shop}
spec: {targetRefs: [{kind: Service, name: ${name}}], loadBalancer: {policy: random}, ${spec}}
---
`;
  const random = seeded(4);
  const list = `[${endpoints.join(", ")}]`;
  const mesh = testMesh(serviceYaml(name, list) + routeYaml(`[{backendRefs: [{name: ${name}}]}]`) + policy + more, {
    service,
    env: { BREAKER: env.BREAKER },
    ports: { now: () => clock, random, sleep: (ms) => Promise.resolve(void (clock += ms)) },
    ...(near === undefined ? {} : { near: new Set(near) }),
  });
  return {
    mesh,
    async shares(requests) {
      const before = mesh.sent.length;
      for (let sent = 0; sent < requests; sent += 1) {
        await mesh.send("http://shop.example/");
        await mesh.settle();
        clock += 10;
      }
      const counts: Record<string, number> = {};
      for (const { url } of mesh.sent.slice(before)) {
        counts[nameOf(url)] = (counts[nameOf(url)] ?? 0) + 1;
      }
      return Object.fromEntries(
        Object.entries(counts).map(([one, count]) => [one, Math.round((100 * count) / requests)]),
      );
    },
  };
}

interface Fixture {
  readonly mesh: TestMesh;
  /** Whole percent of so many requests, by endpoint. */
  shares(requests: number): Promise<Readonly<Record<string, number>>>;
}

const at = (name: string, more = ""): string => `{url: "http://${name}.example"${more}}`;
const EJECTING = "outlierDetection: {consecutiveFailures: 3, baseEjection: 60s, maxEjectionPercent: 100}";

// Hundreds of requests each: shares want them.
const LONG = { timeout: 60_000 };

describe("a priority with endpoints that are ejected", LONG, () => {
  it("gives away what is missing below 72 % healthy, and takes it back", async () => {
    const { shares } = fixture(EJECTING, [at("a"), at("b"), at("spare", ", priority: 1")]);
    expect(Object.keys(await shares(50)).toSorted()).toEqual(["a", "b"]);
    broken.add("a");
    await shares(50);
    const { a = 0, b = 0, spare = 0 } = await shares(500);
    expect(a).toBe(0);
    expect(Math.abs(b - 70)).toBeLessThanOrEqual(4);
    expect(b + spare).toBe(100);
    broken.clear();
    clock += 60_000;
    await shares(2);
    clock += 1000;
    await shares(2);
    expect(Object.keys(await shares(100)).toSorted()).toEqual(["a", "b"]);
  });

  it("keeps everything while three of four are healthy", async () => {
    const { shares } = fixture(
      EJECTING,
      ["a", "b", "c", "d"].map((one) => at(one)).concat(at("spare", ", priority: 1")),
    );
    broken.add("a");
    await shares(100);
    expect(Object.keys(await shares(300)).toSorted()).toEqual(["b", "c", "d"]);
  });

  it("is used whole in panic, and not without it", async () => {
    const endpoints = ["a", "b", "c", "d"].map((one) => at(one));
    for (const one of ["a", "b", "c"]) {
      broken.add(one);
    }
    const whole = fixture(EJECTING, endpoints);
    await whole.shares(200);
    const panicking = await whole.shares(400);
    for (const one of ["a", "b", "c", "d"]) {
      expect(panicking[one]).toBeGreaterThan(18);
    }
    const calm = fixture(`${EJECTING}, failover: {panicThreshold: 0}`, endpoints);
    await calm.shares(200);
    expect(await calm.shares(100)).toEqual({ d: 100 });
  });
});

describe("clusters that say where they are", LONG, () => {
  const clusters = `
apiVersion: selvage.dev/v1
kind: Cluster
metadata: {name: eu-1}
spec: {region: eu, locality: {continents: [EU]}, allowPrivateAddresses: true}
---
apiVersion: selvage.dev/v1
kind: Cluster
metadata: {name: us-1}
spec: {region: us, locality: {continents: [NA]}, allowPrivateAddresses: true}
`;
  const endpoints = [
    at("eu1", ", cluster: eu-1"),
    at("eu2", ", cluster: eu-1"),
    at("us1", ", cluster: us-1"),
    at("us2", ", cluster: us-1"),
  ];

  it("have the near ones asked, and the others for what they cannot take", async () => {
    const { shares } = fixture(EJECTING, endpoints, clusters, ["eu-1"]);
    expect(Object.keys(await shares(50)).toSorted()).toEqual(["eu1", "eu2"]);
    broken.add("eu1");
    await shares(50);
    const { eu2 = 0, eu1 = 0 } = await shares(500);
    expect(eu1).toBe(0);
    expect(Math.abs(eu2 - 70)).toBeLessThanOrEqual(4);
    broken.add("eu2");
    await shares(50);
    expect(Object.keys(await shares(100)).toSorted()).toEqual(["us1", "us2"]);
  });

  it("are alike when the policy's order is any, or nobody knows where the isolate is", async () => {
    for (const [order, near] of [
      ["[any]", ["eu-1"]],
      ["[same-region, any]", undefined],
    ] as const) {
      const { shares } = fixture(`failover: {order: ${order}}`, endpoints, clusters, near);
      expect(Object.keys(await shares(60))).toHaveLength(4);
    }
  });

  it("are refused when the order names the region alone, and nothing of it is there", async () => {
    const spec = "failover: {order: [same-region]}";
    const { mesh } = fixture(spec, [at("us1", ", cluster: us-1")], clusters, ["eu-1"]);
    const answer = await mesh.send("http://shop.example/");
    expect([answer.status, (await problemOf(answer))["code"]]).toEqual([503, "SLV5005"]);
  });
});
