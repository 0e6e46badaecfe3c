// Which requests are kept, and what of them.
import { describe, expect, it, vi } from "vitest";
import type { MeshKeys } from "../../../src/model/message/mesh-keys.ts";
import { mintTracePass } from "../../../src/tokens/trace-pass.ts";
import { meshKeys } from "../../support/worker/mesh-keys.ts";
import { heldSince } from "../../../src/decide/trace/watching.ts";
import type { WatchCounts, Receipt } from "../../../src/model/message/receipt.ts";
import { NOW, routeYaml, serviceYaml, testMesh, type TestMeshOptions } from "../../support/worker/test-mesh.ts";

const yaml =
  serviceYaml("cart", '[{url: "http://cart.example", version: v1, cluster: eu}]') +
  serviceYaml("auth") +
  routeYaml(
    `
    - {name: tenant, matches: [{path: {value: /cart}, headers: [{name: x-tenant, value: a}]}], backendRefs: [{name: cart}]}
    - {name: auth, matches: [{path: {value: /guarded}}], backendRefs: [{name: cart}], filters: [{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: auth}, http: {path: /check}}}]}
    - {name: cart, backendRefs: [{name: cart}]}`,
  );

function kept(options: TestMeshOptions = {}, percent = "0") {
  const written: (readonly [object: string, receipt: Receipt])[] = [];
  const calls: number[] = [];
  const matches: (WatchCounts | undefined)[] = [];
  const keep = async (
    object: string,
    receipts: readonly Receipt[],
    dropped: number,
    matched?: WatchCounts,
  ): Promise<void> => {
    calls.push(dropped);
    matches.push(matched);
    written.push(...receipts.map((one) => [object, one] as const));
  };
  const REQUESTS = {
    getByName: (name: string) => ({
      keep: (all: Receipt[], dropped: number, matched?: WatchCounts) => keep(name, all, dropped, matched),
    }),
  };
  const waiting = Promise.withResolvers();
  const mesh = testMesh(yaml, {
    ...options,
    traced: false,
    ports: { sleep: async () => void (await waiting.promise), ...options.ports },
    env: { REQUESTS, TRACE_PERCENT: percent, ...options.env },
  });
  const all = async (): Promise<Receipt[]> => {
    waiting.resolve(undefined);
    await mesh.settle();
    return written.map(([, receipt]) => receipt);
  };
  return { mesh, all, written, calls, matches };
}

it("keeps what the mesh refused and what failed, all of a namespace in one call, and nothing else", async () => {
  const { mesh, all, written, calls } = kept({
    service: ({ url }) => new Response(null, { status: url.includes("/bad") ? 500 : 200 }),
  });
  await mesh.send("https://shop.example/cart?secret=1");
  await mesh.send("https://shop.example/bad?secret=1", { method: "POST" });
  await mesh.send("https://nobody.example/x");
  const receipts = await all();
  expect(
    receipts.map(({ keptFor, status, path, stage, code, service }) => [keptFor, status, path, stage, code, service]),
  ).toEqual([
    ["error", 500, "/bad", "forwarded", null, "shop/cart"],
    ["refused", 404, "/x", "route", "SLV5003", ""],
  ]);
  expect(written.map(([object]) => object)).toEqual(["shop", "-"]);
  expect(calls).toHaveLength(2);
  expect(JSON.stringify(receipts)).not.toContain("secret");
});

it("keeps what was slow", async () => {
  let now = NOW;
  const { mesh, all } = kept({ ports: { now: () => now }, service: () => ((now += 2500), new Response("late")) });
  await mesh.send("https://shop.example/cart");
  expect(await all()).toMatchObject([{ keptFor: "slow", tookMs: 2500, status: 200, calls: [], steps: [] }]);
});

it("traces a share from the beginning: each call has a span of its own, which its service hears of", async () => {
  const { mesh, all } = kept({}, "100");
  const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  await mesh.send("https://shop.example/guarded", { headers: { traceparent: parent } });
  const [receipt] = await all();
  expect(receipt).toMatchObject({
    keptFor: "sampled",
    traceId: "0af7651916cd43dd8448eb211c80319c",
    parentSpanId: "b7ad6b7169203331",
    route: "HTTPRoute/shop/route/auth",
    httpRoute: "/guarded",
    calls: [
      { purpose: "external-auth", service: "shop/auth", status: 200 },
      { purpose: "attempt", service: "shop/cart", cluster: "eu", version: "v1", status: 200, failure: null },
    ],
  });
  expect(mesh.sent.map(({ headers }) => headers.get("traceparent"))).toEqual(
    receipt?.calls.map(({ spanId }) => `00-0af7651916cd43dd8448eb211c80319c-${spanId}-01`),
  );
  expect(receipt?.steps.map(({ stage }) => stage)).toEqual(expect.arrayContaining(["admit", "route", "forward"]));
});

it("traces one of so many", async () => {
  const { mesh, all } = kept({}, "50");
  for (let nth = 0; nth < 6; nth++) {
    await mesh.send("https://shop.example/cart");
  }
  expect(await all()).toHaveLength(3);
});

it("keeps no value of a header, and digests of those that rules read only under the mesh's key", async () => {
  const send = (one: ReturnType<typeof kept>) =>
    one.mesh.send("https://nobody.example/", { headers: { "x-tenant": "a-secret-tenant", "x-other": "other-secret" } });
  const without = kept();
  await send(without);
  expect((await without.all()).map(({ read }) => read)).toEqual([{}]);
  const pepper = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const keys = () => ({ pepper }) as never;
  const one = kept({ ports: { keys } });
  await send(one);
  const [receipt] = await one.all();
  expect(Object.keys(receipt?.read ?? {})).toEqual(["header:x-tenant"]);
  expect(receipt?.read["header:x-tenant"]).toMatch(/^[\w-]{16}$/);
  expect(JSON.stringify(receipt)).not.toContain("secret");
});

it("a flood of one namespace takes no place of another, and is counted", async () => {
  const { mesh, all, calls } = kept({ service: () => new Response(null, { status: 500 }) });
  for (let nth = 0; nth < 70; nth++) {
    await mesh.send("https://nobody.example/");
  }
  await mesh.send("https://shop.example/bad");
  const receipts = await all();
  expect(receipts.filter(({ service }) => service === "")).toHaveLength(50);
  expect(receipts.filter(({ service }) => service === "shop/cart")).toHaveLength(1);
  expect(calls.toSorted((a, b) => a - b)).toEqual([0, 20]);
});

it("changes nothing where nobody keeps, or the object is gone", async () => {
  const gone = { getByName: () => ({ keep: () => Promise.reject(new Error("gone")) }) };
  for (const env of [{ REQUESTS: undefined }, { REQUESTS: gone }]) {
    const { mesh, all } = kept({ env }, "100");
    expect((await mesh.send("https://nobody.example/")).status).toBe(404);
    expect(await all()).toEqual([]);
  }
});

it("writes a line of JSON for a share of the requests, whoever answered, and keeps nothing more for it", async () => {
  const lines: Record<string, unknown>[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(JSON.parse(line)));
  const { mesh, all } = kept({ env: { ACCESS_LOG: "50" } });
  for (let nth = 0; nth < 3; nth++) {
    await mesh.send("https://shop.example/cart?token=a-secret", { headers: { authorization: "Bearer a-secret" } });
  }
  await mesh.send("https://nobody.example/x");
  await mesh.ask("https://mesh.test/_selvage/authz/nginx/cart.shop", {
    headers: {
      "x-original-uri": "/cart?token=a-secret",
      "x-original-method": "GET",
      "x-original-host": "shop.example",
    },
  });
  log.mockRestore();
  const receipts = await all();
  expect(receipts.map(({ status }) => status)).toEqual([404]);
  expect(lines.map(({ status, decision, service, path }) => [status, decision, service, path])).toEqual([
    [200, "forwarded", "shop/cart", "/cart"],
    [200, "forwarded", "shop/cart", "/cart"],
    [200, "allowed", "shop/cart", "/cart"],
  ]);
  expect(JSON.stringify(lines)).not.toContain("secret");
});

it("sends those lines to the collector instead, where OTLP_LOGS says so", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const env = { ACCESS_LOG: "100", OTLP_ENDPOINT: "https://collector.example", OTLP_LOGS: "true" };
  // The collector answers before patience is over.
  const sleep = (ms: number): Promise<void> => (ms < 5000 ? Promise.resolve() : new Promise(() => undefined));
  const { mesh, all } = kept({ env, ports: { sleep } });
  await mesh.send("https://shop.example/cart");
  await mesh.send("https://shop.example/cart");
  await all();
  expect(log).not.toHaveBeenCalled();
  log.mockRestore();
  const posted = mesh.sent.filter(({ url }) => url === "https://collector.example/v1/logs");
  expect(
    posted
      .map(({ body }) => body)
      .join()
      .match(/GET shop\.example\/cart 200/g),
  ).toHaveLength(2);
});

const watch = (id: string, more: object = {}) => ({ id, namespaces: null, forMs: 15_000, ...more });

it("shows those who watch what fits, counts all of it, and takes no place of what is kept", async () => {
  const { mesh, all, matches } = kept({
    service: ({ url }) => new Response(null, { status: url.includes("/bad") ? 500 : 200 }),
  });
  mesh.state().keeping.watches = heldSince([watch("all"), watch("bad", { leastStatus: 500 })], NOW);
  for (let nth = 0; nth < 60; nth++) {
    await mesh.send("https://shop.example/cart?token=a-secret");
  }
  await mesh.send("https://shop.example/bad");
  const receipts = await all();
  expect(receipts.filter(({ keptFor }) => keptFor === "watched")).toHaveLength(50);
  expect(receipts.filter(({ keptFor }) => keptFor === "error")).toHaveLength(1);
  expect(matches).toEqual([{ all: 61, bad: 1 }]);
  expect(JSON.stringify(receipts)).not.toContain("secret");
});

it("makes no call for a watch that nothing fits, or that is over", async () => {
  const { mesh, all, calls } = kept();
  const over = heldSince([watch("over")], NOW - 15_000);
  mesh.state().keeping.watches = [...over, ...heldSince([watch("bank", { namespaces: ["bank"] })], NOW)];
  await mesh.send("https://shop.example/cart");
  expect([await all(), calls]).toEqual([[], []]);
});

it("tells no collector of what is there only for those who watch", async () => {
  const { mesh, all } = kept({ env: { OTLP_ENDPOINT: "https://collector.example" } });
  mesh.state().keeping.watches = heldSince([watch("all")], NOW);
  await mesh.send("https://shop.example/cart");
  expect(await all()).toMatchObject([{ keptFor: "watched" }]);
  expect(mesh.sent.filter(({ url }) => url.includes("collector"))).toEqual([]);
});

describe("selvage-trace", () => {
  const names = { issuer: "spiffe://mesh.local", trustDomain: "mesh.local" };
  const passOf = async (keys: MeshKeys, namespaces: readonly string[] | null): Promise<string> =>
    (await mintTracePass(keys.signing, names, { name: "mia", namespaces }, NOW)).pass;

  it("of an operator has a request traced whole, and its service does not see it", async () => {
    const keys = await meshKeys("k");
    const { mesh, all } = kept({ ports: { keys: () => keys } });
    const pass = await passOf(keys, null);
    await mesh.send("https://shop.example/guarded", { headers: { "selvage-trace": pass } });
    await mesh.send("https://shop.example/cart", { headers: { "selvage-trace": pass } });
    await mesh.send("https://shop.example/cart");
    const receipts = await all();
    expect(receipts.map(({ keptFor, calls }) => [keptFor, calls.length])).toEqual([
      ["asked", 2],
      ["asked", 1],
    ]);
    expect(mesh.sent.some(({ headers }) => headers.has("selvage-trace"))).toBe(false);
  });

  it("is ignored and taken away where nobody with the right shows it", async () => {
    const keys = await meshKeys("k");
    const others = await meshKeys("k");
    const { mesh, all } = kept({ ports: { keys: () => keys } });
    for (const pass of ["1", "", "a.b.c", await passOf(others, null)]) {
      const { status } = await mesh.send("https://shop.example/cart", { headers: { "selvage-trace": pass } });
      expect(status).toBe(200);
    }
    expect(await all()).toEqual([]);
    expect(mesh.sent.some(({ headers }) => headers.has("selvage-trace"))).toBe(false);
    const without = kept();
    const { status } = await without.mesh.send("https://shop.example/cart", { headers: { "selvage-trace": "1" } });
    expect([status, await without.all()]).toEqual([200, []]);
  });

  it("reaches no further than who asked for it", async () => {
    const keys = await meshKeys("k");
    const { mesh, all } = kept({ ports: { keys: () => keys } });
    await mesh.send("https://shop.example/cart", { headers: { "selvage-trace": await passOf(keys, ["bank"]) } });
    await mesh.send("https://shop.example/cart", { headers: { "selvage-trace": await passOf(keys, ["shop"]) } });
    expect(await all()).toMatchObject([{ keptFor: "asked", service: "shop/cart" }]);
  });
});
