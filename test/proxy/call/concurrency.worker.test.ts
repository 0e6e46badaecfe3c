// A cap on concurrency as callers meet it: a mesh whose coordinator is the real object, one that forgets, or none.
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { failingNamespace } from "../../support/worker/objects.ts";
import { problemOf, serviceYaml, testMesh, type TestMesh } from "../../support/worker/test-mesh.ts";

const open: (() => void)[] = [];
afterEach(() => open.splice(0).forEach((end) => end()));

interface Fixture {
  readonly mesh: TestMesh;
  readonly name: string;
  send(headers?: Record<string, string>, signal?: AbortSignal): Promise<Response>;
  /** Lets the oldest request that the service holds have its answer. */
  answer(): void;
  pass(ms: number): void;
  /** Until a report of now has been answered. */
  reported(): Promise<void>;
}

function fixture(
  concurrency: string,
  name = `capped-${crypto.randomUUID().slice(0, 8)}`,
  bindings: object = { BREAKER: env.BREAKER },
): Fixture {
  const policy = `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: cap, namespace: shop}
spec: {targetRefs: [{kind: Service, name: ${name}}], concurrency: ${concurrency}}
---
`;
  const held: (() => void)[] = [];
  let passed = 0;
  const mesh = testMesh(serviceYaml(name) + policy, {
    env: { ...bindings },
    service: () =>
      new Promise((resolve) => {
        const end = (): void => resolve(new Response("done"));
        held.push(end);
        open.push(end);
      }),
    ports: {
      now: () => Date.now() + passed,
      newId: () => crypto.randomUUID(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    },
  });
  return {
    mesh,
    name,
    send: (headers = {}, signal) =>
      mesh.send(`http://anything.example/svc/${name}.shop/`, { headers, ...(signal === undefined ? {} : { signal }) }),
    answer: () => held.shift()?.(),
    pass: (ms) => void (passed += ms),
    reported: async () => {
      // The object answers in order: what was sent before this call is answered before it.
      await env.BREAKER.getByName(`shop/${name}`).states();
      await new Promise((go) => setTimeout(go, 50));
    },
  };
}

/** Until so many requests have reached the service. */
async function arrived({ mesh }: Fixture, count: number): Promise<void> {
  for (let waited = 0; mesh.sent.length < count && waited < 3000; waited++) {
    await new Promise((go) => setTimeout(go, 10));
  }
  expect(mesh.sent).toHaveLength(count);
}

/** Asks again until the service has got a request, as a caller would who is told to come back. */
async function letThrough(one: Fixture): Promise<Promise<Response>[]> {
  const before = one.mesh.sent.length;
  for (let tries = 0; tries < 1500; tries++) {
    const sending = one.send();
    const answer = { came: false };
    void sending.then(() => (answer.came = true));
    while (!answer.came && one.mesh.sent.length === before) {
      await new Promise((go) => setTimeout(go, 5));
    }
    if (one.mesh.sent.length > before) {
      return [sending];
    }
    await new Promise((go) => setTimeout(go, 20));
  }
  throw new Error("no request is let through any more");
}

describe("a service that may have two requests at once", () => {
  it("gets two; the third is told by whom it was refused, and the next is let through when one has ended", async () => {
    const one = fixture("{max: 2}");
    const first = [one.send(), one.send()];
    await arrived(one, 2);
    const refused = await one.send();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(refused.headers.get("selvage-decision")).toBe('concurrency; policy="TrafficPolicy/shop/cap"; rev=7');
    expect(await problemOf(refused)).toMatchObject({
      code: "SLV5021",
      service: `shop/${one.name}`,
      policy: "shop/cap",
    });
    one.answer();
    expect(await (await Promise.race(first)).text()).toBe("done");
    const next = await letThrough(one);
    one.answer();
    one.answer();
    expect((await next[0])?.status).toBe(200);
  });

  it("and a caller's own cap beside: both hold, and both are given back", async () => {
    const beside = (max: number) => ({
      policy: "partner/own",
      breaker: null,
      slowCallMs: 0,
      outlier: null,
      concurrency: { max, queue: 0, adaptive: null, priority: null },
    });
    for (const [owners, own, by] of [
      [2, 1, "partner/own"],
      [1, 2, "shop/cap"],
    ] as const) {
      const one = fixture(`{max: ${owners}}`);
      Object.defineProperty(one.mesh.snapshot.policies.traffic?.[0]?.circuit, "beside", { value: beside(own) });
      const first = one.send();
      await arrived(one, 1);
      expect(await problemOf(await one.send())).toMatchObject({ code: "SLV5021", policy: by });
      one.answer();
      expect(await (await first).text()).toBe("done");
      const next = await letThrough(one);
      one.answer();
      expect((await next[0])?.status).toBe(200);
    }
  });

  it("counts a request until its body was read", async () => {
    const one = fixture("{max: 1}");
    const sent = one.send();
    await arrived(one, 1);
    one.answer();
    const answer = await sent;
    expect((await one.send()).status).toBe(503);
    expect(await answer.text()).toBe("done");
    const next = await letThrough(one);
    one.answer();
    expect((await next[0])?.status).toBe(200);
  });

  it("is shared by isolates, also when the object has been evicted in between", async () => {
    const one = fixture("{max: 2}");
    const other = fixture("{max: 2}", one.name);
    const held = [one.send(), one.send()];
    await arrived(one, 2);
    expect((await other.send()).status).toBe(503);
    await evictDurableObject(env.BREAKER.getByName(`shop/${one.name}`));
    expect((await other.send()).status).toBe(503);
    expect(other.mesh.sent).toHaveLength(0);
    one.answer();
    one.answer();
    for (const answer of await Promise.all(held)) {
      expect(await answer.text()).toBe("done");
    }
  });

  it("lets a request of its queue wait, until its turn or its deadline", async () => {
    const one = fixture("{max: 1, queue: 1}, timeouts: {request: 1500ms}");
    const first = one.send();
    await arrived(one, 1);
    one.answer();
    // Headers are there; the slot is taken until the body has been read.
    const body = await first;
    const startedAt = Date.now();
    const statuses = [one.send(), one.send()].map(async (answer) => {
      const detail = String((await problemOf(await answer))["detail"]);
      return { detail, afterMs: Date.now() - startedAt };
    });
    const [late, full] = (await Promise.all(statuses)).toSorted((a, b) => b.afterMs - a.afterMs);
    expect(late?.detail).toMatch(/at once, and it waited \d+ ms$/);
    expect(late?.afterMs).toBeGreaterThanOrEqual(1490);
    // The queue has one place: the other is told as soon as the coordinator has answered.
    expect(full?.afterMs).toBeLessThan(1490);
    expect(await body.text()).toBe("done");
    expect(one.mesh.sent).toHaveLength(1);
  });

  it("has the place in the queue back as soon as a caller leaves", async () => {
    const one = fixture("{max: 1, queue: 1}, timeouts: {request: 10s}");
    const first = one.send();
    await arrived(one, 1);
    for (let nth = 0; nth < 5; nth++) {
      const caller = new AbortController();
      const left = one.send({}, caller.signal);
      await one.reported();
      caller.abort();
      await left.catch(() => undefined);
    }
    const waiting = one.send();
    await one.reported();
    one.answer();
    expect(await (await first).text()).toBe("done");
    await arrived(one, 2);
    one.answer();
    expect((await waiting).status).toBe(200);
  });
});

describe("priorities", () => {
  it("refuse what matters less before the cap is reached, and never what is critical", async () => {
    const one = fixture("{max: 4, priority: {header: x-class, bestEffortAt: 20, normalAt: 100}}");
    const held = [one.send({ "x-class": "critical" })];
    await arrived(one, 1);
    // The next report is due, and the request that comes sends it.
    one.pass(1500);
    held.push(one.send());
    await arrived(one, 2);
    await one.reported();
    const refused = await one.send({ "x-class": "best-effort" });
    expect(String((await problemOf(refused))["detail"])).toMatch(/^\d+ % of the requests .* is best-effort$/);
    held.push(one.send({ "x-class": "critical" }));
    await arrived(one, 3);
    for (const _ of held) {
      one.answer();
    }
    for (const answer of await Promise.all(held)) {
      expect(answer.status).toBe(200);
    }
  });
});

it("a coordinator that cannot be reached refuses nobody for that: an eighth of the cap goes on", async () => {
  const one = fixture("{max: 16}", undefined, { BREAKER: failingNamespace(env.BREAKER) });
  const held = [one.send(), one.send()];
  await arrived(one, 2);
  expect((await one.send()).status).toBe(503);
  one.answer();
  one.answer();
  for (const answer of await Promise.all(held)) {
    expect(answer.status).toBe(200);
  }
});
