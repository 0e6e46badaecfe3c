import { describe, expect, it } from "vitest";
import { takeForced } from "../../../src/decide/breaker/forced.ts";
import { breakersOf } from "../../../src/isolate/breaker-memory.ts";
import { WHOLE_SERVICE } from "../../../src/model/snapshot/circuit.ts";
import { hearShare } from "../../../src/isolate/rollout-memory.ts";
import type { RolloutReport, Share } from "../../../src/model/message/rollout.ts";
import {
  NOW,
  routeYaml,
  serviceYaml,
  testMesh,
  type Service,
  type TestMesh,
  type TestMeshOptions,
} from "../../support/worker/test-mesh.ts";

const V1 = `{url: "http://one.example", version: v1}`;
const V2 = `{url: "http://two.example", version: v2}`;

const rollout = (more = ""): string => `
apiVersion: selvage.dev/v1
kind: Rollout
metadata: {name: orders, namespace: shop}
spec: {service: orders, stable: v1, canary: v2, steps: [{weight: 10, hold: 1m}, {weight: 100}]${more}}
---
`;

interface Dealt extends TestMeshOptions {
  readonly share?: Partial<Share> | null;
  readonly more?: string;
  readonly endpoints?: string;
  readonly others?: string;
}

function dealing({
  share = {},
  more = "",
  endpoints = `[${V1}, ${V2}]`,
  others = "",
  ...options
}: Dealt = {}): TestMesh {
  const mesh = testMesh(serviceYaml("orders", endpoints) + rollout(more) + others, options);
  if (share !== null) {
    hearShare(mesh.state().rollouts, "shop/orders", {
      seq: 1,
      run: "a",
      weight: 10,
      isWatched: true,
      terms: "",
      ...share,
    });
  }
  return mesh;
}

const SVC = "http://mesh.example/svc/orders.shop/";
const hosts = ({ sent }: TestMesh): string[] => sent.map(({ url }) => new URL(url).hostname.split(".")[0] ?? "");

async function versions(mesh: TestMesh, requests: readonly RequestInit[]): Promise<string[]> {
  for (const one of requests) {
    await mesh.send(SVC, one);
  }
  return hosts(mesh);
}

const plain = (count: number): RequestInit[] => Array.from({ length: count }, () => ({}));
const named = (nth: number): RequestInit => ({ headers: { cookie: `sid=${nth}` } });
const STICKY = ", sticky: {by: ['cookie:sid', ip]}";

describe("a Rollout deals", () => {
  it("requests by the weight that is in force", async () => {
    const dealt = async (lot: number): Promise<string[]> => versions(dealing({ random: [lot] }), plain(1));
    expect([await dealt(0), await dealt(0.0999), await dealt(0.1001), await dealt(0.9)]).toEqual([
      ["two"],
      ["two"],
      ["one"],
      ["one"],
    ]);
  });

  it("nobody to a canary whose weight is not known, or 0", async () => {
    expect(await versions(dealing({ share: null }), plain(3))).toEqual(["one", "one", "one"]);
    expect(await versions(dealing({ share: { weight: 0 } }), plain(3))).toEqual(["one", "one", "one"]);
  });

  it("everybody to it at 100", async () => {
    const mesh = dealing({ share: { weight: 100 }, random: [1 - Number.EPSILON] });
    expect(await versions(mesh, plain(2))).toEqual(["two", "two"]);
  });

  it("a caller to one version, and only more callers to the canary when the weight is raised", async () => {
    const callers = Array.from({ length: 60 }, (_, nth) => named(nth));
    const dealt = async (weight: number): Promise<string[]> =>
      versions(dealing({ more: STICKY, share: { weight } }), callers);
    const [ten, again, half] = [await dealt(10), await dealt(10), await dealt(50)];
    expect(again).toEqual(ten);
    expect(ten).toContain("two");
    ten.forEach((version, nth) => expect(version === "two" && half[nth] === "one").toBe(false));
    expect(half.filter((one) => one === "two").length).toBeGreaterThan(15);
  });

  it("what its match names to the canary, whatever the weight, and counts none of it", async () => {
    const more = ", match: [{headers: [{name: X-Canary, value: '1'}]}]";
    const mesh = dealing({ more, share: { weight: 0 }, env: { ROLLOUT: object([]) }, ports: gate().ports });
    expect(await versions(mesh, [{ headers: { "x-canary": "1" } }, { headers: { "x-canary": "2" } }])).toEqual([
      "two",
      "one",
    ]);
    expect(mesh.state().rollouts.tallies.get("shop/orders")?.open?.canary.requests).toBe(0);
  });

  it("not what a rule sends to a version by itself", async () => {
    const others = routeYaml("[{backendRefs: [{group: selvage.dev, name: orders, version: v2}]}]");
    const mesh = dealing({ others, share: { weight: 0 } });
    await mesh.send("http://shop.example/");
    expect(hosts(mesh)).toEqual(["two"]);
  });

  it("what a rule sends to the service as a whole", async () => {
    const others = routeYaml("[{backendRefs: [{group: selvage.dev, name: orders}]}]");
    const mesh = dealing({ others, random: [0.5, 0.05, 0] });
    await mesh.send("http://shop.example/");
    expect(hosts(mesh)).toEqual(["two"]);
  });

  it("copies and questions of a route to the version that everybody has", async () => {
    const filter = "{type: RequestMirror, requestMirror: {backendRef: {group: selvage.dev, name: orders}}}";
    const others =
      serviceYaml("shop") + routeYaml(`[{filters: [${filter}], backendRefs: [{group: selvage.dev, name: shop}]}]`);
    for (const [weight, version] of [
      [99, "one"],
      [100, "two"],
    ] as const) {
      const mesh = dealing({ others, share: { weight }, random: [0.99] });
      await mesh.send("http://shop.example/");
      await mesh.settle();
      expect(hosts(mesh)).toContain(version);
    }
  });
});

describe("a canary that cannot be asked", () => {
  it("leaves its share to the stable version", async () => {
    const mesh = dealing({ endpoints: `[${V1}, {url: "http://two.example", version: v2, weight: 0}]` });
    expect(await versions(mesh, plain(2))).toEqual(["one", "one"]);
    expect(mesh.state().rollouts.tallies.get("shop/orders")).toBeUndefined();
  });

  it("is asked all the same where nobody else is there", async () => {
    expect(await versions(dealing({ endpoints: `[${V2}]` }), plain(1))).toEqual(["two"]);
    expect(await versions(dealing({ endpoints: `[${V2}]`, share: null }), plain(1))).toEqual(["two"]);
  });

  it("is told to the controller when its breaker keeps requests back", async () => {
    const others = `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: orders, namespace: shop}
spec:
  targetRefs: [{kind: Service, name: orders}]
  retry: {attempts: 0}
  circuitBreaker: {window: 10s, minRequests: 5, failurePercent: 50}
---
`;
    const failing: Service = ({ url }) => new Response(null, { status: url.includes("two") ? 500 : 200 });
    const mesh = dealing({
      others,
      service: failing,
      share: { weight: 60 },
      env: { ROLLOUT: object([]) },
      ports: gate().ports,
    });
    const seen = await versions(mesh, plain(40));
    expect(seen.slice(0, 5)).toEqual(["two", "two", "two", "two", "two"]);
    expect(seen.at(-1)).toBe("one");
    expect(mesh.state().rollouts.tallies.get("shop/orders")?.open?.refused).toBeGreaterThan(0);
  });
});

it("a service that an operator shut as a whole says nothing about its canary", async () => {
  const others = `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: orders, namespace: shop}
spec: {targetRefs: [{kind: Service, name: orders}], circuitBreaker: {}}
---
`;
  const mesh = dealing({ others, share: { weight: 100 }, env: { ROLLOUT: object([]) }, ports: gate().ports });
  const states = [{ target: WHOLE_SERVICE, state: "open" as const, reason: "restore", forMs: 60_000 }];
  takeForced(breakersOf(mesh.state().breakers, "shop/orders"), { seq: 1, states }, NOW);
  expect((await mesh.send(SVC)).status).toBe(503);
  expect(mesh.state().rollouts.tallies.get("shop/orders")).toBeUndefined();
});

/** Nobody tells before the test lets them. */
function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { ports: { sleep: () => opened }, open };
}

/** A controller that takes every report. */
function object(reports: RolloutReport[], share: Share | null = null) {
  return {
    getByName: () => ({
      take: (report: RolloutReport) => {
        reports.push(report);
        return { nextMs: 1000, share };
      },
    }),
  };
}

describe("an isolate counts", () => {
  it("what a service did, by version and by the weight that dealt it", async () => {
    const reports: RolloutReport[] = [];
    const statuses = [200, 500, 404, 429, 503, 200];
    const service: Service = (_, nth) => new Response(null, { status: statuses[nth - 1] ?? 200 });
    const { ports, open } = gate();
    const env = { ROLLOUT: object(reports) };
    const mesh = dealing({ service, share: { weight: 50 }, random: [0, 0.9, 0.9, 0], env, ports });
    await versions(mesh, plain(6));
    open();
    await mesh.settle();
    expect(reports).toHaveLength(1);
    const [batch] = reports[0]?.batches ?? [];
    expect(batch).toMatchObject({ seq: 1, run: "a", weight: 50, refused: 0 });
    expect((batch?.stable.requests ?? 0) + (batch?.canary.requests ?? 0)).toBe(6);
    // 4xx are the caller's.
    expect((batch?.stable.failed ?? 0) + (batch?.canary.failed ?? 0)).toBe(2);
    expect(batch).not.toHaveProperty("failedCallers");
  });

  it("a request once, by its first try, whatever a retry makes of it", async () => {
    const reports: RolloutReport[] = [];
    const retry = `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: orders, namespace: shop}
spec:
  targetRefs: [{kind: Service, name: orders}]
  retry: {attempts: 2, on: [connect-failure, gateway-error]}
---
`;
    const service: Service = (_, nth) => new Response(null, { status: nth === 1 ? 503 : 200 });
    const mesh = dealing({ others: retry, service, env: { ROLLOUT: object(reports) } });
    expect((await mesh.send(SVC)).status).toBe(200);
    await mesh.settle();
    expect(reports[0]?.batches[0]?.canary).toMatchObject({ requests: 1, failed: 1 });
  });

  it("callers who met a failure by where they stand, where callers are dealt", async () => {
    const reports: RolloutReport[] = [];
    const service: Service = () => new Response(null, { status: 500 });
    const { ports, open } = gate();
    const mesh = dealing({ more: STICKY, service, env: { ROLLOUT: object(reports) }, ports });
    await versions(mesh, [named(1), named(1), named(2)]);
    open();
    await mesh.settle();
    expect(reports[0]?.batches[0]?.failedCallers).toHaveLength(2);
  });

  it("nothing while nobody looks at it", async () => {
    const mesh = dealing({ share: { isWatched: false }, env: { ROLLOUT: object([]) } });
    await versions(mesh, plain(2));
    expect(mesh.state().rollouts.tallies.get("shop/orders")).toBeUndefined();
  });

  it("nothing of a request that its caller broke off", async () => {
    const broken = new ReadableStream({
      pull(controller) {
        controller.error(new Error("gone"));
      },
    });
    const mesh = dealing({ env: { ROLLOUT: object([]) } });
    const answer = await mesh.send(SVC, { method: "POST", body: broken });
    expect(answer.status).toBe(400);
    expect(mesh.state().rollouts.tallies.get("shop/orders")).toBeUndefined();
  });

  it("and tells again, under its number, what was not answered", async () => {
    const reports: RolloutReport[] = [];
    let isAway = true;
    const away = {
      getByName: () => ({
        take: (report: RolloutReport) => {
          reports.push(report);
          if (isAway) {
            throw new Error("away");
          }
          return { nextMs: 1000, share: { seq: 2, run: "a", weight: 0, isWatched: false, terms: "" } };
        },
      }),
    };
    const mesh = dealing({ env: { ROLLOUT: away } });
    await mesh.send(SVC);
    await mesh.settle();
    isAway = false;
    await mesh.send(SVC);
    await mesh.settle();
    expect(reports.map(({ batches }) => batches.map(({ seq }) => seq))).toEqual([[1], [1, 2]]);
    // What the controller answers holds at once.
    await mesh.send(SVC);
    expect(hosts(mesh)).toEqual(["two", "two", "one"]);
  });
});
