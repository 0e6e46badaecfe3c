// Limits as a caller meets them: refusals, headers, queues, and coordinators that fail.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { RateLimiter } from "../../durable/rate-limiter.ts";
import { failingNamespace } from "../support/worker/objects.ts";
import { NOW, problemOf, routeYaml, serviceYaml, testMesh, type TestMesh } from "../support/worker/test-mesh.ts";

let nth = 0;
interface Options {
  /** The limits, as YAML flow. */
  readonly limits: string;
  readonly targets?: string;
  readonly headers?: string;
  readonly limiter?: unknown;
  readonly more?: string;
}

/** A mesh whose clock moves when somebody sleeps, and with `pass`. Every policy gets a coordinator of its own. */
function limited({ limits, targets = "[{kind: Service, name: one}]", headers = "ietf", limiter, more = "" }: Options) {
  let now = NOW;
  const name = `limits-${++nth}-${NOW}`;
  const policy = `
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: ${name}, namespace: shop}
spec: {targetRefs: ${targets}, headers: ${headers}, limits: ${limits}}
---
`;
  const calls: string[] = [];
  const ids = [`isolate-${nth}`];
  const mesh = testMesh(serviceYaml("one") + routeYaml("[{name: main, backendRefs: [{name: one}]}]") + policy + more, {
    env: { LIMITER: limiter ?? counting(env.LIMITER, calls) },
    ports: {
      now: () => now,
      newId: () => ids[0] ?? "",
      // How long the coordinator may take passes in real time, nearly: one that works is quicker, on a busy machine
      // too.
      sleep: (ms) =>
        new Promise((resolve) => {
          const moveOn = (): void => {
            now += ms;
            resolve();
          };
          setTimeout(moveOn, ms === 1000 ? 500 : ms === 5 ? 15 : 1);
        }),
    },
  });
  return { mesh, name, calls, pass: (ms: number) => (now += ms), now: () => now };
}

function counting(of: DurableObjectNamespace<RateLimiter>, calls: string[]): unknown {
  return {
    getByName: (name: string) => {
      const stub = of.getByName(name);
      return new Proxy(stub, {
        get: (_, method: "sync" | "take" | "giveBack") => (ask: never) => {
          calls.push(method);
          return stub[method](ask);
        },
      });
    },
  };
}

const get = (mesh: TestMesh, init: RequestInit = {}): Promise<Response> => mesh.send("http://shop.example/", init);
async function statusesOf(mesh: TestMesh, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let at = 0; at < count; at++) {
    statuses.push((await get(mesh)).status);
  }
  return statuses;
}
const strictTwo = "[{name: two, requests: 2, window: 1h, mode: strict}]";

describe("a refusal", () => {
  it("is a problem that names limit and policy, with Retry-After and where the caller stands", async () => {
    const { mesh, name } = limited({ limits: strictTwo });
    expect(await statusesOf(mesh, 2)).toEqual([200, 200]);
    const refused = await get(mesh);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toMatch(/^(1799|1800)$/);
    expect(refused.headers.get("ratelimit-policy")).toBe('"two";q=2;w=3600');
    expect(refused.headers.get("ratelimit")).toMatch(/^"two";r=0;t=\d+$/);
    expect(refused.headers.get("selvage-decision")).toBe(`limit; policy="RateLimitPolicy/shop/${name}/two"; rev=7`);
    expect(await problemOf(refused)).toMatchObject({
      code: "SLV4001",
      status: 429,
      detail: 'The limit "two" (2 requests in 3600 s) has no room for the request',
      violated: `RateLimitPolicy/shop/${name}/two`,
    });
    expect(mesh.sent).toHaveLength(2);
  });

  it("is remembered: the coordinator is not asked again before it could answer otherwise", async () => {
    const { mesh, calls } = limited({ limits: strictTwo });
    await statusesOf(mesh, 6);
    expect(calls).toEqual(["take", "take", "take"]);
  });

  it("gives the other limits their tokens back", async () => {
    const limits =
      "[{name: wide, requests: 5, window: 1h, mode: local}, {name: tight, requests: 1, window: 1h, mode: strict}]";
    const { mesh } = limited({ limits });
    expect(await statusesOf(mesh, 8)).toEqual([200, ...Array.from({ length: 7 }, () => 429)]);
    const refused = await get(mesh);
    expect((await problemOf(refused)).violated).toMatch(/\/tight$/);
  });
});

describe("a forwarded answer", () => {
  it("says where the caller stands, in the policy's dialect", async () => {
    const { mesh } = limited({ limits: "[{name: one, requests: 5, window: 60s, mode: local}]", headers: "anypoint" });
    const answer = await get(mesh);
    expect(answer.status).toBe(200);
    expect(["limit", "remaining", "reset"].map((part) => answer.headers.get(`x-ratelimit-${part}`))).toEqual([
      "5",
      "4",
      "12000",
    ]);
  });

  it.each([
    ["redirects", "{type: RequestRedirect, requestRedirect: {hostname: new.example}}", [302, 302, 429]],
    ["answers by itself", "{type: DirectResponse, directResponse: {statusCode: 410}}", [410, 410, 429]],
  ])("holds for a rule that %s, and its answers say where the caller stands", async (_, filter, expected) => {
    const more = routeYaml(`[{filters: [${filter}]}]`, "alone", "[alone.example]");
    const { mesh } = limited({ limits: strictTwo, targets: "[{kind: HTTPRoute, name: alone}]", more });
    const answers = [];
    for (let nth = 0; nth < expected.length; nth++) {
      answers.push(await mesh.send("http://alone.example/"));
    }
    expect(answers.map(({ status }) => status)).toEqual(expected);
    expect(answers.map(({ headers }) => headers.get("ratelimit")?.slice(0, 9))).toEqual(
      [1, 0, 0].map((left) => `"two";r=${left}`),
    );
  });

  it("does not count what can only fail", async () => {
    const more = routeYaml("[{backendRefs: [{name: nobody}]}]", "broken", "[broken.example]");
    const { mesh } = limited({ limits: strictTwo, targets: "[{kind: HTTPRoute, name: broken}]", more });
    const statuses = [];
    for (let nth = 0; nth < 3; nth++) {
      statuses.push((await mesh.send("http://broken.example/")).status);
    }
    expect(statuses).toEqual([500, 500, 500]);
  });

  it("has no such headers without a limit", async () => {
    const { mesh, calls } = limited({ limits: strictTwo, targets: "[{kind: HTTPRoute, name: other}]" });
    const answer = await get(mesh);
    expect(answer.status).toBe(200);
    expect([...answer.headers.keys()].filter((name) => name.includes("ratelimit"))).toEqual([]);
    expect(calls).toEqual([]);
  });
});

it("a snapshot without limits is served without", async () => {
  const { mesh, calls } = limited({ limits: strictTwo });
  const { snapshot } = mesh;
  for (const { policies } of [
    snapshot,
    ...Object.values(snapshot.services),
    ...snapshot.router.rules.flatMap((rule) => rule.backends),
  ]) {
    expect(Reflect.deleteProperty(policies, "limit")).toBe(true);
  }
  expect(await statusesOf(mesh, 3)).toEqual([200, 200, 200]);
  expect((await mesh.send("http://mesh.example/svc/one.shop/")).status).toBe(200);
  expect(calls).toEqual([]);
});

describe("what a limit is attached to", () => {
  it.each([
    ["its service", "[{kind: Service, name: one}]"],
    ["its route", "[{kind: HTTPRoute, name: route}]"],
    ["its rule", "[{kind: HTTPRoute, name: route, sectionName: main}]"],
    ["the mesh", "[{kind: Mesh}]"],
    ["several of them, which count once", "[{kind: Mesh}, {kind: Service, name: one}, {kind: HTTPRoute, name: route}]"],
  ])("a request is under the limits of %s", async (_, targets) => {
    const { mesh } = limited({ limits: "[{name: two, requests: 2, window: 1h, mode: local}]", targets });
    expect(await statusesOf(mesh, 3)).toEqual([200, 200, 429]);
  });

  it("is a bucket for each value of the key", async () => {
    const { mesh } = limited({
      limits: '[{name: two, requests: 1, window: 1h, mode: local, key: ["header:x-tenant"]}]',
    });
    const as = async (tenant: string): Promise<number> => (await get(mesh, { headers: { "x-tenant": tenant } })).status;
    expect([await as("a"), await as("b"), await as("a"), (await get(mesh)).status]).toEqual([200, 200, 429, 200]);
  });
});

describe("a leased limit", () => {
  it("waits for the first answer, then decides without asking", async () => {
    const { mesh, calls } = limited({ limits: "[{name: one, requests: 1000, window: 1s, key: []}]" });
    const first = await get(mesh);
    expect(first.status).toBe(200);
    expect(calls).toEqual(["sync"]);
    expect(first.headers.get("ratelimit")).toMatch(/^"one";r=499;t=\d+$/);
    await mesh.settle();
  });

  it("refuses what the coordinator has no tokens for", async () => {
    const { mesh } = limited({ limits: "[{name: one, requests: 3, window: 1h, key: []}]" });
    const statuses = await statusesOf(mesh, 8);
    await mesh.settle();
    expect(statuses).toEqual([200, 200, 200, 429, 429, 429, 429, 429]);
  });
});

describe("a shadow limit", () => {
  it("is traced and refuses nothing, and callers do not hear of it", async () => {
    const { mesh, name } = limited({ limits: "[{name: one, requests: 1, window: 1h, mode: local, shadow: true}]" });
    expect(await statusesOf(mesh, 3)).toEqual([200, 200, 200]);
    expect((await get(mesh)).headers.get("ratelimit")).toBeNull();
    const traced = mesh.traced.filter(([stage]) => stage === "limit");
    expect(traced).toHaveLength(3);
    expect(traced[0]?.[1]).toEqual({ policy: `shop/${name}`, limit: "one", shadow: true });
  });
});

describe("a queue", () => {
  const queued = (maxWait: string, max = 50): string =>
    `[{name: one, requests: 10, window: 1s, burst: 1, mode: local, queue: {maxWait: ${maxWait}, max: ${max}}}]`;

  it("holds a request until there is room", async () => {
    const { mesh, now } = limited({ limits: queued("1s") });
    expect(await statusesOf(mesh, 3)).toEqual([200, 200, 200]);
    expect(now() - NOW).toBe(200);
  });

  it("refuses at once what would wait longer than maxWait", async () => {
    const { mesh, now } = limited({ limits: queued("99ms") });
    expect(await statusesOf(mesh, 2)).toEqual([200, 429]);
    expect(now() - NOW).toBe(0);
  });

  it("holds no more than max at once", async () => {
    const { mesh } = limited({ limits: queued("1s", 2) });
    const answers = await Promise.all(Array.from({ length: 5 }, () => get(mesh)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
  });
});

describe.each(["leased", "strict"])("a coordinator of a %s limit that fails", (mode) => {
  const failing = failingNamespace(env.LIMITER);
  const limits = (whenUnavailable: string): string =>
    `[{name: one, requests: 16, window: 1h, mode: ${mode}, whenUnavailable: ${whenUnavailable}}]`;

  it("lets requests pass with allow", async () => {
    const { mesh } = limited({ limits: limits("allow"), limiter: failing });
    expect(new Set(await statusesOf(mesh, 30))).toEqual(new Set([200]));
    await mesh.settle();
  });

  it("refuses with deny, and asks to come back soon", async () => {
    const { mesh } = limited({ limits: limits("deny"), limiter: failing });
    const refused = await get(mesh);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    expect(await problemOf(refused)).toMatchObject({ code: "SLV4001" });
    await mesh.settle();
  });

  it("lets a cautious share pass with local-estimate: an eighth, when it never knew the fleet", async () => {
    const { mesh } = limited({ limits: limits("local-estimate"), limiter: failing });
    const statuses = await statusesOf(mesh, 10);
    expect(statuses).toEqual([200, 200, ...Array.from({ length: 8 }, () => 429)]);
    await mesh.settle();
  });

  it("is no error of the mesh even when it never answers", async () => {
    const silent = { getByName: () => new Proxy({}, { get: () => () => new Promise(() => undefined) }) };
    const { mesh, now } = limited({ limits: limits("allow"), limiter: silent });
    expect((await get(mesh)).status).toBe(200);
    expect(now() - NOW).toBeLessThanOrEqual(1005);
  });
});
