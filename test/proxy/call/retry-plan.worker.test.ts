import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { hosts, lost, statuses } from "../../support/worker/services.ts";
import {
  NOW,
  routeYaml,
  serviceYaml,
  testMesh,
  type TestMesh,
  type TestMeshOptions,
} from "../../support/worker/test-mesh.ts";

const TWO = '[{url: "http://a.example"}, {url: "http://b.example"}]';

/** The service shop/one with two endpoints, a route to it, and a TrafficPolicy on it. */
function mesh(policy: string, options: TestMeshOptions = {}, rule = ""): TestMesh {
  const traffic = `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: one, namespace: shop}
spec: {targetRefs: [{kind: Service, name: one}], ${policy}}
---`;
  return testMesh(serviceYaml("one", TWO) + routeYaml(`[{backendRefs: [{name: one}]${rule}}]`) + traffic, options);
}

const URL_OF_ROUTE = "http://shop.example/";
/** As another mesh sends it. */
const FROM_A_MESH = { "selvage-source": "other", "selvage-hops": "1" };

describe("retries of a TrafficPolicy", () => {
  it("go to another endpoint after a gateway error", async () => {
    const one = mesh("retry: {}", { service: statuses(503, 200) });
    const answer = await one.send(URL_OF_ROUTE);
    expect([answer.status, await answer.text()]).toEqual([200, "try 2"]);
    expect(hosts(one)).toEqual(["a", "b"]);
  });

  it("hold for the service's own address as well", async () => {
    const one = mesh("retry: {}", { service: statuses(502, 200) });
    expect((await one.send("http://anything.example/svc/one.shop/")).status).toBe(200);
    expect(one.sent).toHaveLength(2);
  });

  it("do nothing about a 500 unless 5xx is listed", async () => {
    const plain = mesh("retry: {}", { service: statuses(500) });
    expect((await plain.send(URL_OF_ROUTE)).status).toBe(500);
    expect(plain.sent).toHaveLength(1);
    const listed = mesh("retry: {on: [5xx]}", { service: statuses(500) });
    expect((await listed.send(URL_OF_ROUTE)).status).toBe(200);
  });

  it("give way to the rule's own retry", async () => {
    const one = mesh("retry: {attempts: 3}", { service: statuses(503, 503) }, ", retry: {attempts: 1, codes: [500]}");
    expect((await one.send(URL_OF_ROUTE)).status).toBe(503);
    expect(one.sent).toHaveLength(1);
  });

  it.each([
    ["a POST that is lost", "retry: {methods: [GET, POST]}", {}, 1],
    ["a POST with a key and no consent", "retry: {}", { "idempotency-key": "k" }, 1],
    ["a POST with a key and consent", "retry: {methods: [GET, POST]}", { "idempotency-key": "k" }, 2],
  ])("send %s so often: %s", async (_, policy, headers, times) => {
    const one = mesh(policy, { service: lost });
    await one.send(URL_OF_ROUTE, { method: "POST", body: "abc", headers });
    expect(one.sent.map(({ body }) => body)).toEqual(Array.from({ length: times }, () => "abc"));
  });

  it("do not take a service's own 521 for a request that was not sent, but Cloudflare's", async () => {
    const service = (headers: Record<string, string>) => (_: unknown, nth: number) =>
      new Response(null, { status: nth === 1 ? 521 : 200, headers });
    const theirs = mesh("retry: {}", { service: service({}) });
    expect((await theirs.send(URL_OF_ROUTE, { method: "POST" })).status).toBe(521);
    const platform = mesh("retry: {}", { service: service({ "cf-ray": "8f" }) });
    expect((await platform.send(URL_OF_ROUTE, { method: "POST" })).status).toBe(200);
  });

  it("do not happen for a body above 64 KiB, which arrives whole", async () => {
    const one = mesh("retry: {}", { service: statuses(503) });
    const body = new Response("x".repeat(65_537)).body!.pipeThrough(new TransformStream());
    expect((await one.send(URL_OF_ROUTE, { method: "PUT", body })).status).toBe(503);
    expect(one.sent.map((sent) => sent.body?.length)).toEqual([65_537]);
  });

  it("are the outermost mesh's business", async () => {
    const policy = mesh("retry: {}", { service: statuses(503) });
    expect((await policy.send(URL_OF_ROUTE, { headers: FROM_A_MESH })).status).toBe(503);
    expect(policy.sent).toHaveLength(1);
    const rule = mesh("timeouts: {}", { service: statuses(503) }, ", retry: {attempts: 1, codes: [503]}");
    await rule.send(URL_OF_ROUTE, { headers: FROM_A_MESH });
    expect(rule.sent).toHaveLength(1);
  });

  it("wait as long as Retry-After says when there is time, and otherwise pass the answer on", async () => {
    const service = (_: unknown, nth: number): Response =>
      new Response(null, { status: nth === 1 ? 503 : 200, headers: nth === 1 ? { "retry-after": "3" } : {} });
    const enough = mesh("retry: {}", { service });
    expect((await enough.send(URL_OF_ROUTE)).status).toBe(200);
    expect(enough.slept).toEqual([3000]);
    const short = mesh("retry: {}, timeouts: {request: 2s}", { service });
    const answer = await short.send(URL_OF_ROUTE);
    expect([answer.status, answer.headers.get("retry-after"), short.slept]).toEqual([503, "3", []]);
    const ruled = mesh("timeouts: {}", { service }, ", retry: {attempts: 1, codes: [503], backoff: 10ms}");
    await ruled.send(URL_OF_ROUTE);
    expect(ruled.slept).toEqual([3000]);
  });

  it("end when the budget is spent: 20 % of the requests and 10 a second", async () => {
    const one = mesh("retry: {}", { service: () => new Response(null, { status: 503 }) });
    for (let request = 0; request < 100; request++) {
      await one.send(URL_OF_ROUTE);
    }
    // Nobody answers who could lend the fleet's allowance: this isolate takes itself for one of eight.
    expect(one.sent).toHaveLength(100 + 20 + 1);
    expect(one.traced.filter(([stage]) => stage === "retry").length).toBe(79);
  });

  it("get the fleet's ten a second from the coordinator of the service", async () => {
    const bindings = { BREAKER: env.BREAKER };
    const one = mesh("retry: {budget: {percent: 0}}", {
      service: () => new Response(null, { status: 503 }),
      env: bindings,
    });
    const statuses = [];
    for (let request = 0; request < 30; request++) {
      statuses.push((await one.send(URL_OF_ROUTE)).status);
    }
    await one.settle();
    expect(new Set(statuses)).toEqual(new Set([503]));
    expect(one.sent.length - 30).toBeGreaterThanOrEqual(3);
    expect(one.sent.length - 30).toBeLessThanOrEqual(11);
  });

  it("of a rule are under the policy's budget as well", async () => {
    const policy = "retry: {budget: {percent: 10, minPerSecond: 0}}";
    const one = mesh(
      policy,
      { service: () => new Response(null, { status: 503 }) },
      ", retry: {attempts: 3, codes: [503]}",
    );
    for (let request = 0; request < 100; request++) {
      await one.send(URL_OF_ROUTE);
    }
    expect(one.sent).toHaveLength(110);
  });
});

describe("failing POSTs and PATCHes without a key", () => {
  it("arrive once each, whatever goes wrong", async () => {
    const arrivals = new Map<string, number>();
    const ends = [500, 502, 503, 504, 521, 523, 530, 429, 409];
    const one = mesh(
      "retry: {attempts: 5, on: [connect-failure, gateway-error, reset, 5xx, retriable-4xx], methods: [GET, POST, PATCH]}",
      {
        service: ({ headers }, nth) => {
          const id = headers.get("x-id") ?? "";
          arrivals.set(id, (arrivals.get(id) ?? 0) + 1);
          const status = ends[nth % (ends.length + 1)];
          return status === undefined
            ? Promise.reject(new Error("Network connection lost."))
            : new Response(null, { status, headers: { "retry-after": "0" } });
        },
      },
    );
    for (let id = 0; id < 1000; id++) {
      const method = id % 2 === 0 ? "POST" : "PATCH";
      await one.send(URL_OF_ROUTE, { method, body: "abc", headers: { "x-id": String(id) } });
    }
    expect(arrivals.size).toBe(1000);
    expect(Math.max(...arrivals.values())).toBe(1);
  });
});

describe("the choice of endpoints", () => {
  /** How many of `count` requests each endpoint got. */
  const spread = async (one: TestMesh, count: number, init?: RequestInit): Promise<Record<string, number>> => {
    const before = one.sent.length;
    for (let request = 0; request < count; request++) {
      await one.send(URL_OF_ROUTE, init);
    }
    const counts: Record<string, number> = { a: 0, b: 0 };
    for (const host of hosts(one).slice(before)) {
      counts[host] = (counts[host] ?? 0) + 1;
    }
    return counts;
  };
  /** A clock that a service moves on. */
  const clocked = (tookMs: (host: string) => number, answer: (host: string) => number = () => 200): TestMeshOptions => {
    let now = NOW;
    let draw = 0;
    return {
      ports: { now: () => now, random: () => (draw = (draw + 0.618_033_988_75) % 1) },
      service: ({ url }) => {
        const { host } = new URL(url);
        now += tookMs(host);
        return new Response(null, { status: answer(host) });
      },
    };
  };

  it("avoids the slower of two by default", async () => {
    const one = mesh(
      "timeouts: {}",
      clocked((host) => (host === "a.example" ? 300 : 10)),
    );
    const { a = 0, b = 0 } = await spread(one, 200);
    expect(b).toBeGreaterThan(190);
    expect(a).toBeGreaterThan(0);
  });

  it("avoids an endpoint that fails at once", async () => {
    const one = mesh(
      "timeouts: {}",
      clocked(
        () => 10,
        (host) => (host === "a.example" ? 503 : 200),
      ),
    );
    expect((await spread(one, 200))["a"]).toBeLessThan(5);
  });

  it("goes round with round-robin", async () => {
    const one = mesh("loadBalancer: {policy: round-robin}");
    await spread(one, 5);
    expect(hosts(one)).toEqual(["a", "b", "a", "b", "a"]);
  });

  it("keeps a key on its endpoint with ring-hash", async () => {
    const one = mesh('loadBalancer: {policy: ring-hash, key: "header:x-user"}');
    for (let user = 0; user < 20; user++) {
      await one.send(URL_OF_ROUTE, { headers: { "x-user": `u${user}` } });
    }
    const first = new Map(one.sent.map(({ headers, url }) => [headers.get("x-user"), url]));
    expect(new Set(first.values()).size).toBe(2);
    for (let user = 0; user < 20; user++) {
      await one.send(URL_OF_ROUTE, { headers: { "x-user": `u${user}` } });
    }
    for (const { headers, url } of one.sent) {
      expect(url).toBe(first.get(headers.get("x-user")));
    }
  });
});
