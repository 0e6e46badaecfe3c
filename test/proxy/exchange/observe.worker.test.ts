import { expect, it } from "vitest";
import type { SignalReport, SignalRow } from "../../../src/model/message/signals.ts";
import {
  NOW,
  routeYaml,
  serviceYaml,
  testMesh,
  type TestMesh,
  type TestMeshOptions,
} from "../../support/worker/test-mesh.ts";

const yaml =
  serviceYaml("cart", '[{url: "http://cart.example", version: v1, cluster: eu}]') +
  serviceYaml("empty", "[]") +
  routeYaml(`
    - {name: cart, matches: [{path: {value: /cart}}], backendRefs: [{name: cart}]}
    - matches: [{path: {value: /moved}}]
      filters: [{type: RequestRedirect, requestRedirect: {hostname: new.example}}]
    - {matches: [{path: {value: /empty}}], backendRefs: [{name: empty}]}`) +
  `
apiVersion: selvage.dev/v1
kind: IPAccessPolicy
metadata: {name: nobody, namespace: shop}
spec: {targetRefs: [{kind: Service, name: empty}], deny: ["0.0.0.0/0"]}
`;

interface Counted {
  readonly mesh: TestMesh;
  readonly reports: SignalReport[];
  readonly rows: () => Promise<SignalRow[]>;
}

function counted(options: TestMeshOptions = {}, failing = false): Counted {
  const reports: SignalReport[] = [];
  const waiting = Promise.withResolvers<undefined>();
  const sleep = async (): Promise<void> => {
    await waiting.promise;
  };
  const take = async (report: SignalReport): Promise<unknown> => {
    reports.push(report);
    return failing ? Promise.reject(new Error("gone")) : Promise.resolve({ nextMs: 2000, spread: 1 });
  };
  const TELEMETRY = { getByName: () => ({ take }) };
  const mesh = testMesh(yaml, {
    ...options,
    ports: { sleep, ...options.ports },
    env: { TELEMETRY, ADAPTER_TOKEN: "adapter", ...options.env },
  });
  const rows = async (): Promise<SignalRow[]> => {
    waiting.resolve(undefined);
    await mesh.settle();
    return reports.flatMap(({ batches }) => batches.flatMap((one) => one.rows));
  };
  return { mesh, reports, rows };
}

it("counts what a service answered, with all that it was", async () => {
  let now = NOW;
  const ports = { now: () => (now += 7) };
  const { mesh, rows } = counted({ ports, service: () => new Response("no", { status: 418 }) });
  await mesh.send("https://shop.example/cart");
  await mesh.send("https://shop.example/cart/2");
  const [row, ...others] = await rows();
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    service: "shop/cart",
    version: "v1",
    cluster: "eu",
    route: "HTTPRoute/shop/route/cart",
    caller: "anonymous",
    status: 418,
    decision: "forwarded",
    policy: "",
    count: 2,
    tries: 2,
  });
  expect(row?.endpoint).toMatch(/^static-/);
  expect(row?.sumMs).toBeGreaterThan(0);
});

it("counts what the mesh answered itself: redirects, refusals, requests that led nowhere or could not be read", async () => {
  const { mesh, rows } = counted({ service: () => Promise.reject(new Error("down")), ports: { random: () => 0 } });
  await mesh.send("https://shop.example/cart");
  await mesh.send("https://shop.example/moved");
  await mesh.send("https://shop.example/empty");
  await mesh.send("https://nowhere.example/");
  await mesh.send("https://shop.example/%zz");
  const found = (await rows()).map(({ service, status, decision, policy }) => [service, status, decision, policy]);
  expect(found.toSorted()).toEqual(
    [
      ["shop/cart", 502, "forward", ""],
      ["", 302, "redirect", ""],
      ["shop/empty", 403, "ip-access", "IPAccessPolicy/shop/nobody"],
      ["", 404, "route", ""],
      ["", 400, "admit", ""],
    ].toSorted(),
  );
  const failed = (await rows()).find(({ status }) => status === 502);
  expect(failed).toMatchObject({ version: "v1", cluster: "eu", count: 1 });
  expect(failed?.endpoint).toMatch(/^static-/);
});

it("counts questions of other proxies, those that may go on and those that may not", async () => {
  const { mesh, rows } = counted();
  const ask = (service: string): Promise<Response> =>
    mesh.ask(`https://mesh.example/_selvage/authz/envoy/${service}.shop/x`, {
      headers: { "selvage-adapter-token": "adapter", "x-forwarded-for": "192.0.2.1" },
    });
  await ask("cart");
  await ask("empty");
  const found = (await rows()).map(({ service, status, decision, count }) => [service, status, decision, count]);
  expect(found.toSorted()).toEqual([
    ["shop/cart", 200, "allowed", 1],
    ["shop/empty", 403, "ip-access", 1],
  ]);
});

it("sends what it counted once for many requests, and waits two seconds for more", async () => {
  const slept: number[] = [];
  const waiting = Promise.withResolvers<undefined>();
  const sleep = async (ms: number): Promise<void> => {
    slept.push(ms);
    await waiting.promise;
  };
  const { mesh, reports, rows } = counted({ ports: { sleep } });
  for (let nth = 0; nth < 50; nth++) {
    await mesh.send("https://shop.example/cart");
  }
  waiting.resolve(undefined);
  expect((await rows()).map(({ count }) => count)).toEqual([50]);
  expect([reports.length, slept]).toEqual([1, [2000]]);
});

it("answers as without it where the object cannot be called, and sends the same again", async () => {
  const { mesh, reports } = counted({ ports: { sleep: () => Promise.resolve() } }, true);
  for (let nth = 0; nth < 3; nth++) {
    expect((await mesh.send("https://shop.example/cart")).status).toBe(200);
    await mesh.settle();
  }
  expect(reports.map(({ batches }) => batches.map(({ seq }) => seq))).toEqual([[1], [1, 2], [1, 2, 3]]);
});

it("answers as without it where objects hang: of what is counted, and of what is kept", async () => {
  const hanging = { getByName: () => ({ take: never, keep: never }) };
  const ports = { sleep: () => Promise.resolve() };
  const answers = async (env: Record<string, unknown>) => {
    const mesh = testMesh(yaml, { ports, traced: false, env: { TRACE_PERCENT: "100", ...env } });
    const paths = ["/cart", "/moved", "/empty", "/nowhere", "/cart"];
    const all = [];
    for (const path of paths) {
      const { status, headers } = await mesh.send(`https://shop.example${path}`);
      all.push([status, [...headers].filter(([name]) => name !== "x-request-id")]);
    }
    return all;
  };
  expect(await answers({ TELEMETRY: hanging, REQUESTS: hanging })).toEqual(await answers({}));
});

const never = (): Promise<never> => new Promise(() => undefined);

it("counts nothing where there is no object to tell", async () => {
  const mesh = testMesh(yaml);
  await mesh.send("https://shop.example/cart");
  await mesh.settle();
  expect(mesh.slept).toEqual([]);
});
