// The demo from start to end, with a stand-in for the mesh: what it registers, what the page shows, what it says when
// something is missing, and that nothing of it is left behind.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ApiClient } from "../../../src/cli/session/client.ts";
import type { Running } from "../../../src/cli/demo/demo-process.ts";
import { keepAlive } from "../../../src/cli/demo/demo-registry.ts";
import { startDemo, type Demo, type DemoOptions } from "../../../src/cli/demo/demo.ts";
import { processIdentityOf, isAlive } from "../../../src/cli/local/process-identity.ts";
import { DemoMesh } from "../../support/demo-mesh.ts";

// Seven processes a test: a machine that is busy with other tests needs its time.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const dataDir = mkdtempSync(join(tmpdir(), "selvage-demo-"));
afterAll(() => rmSync(dataDir, { recursive: true }));

const lines: string[] = [];
const optionsFor = (mesh: DemoMesh): DemoOptions => ({
  url: mesh.url,
  token: "slv_test",
  dataDir,
  signal: new AbortController().signal,
  log: (line) => void lines.push(line),
  speed: 0,
});
const living = (demo: Demo): string[] =>
  demo.services.filter(({ pid }) => isAlive(processIdentityOf(pid))).map(({ service }) => service);

describe("the bookstore", () => {
  let mesh: DemoMesh;
  let demo: Demo;
  beforeAll(async () => {
    mesh = await new DemoMesh().start();
    demo = await startDemo(optionsFor(mesh));
  });
  afterAll(async () => {
    await demo.stop();
    await mesh.stop();
  });

  it("registers every running copy under its version", () => {
    expect([...mesh.endpoints.keys()].toSorted()).toEqual([
      "catalog/demo-v1",
      "inventory/demo-v1",
      "payments/demo-v1",
      "recommendations/demo-v1",
      "reviews/demo-v1",
      "reviews/demo-v2",
      "storefront/demo-v1",
    ]);
  });

  it("applies all its manifests in one call", () => {
    expect(mesh.applied).toHaveLength(1);
    expect(mesh.applied[0]?.match(/^kind: .*/gm)).toEqual([
      ...Array.from({ length: 2 }, () => "kind: TrafficPolicy"),
      ...Array.from({ length: 2 }, () => "kind: HTTPRoute"),
      ...Array.from({ length: 6 }, () => "kind: Service"),
    ]);
  });

  it("says where each service is, and what to try", () => {
    for (const one of demo.services) {
      expect(demo.hints.find((line) => line.includes(`${one.url}  pid ${one.pid}`))).toContain(
        `${one.service} ${one.version}`,
      );
    }
    expect(demo.hints.at(-1)).toMatch(/^ {2}kill \d+ {5}# the page goes on without recommendations$/);
  });

  it("composes the page of what the other services say", async () => {
    const response = await fetch(`${mesh.url}/svc/storefront/`);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(html).toContain('<a href="/svc/storefront/books/dom-casmurro">Dom Casmurro</a>, Machado de Assis, € 10.50');
    expect(html).toContain("<blockquote>A whole town, and nobody in it is only one thing. (Noor)</blockquote>");
    expect(html).toContain('<a href="/svc/storefront/books/effi-briest">Effi Briest</a></li></ul>');
    expect(html).toContain("<p>12 in utrecht</p>");
    expect(html).not.toContain('class="down"');
  });

  it("shows the page without the part that is down", async () => {
    mesh.down.add("reviews");
    const response = await fetch(`${mesh.url}/svc/storefront/books/kokoro`);
    mesh.down.clear();
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain('<p class="down">Not available just now: reviews answered 503.</p>');
    expect(html).toContain("Natsume Sōseki");
  });

  it("recommends by id when the catalogue is down", async () => {
    mesh.down.add("catalog");
    const response = await fetch(`${mesh.url}/svc/recommendations/books/kokoro`);
    mesh.down.clear();
    expect(await response.json()).toMatchObject({ degraded: true, recommendations: [{ title: "dom-casmurro" }, {}] });
  });

  it("passes request id and trace on to every neighbour", async () => {
    mesh.passed.length = 0;
    const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await fetch(`${mesh.url}/svc/storefront/`, { headers: { "x-request-id": "abc-1", traceparent: trace } });
    expect(mesh.passed.map(({ service }) => service).toSorted()).toEqual([
      "catalog",
      "catalog",
      "inventory",
      "recommendations",
      "reviews",
      "storefront",
    ]);
    for (const { headers } of mesh.passed) {
      expect(headers).toMatchObject({ "x-request-id": "abc-1", traceparent: trace });
    }
  });

  it("sells a book once per order, and none that is out of stock", async () => {
    const buy = (book: string, order: string): Promise<Response> =>
      fetch(`${mesh.url}/svc/storefront/orders`, {
        method: "POST",
        headers: { "x-request-id": order },
        body: new URLSearchParams({ book }),
      });
    const sold = await buy("kokoro", "order-7");
    expect(sold.status).toBe(201);
    expect(await sold.text()).toContain("<p>Kokoro is yours for € 11.90.</p>");
    const again = await fetch(`${mesh.url}/svc/payments/charges`, {
      method: "POST",
      body: JSON.stringify({ order: "order-7", amountCents: 1 }),
    });
    expect([again.status, await again.json()]).toEqual([
      200,
      { order: "order-7", amountCents: 1190, currency: "EUR", status: "captured" },
    ]);
    const refused = await buy("walden", "order-8");
    expect([refused.status, await refused.json()]).toEqual([409, { error: "Walden is out of stock" }]);
  });

  it("leaves manifests alone that the mesh has already", async () => {
    const second = await startDemo(optionsFor(mesh));
    expect(mesh.applied).toHaveLength(1);
    await second.stop();
  });
});

it("ends every process and takes every endpoint out when it stops", async () => {
  const mesh = await new DemoMesh().start();
  const demo = await startDemo(optionsFor(mesh));
  expect(living(demo)).toHaveLength(7);
  await Promise.all([demo.stop(), demo.stop()]);
  expect(living(demo)).toEqual([]);
  expect([...mesh.endpoints]).toEqual([]);
  await mesh.stop();
});

it("leaves nothing behind when it is stopped while it starts", async () => {
  const mesh = await new DemoMesh().start();
  const demo = await startDemo({ ...optionsFor(mesh), signal: AbortSignal.abort() });
  expect(living(demo)).toEqual([]);
  expect([...mesh.endpoints]).toEqual([]);
  await mesh.stop();
});

it("runs the Node twin where a language is missing, and says so", async () => {
  const mesh = await new DemoMesh().start();
  const demo = await startDemo({ ...optionsFor(mesh), commands: { python: "no-such-python", perl: "false" } });
  const substitutes = demo.services.filter(({ substitute }) => substitute !== null);
  expect(
    substitutes.map(({ service, version, language, substitute }) => [service, version, language, substitute]),
  ).toEqual([
    ["catalog", "v1", "node", "no-such-python not found"],
    ["reviews", "v1", "node", "false ended with code 1"],
    ["reviews", "v2", "node", "no-such-python not found"],
    ["inventory", "v1", "node", "false ended with code 1"],
    ["recommendations", "v1", "node", "no-such-python not found"],
  ]);
  expect(demo.hints.find((line) => line.includes("catalog"))).toMatch(
    / node, the Node twin: no-such-python not found$/,
  );
  expect((await (await fetch(`${mesh.url}/svc/storefront/`)).text()).includes('class="down"')).toBe(false);
  await demo.stop();
  await mesh.stop();
});

it("says when a service has gone, and goes on", async () => {
  const mesh = await new DemoMesh().start();
  const demo = await startDemo(optionsFor(mesh));
  const victim = demo.services.find(({ service }) => service === "payments");
  process.kill(victim?.pid ?? 0, "SIGKILL");
  await victim?.ended;
  const told = /^demo: payments v1 is gone: .* ended with SIGKILL \(log: .*payments-v1\.log\)$/;
  await vi.waitFor(() => expect(lines.at(-1)).toMatch(told), 15_000);
  expect(living(demo)).toHaveLength(6);
  await demo.stop();
  await mesh.stop();
});

it("says why when the mesh does not take the manifests", async () => {
  const mesh = await new DemoMesh().start();
  lines.length = 0;
  const stopping = new AbortController();
  const starting = startDemo({ ...optionsFor(mesh), token: "wrong", signal: stopping.signal });
  await vi.waitFor(() => expect(lines.filter((line) => line.includes("is not registered"))).toHaveLength(7), 15_000);
  stopping.abort();
  const demo = await starting;
  expect(lines).toContain("demo: the mesh did not take the manifests: who are you?");
  expect(lines).toContain("demo: payments v1 is not registered: who are you?");
  await demo.stop();
  expect(living(demo)).toEqual([]);
  await mesh.stop();
});

it("leaves no service behind when it is killed", async () => {
  const module = new URL("../../../src/cli/demo/demo.ts", import.meta.url).href;
  const mesh = await new DemoMesh().start();
  const script = `
    import { startDemo } from ${JSON.stringify(module)};
    const options = { url: "${mesh.url}", token: "slv_test", dataDir: ${JSON.stringify(dataDir)}, signal: new AbortController().signal };
    const demo = await startDemo({ ...options, log: () => {} });
    console.log(JSON.stringify(demo.services.map(({ pid }) => pid)));`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [chunk] = await once(parent.stdout, "data");
  const processes = (JSON.parse(String(chunk)) as number[]).map(processIdentityOf);
  expect(processes.filter(isAlive)).toHaveLength(7);
  parent.kill("SIGKILL");
  await vi.waitFor(() => expect(processes.filter(isAlive)).toEqual([]), 15_000);
  await mesh.stop();
});

it("sends heartbeats for what lives, and registers again what has lapsed", async () => {
  vi.useFakeTimers();
  const calls: string[] = [];
  const client = {
    call: async (method: string, path: string) => {
      calls.push(`${method} ${path}`);
      const results = [
        { service: "catalog", id: "demo-v1", ok: true },
        { service: "reviews", id: "demo-v2", ok: false },
      ];
      return { ok: true, value: { results } };
    },
  } as unknown as ApiClient; // only `call` is used
  const running = [
    { service: "catalog", version: "v1" },
    { service: "reviews", version: "v2" },
  ] as unknown as Running[]; // only these two members are used
  const stop = keepAlive(client, () => running);
  await vi.advanceTimersByTimeAsync(8_000);
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  vi.useRealTimers();
  expect(calls).toEqual(["POST /heartbeats", "PUT /namespaces/default/services/reviews/endpoints/demo-v2"]);
});
