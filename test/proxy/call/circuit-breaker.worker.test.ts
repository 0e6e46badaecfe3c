// The breaker as callers meet it: a mesh whose coordinator is the real object, or one that cannot be reached.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { failingNamespace } from "../../support/worker/objects.ts";
import { lost } from "../../support/worker/services.ts";
import { NOW, problemOf, routeYaml, serviceYaml, testMesh, type Service } from "../../support/worker/test-mesh.ts";
import type { TestMesh } from "../../support/worker/test-mesh.ts";
import { writtenId } from "../../support/written-id.ts";

let made = 0;
/** Of the mesh and of the object alike. */
let clock = NOW;
beforeEach(() => {
  clock = NOW;
  vi.spyOn(Date, "now").mockImplementation(() => clock);
});
afterEach(() => vi.restoreAllMocks());

const pass = (ms: number): void => void (clock += ms);
interface Fixture {
  readonly mesh: TestMesh;
  readonly service: string;
  send(): Promise<Response>;
}

/** Every mesh has a service of its own, so that no object remembers another test. */
function fixture(
  service: Service,
  spec: string,
  endpoints?: string,
  bindings: object = { BREAKER: env.BREAKER },
): Fixture {
  const name = `guarded-${++made}-${crypto.randomUUID().slice(0, 8)}`;
  const policy = `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: guard, namespace: shop}
spec: {targetRefs: [{kind: Service, name: ${name}}], ${spec}}
---
`;
  const mesh = testMesh(serviceYaml(name, endpoints) + routeYaml(`[{backendRefs: [{name: ${name}}]}]`) + policy, {
    service,
    env: { ...bindings },
    random: [0],
    ports: { now: () => clock, sleep: (ms) => Promise.resolve(pass(ms)) },
  });
  return {
    mesh,
    service: name,
    async send() {
      const answer = await mesh.send("http://shop.example/");
      await mesh.settle();
      return answer;
    },
  };
}
const failing: Service = () => new Response("broken", { status: 503 });

describe("a service that fails", () => {
  it("gets five requests from this isolate, and then a 503 of the mesh that says when to come back", async () => {
    const { send, mesh, service } = fixture(failing, "circuitBreaker: {}");
    for (let call = 0; call < 5; call += 1) {
      expect(await (await send()).text()).toBe("broken");
    }
    const refused = await send();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(refused.headers.get("selvage-decision")).toBe('breaker; policy="TrafficPolicy/shop/guard"; rev=7');
    expect(await problemOf(refused)).toMatchObject({
      code: "SLV5020",
      detail: `The breaker of endpoint ${writtenId(`shop/${service}`, `http://${service}.example`)} of the service shop/${service} is open: too many calls failed or were slow`,
      service: `shop/${service}`,
      policy: "shop/guard",
    });
    expect(mesh.sent).toHaveLength(5);
  });

  it("is shut for the whole fleet by what isolates report, and opened by probes", async () => {
    let healthy = false;
    const service: Service = () => new Response("", { status: healthy ? 200 : 500 });
    const spec = "circuitBreaker: {minRequests: 4, openFor: 2s, halfOpenRequests: 2}";
    const { send, service: name, mesh } = fixture(service, spec);
    const id = writtenId(`shop/${name}`, `http://${name}.example`);
    const states = async (): Promise<string[]> =>
      (await env.BREAKER.getByName(`shop/${name}`).states()).rows.map(({ target, state }) => `${target} ${state}`);
    for (let call = 0; call < 4; call += 1) {
      expect((await send()).status).toBe(500);
    }
    expect(await states()).toEqual([`e:${id} open`]);
    expect((await send()).status).toBe(503);
    healthy = true;
    pass(3000);
    // The first request asks for a permit, those after it use one each.
    const statuses = [];
    for (let call = 0; call < 3; call += 1) {
      statuses.push((await send()).status);
      pass(100);
    }
    expect(statuses).toEqual([503, 200, 200]);
    expect(await states()).toEqual([`e:${id} closed`]);
    expect((await send()).status).toBe(200);
    expect(mesh.sent).toHaveLength(7);
  });

  it("is not what answers 429 or 404", async () => {
    for (const status of [404, 429]) {
      const { send, mesh } = fixture(() => new Response("", { status }), "circuitBreaker: {}");
      for (let call = 0; call < 8; call += 1) {
        expect((await send()).status).toBe(status);
      }
      expect(mesh.sent).toHaveLength(8);
    }
  });

  it("counts a lost connection", async () => {
    const { send } = fixture(lost, "circuitBreaker: {}");
    for (let call = 0; call < 5; call += 1) {
      expect((await send()).status).toBe(502);
    }
    expect((await problemOf(await send()))["code"]).toBe("SLV5020");
  });
});

describe("callers who hang up", () => {
  /** Sends requests whose callers leave before the service has answered. */
  async function leave(mesh: TestMesh, times: number): Promise<void> {
    for (let nth = 0; nth < times; nth += 1) {
      const caller = new AbortController();
      const before = mesh.sent.length;
      const answer = mesh.send("http://shop.example/", { signal: caller.signal });
      while (mesh.sent.length === before) {
        await new Promise((go) => setTimeout(go, 1));
      }
      caller.abort();
      // Nobody is there to read it; what matters is that the request is over.
      await answer;
    }
  }
  /** Answers while `healthy`, else only when the mesh breaks the request off. */
  const until = (healthy: () => boolean): Service => {
    return ({ signal }) =>
      healthy()
        ? new Response("fine")
        : new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("broken off"))));
  };

  it("open no breaker, eject nothing, and leave no load behind", async () => {
    let healthy = false;
    const two = '[{url: "http://a.example"}, {url: "http://b.example"}]';
    const spec = "circuitBreaker: {}, outlierDetection: {consecutiveFailures: 3}, concurrency: {max: 4}";
    const { mesh } = fixture(
      until(() => healthy),
      spec,
      two,
    );
    await leave(mesh, 12);
    healthy = true;
    const before = mesh.sent.length;
    for (let call = 0; call < 6; call += 1) {
      const answer = await mesh.send("http://shop.example/");
      expect([answer.status, await answer.text()]).toEqual([200, "fine"]);
    }
    const hosts = mesh.sent.slice(before).map(({ url }) => new URL(url).hostname);
    expect(new Set(hosts)).toEqual(new Set(["a.example", "b.example"]));
  });
});

describe("one bad endpoint of two", () => {
  const endpoints = '[{url: "http://a.example"}, {url: "http://b.example", priority: 1}]';
  const service: Service = ({ url }) => new Response("", { status: url.includes("//a.") ? 503 : 200 });

  it("is left out by its breaker, and the other takes over", async () => {
    const { send } = fixture(service, "circuitBreaker: {}", endpoints);
    const statuses = [];
    for (let call = 0; call < 8; call += 1) {
      statuses.push((await send()).status);
    }
    expect(statuses).toEqual([503, 503, 503, 503, 503, 200, 200, 200]);
  });

  it("is ejected for everybody, where only outlierDetection is", async () => {
    const { send } = fixture(service, "outlierDetection: {consecutiveFailures: 3}", endpoints);
    const statuses = [];
    for (let call = 0; call < 5; call += 1) {
      statuses.push((await send()).status);
      pass(200);
    }
    expect(statuses).toEqual([503, 503, 503, 200, 200]);
  });
});

describe("an operator", () => {
  it("shuts a healthy service, with words that its callers see", async () => {
    const { send, service, mesh } = fixture(() => new Response("hello"), "circuitBreaker: {}");
    await send();
    const order = { target: "*", state: "open", ttlMs: 600_000, reason: "database restore" } as const;
    await env.BREAKER.getByName(`shop/${service}`).force(order);
    pass(1200);
    await send();
    const answer = await send();
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "60"]);
    expect((await problemOf(answer))["detail"]).toMatch(/is open: an operator forced it open: database restore$/);
    expect(mesh.sent).toHaveLength(2);
  });
});

describe("a coordinator that cannot be reached", () => {
  it("is no error of a request, and the isolate still protects a dead endpoint by itself", async () => {
    const bindings = { BREAKER: failingNamespace(env.BREAKER) };
    const fine = fixture(() => new Response("hello"), "circuitBreaker: {}", undefined, bindings);
    for (let call = 0; call < 3; call += 1) {
      expect((await fine.send()).status).toBe(200);
    }
    const dead = fixture(lost, "circuitBreaker: {}", undefined, bindings);
    const statuses = [];
    for (let call = 0; call < 6; call += 1) {
      statuses.push((await dead.send()).status);
    }
    expect(statuses).toEqual([502, 502, 502, 502, 502, 503]);
  });
});

it("without a policy no object is asked and nothing is kept back", async () => {
  const mesh = testMesh(serviceYaml("plain") + routeYaml("[{backendRefs: [{name: plain}]}]"), { service: failing });
  for (let call = 0; call < 30; call += 1) {
    await mesh.send("http://shop.example/");
  }
  await mesh.settle();
  expect(mesh.sent).toHaveLength(30);
  expect(mesh.snapshot.policies.traffic).toBeUndefined();
});
