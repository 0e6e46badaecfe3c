// Break-glass over real sockets: a limit, a breaker and a route are overridden while traffic flows, and everything is
// what it was when the time is over, without anybody doing anything.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RevisionList } from "../../src/model/api/registry.ts";
import type { Resource } from "../../src/model/api/resource.ts";
import { startBackend, type Backend } from "../support/backend.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

let mesh: TestMesh;
let [blue, green]: Backend[] = [];
beforeAll(async () => {
  [mesh, blue, green] = await Promise.all([startMesh({ edges: 2 }), startBackend("blue"), startBackend("green")]);
  const applied = await mesh.cli(["apply", "-f", "-", "--wait"], manifest());
  expect(applied.code, applied.stderr).toBe(0);
});
afterAll(async () => {
  await mesh.stop();
  await Promise.all([blue?.close(), green?.close()]);
});

const manifest = (): string => `apiVersion: selvage.dev/v1
kind: Service
metadata: {name: blue}
spec: {exposure: public, endpoints: [{url: "${blue?.url}"}]}
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: green}
spec: {exposure: public, endpoints: [{url: "${green?.url}"}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop}
spec: {rules: [{matches: [{path: {type: PathPrefix, value: /shop}}], backendRefs: [{name: blue}]}]}
---
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: shop}
spec: {targetRefs: [{kind: Service, name: blue}], limits: [{name: steady, requests: 10000, window: 1s, key: [], mode: strict}]}
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: guard}
spec: {targetRefs: [{kind: Service, name: blue}], timeouts: {request: 5s}}
`;

const ask = async (edge = 0, path = "/shop"): Promise<{ status: number; body: string }> => {
  const response = await fetch(`${mesh.urls[edge] ?? mesh.url}${path}`);
  return { status: response.status, body: await response.text() };
};
const who = async (edge: number): Promise<string> => (/blue|green/.exec((await ask(edge)).body) ?? ["nobody"])[0];

/** Asks until the answer is the wanted one. */
const until = (wanted: () => Promise<boolean>): Promise<void> =>
  expect.poll(wanted, { timeout: 60_000, interval: 50 }).toBe(true);
const bothAre = (name: string) => async (): Promise<boolean> =>
  (await Promise.all([who(0), who(1)])).every((one) => one === name);
const head = async (): Promise<RevisionList["items"][number] | undefined> => {
  const answer = await mesh.client.call<RevisionList>("GET", "/revisions", { query: { limit: 1 } });
  return answer.ok ? answer.value.items[0] : undefined;
};
const target = async (kind: string, name: string): Promise<Resource> => {
  const answer = await mesh.client.call<Resource>("GET", `/namespaces/default/${kind}/${name}`);
  if (!answer.ok) {
    throw new Error(answer.failure.message);
  }
  return answer.value;
};

describe("an Override", () => {
  it("turns a route to another service on every edge, and back when its time is over", async () => {
    expect(await bothAre("blue")()).toBe(true);
    const patch = "{rules: [{matches: [{path: {type: PathPrefix, value: /shop}}], backendRefs: [{name: green}]}]}";
    const words = ["--patch", patch, "--reason", "blue is on fire", "--for", "8s", "--name", "detour"];
    const added = await mesh.cli(["override", "add", "httproute", "shop", ...words]);
    expect([added.code, added.stderr]).toEqual([0, ""]);
    await until(bothAre("green"));
    const shown = await target("httproute", "shop");
    expect(shown.status).toMatchObject({
      overrides: [{ override: "Override/default/detour", reason: "blue is on fire" }],
    });
    expect(JSON.stringify(shown.spec)).not.toContain("green");
    const { expiresAt } = (await target("override", "detour")).spec;

    await until(bothAre("blue"));
    const late = Date.now() - Date.parse(String(expiresAt));
    process.stdout.write(`override: traffic was back on every edge ${late} ms after expiresAt\n`);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(await head()).toMatchObject({
      actor: "system:overrides",
      source: "expire",
      reason: "Override/default/detour expired",
    });
    expect((await target("httproute", "shop")).status).not.toHaveProperty("overrides");
    const listed = await mesh.cli(["override", "ls"]);
    expect(listed.stdout).toMatch(/detour +httproute\/shop +Expired/);
    expect((await mesh.cli(["override", "rm", "detour"])).code).toBe(0);
  });

  it("tightens a limit at once, survives a change of the target, and ends with rm", async () => {
    const patch = "{limits: [{name: steady, requests: 1, window: 2s, key: [], mode: strict}]}";
    const words = ["--patch", patch, "--reason", "shed load", "--name", "shed"];
    expect((await mesh.cli(["override", "add", "ratelimitpolicy", "shop", ...words])).code).toBe(0);
    await until(async () => (await ask()).status === 429);
    const again = manifest().replace("requests: 10000", "requests: 20000");
    expect((await mesh.cli(["apply", "-f", "-", "--wait"], again)).code).toBe(0);
    await until(async () => (await ask()).status === 429);
    expect((await mesh.cli(["override", "rm", "shed"])).code).toBe(0);
    const three = async (): Promise<number[]> => [await ask(), await ask(), await ask()].map(({ status }) => status);
    await until(async () => (await three()).every((status) => status === 200));
  });

  it("gives a service a breaker, and a rollback takes both back", async () => {
    const before = (await head())?.revision ?? 0;
    expect((await mesh.cli(["breaker", "get", "blue"])).stderr).toContain("no service here is guarded");
    const words = ["--patch", "{circuitBreaker: {}}", "--reason", "brownout", "--name", "breaker"];
    expect((await mesh.cli(["override", "add", "tp", "guard", ...words])).code).toBe(0);
    expect((await mesh.cli(["breaker", "force", "blue", "open", "--reason", "brownout"])).code).toBe(0);
    await until(async () => (await ask()).status === 503);
    expect((await mesh.cli(["rollback", "--to", String(before), "--wait"])).code).toBe(0);
    await until(async () => (await ask()).status === 200);
    expect((await mesh.cli(["override", "ls"])).stderr).toContain("nothing is overridden");
  });

  it("whose patch does not fit is refused, and nothing changes", async () => {
    const words = ["--patch", "{timeouts: {requst: 1s}}", "--reason", "typo"];
    const refused = await mesh.cli(["override", "add", "tp", "guard", ...words]);
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain("SLV1230");
    expect(refused.stderr).toContain("Did you mean request?");
  });

  it("ends in time though the mesh was killed meanwhile", async () => {
    const patch = "{rules: [{matches: [{path: {type: PathPrefix, value: /shop}}], backendRefs: [{name: green}]}]}";
    const words = ["--patch", patch, "--reason", "drill", "--for", "6s", "--name", "drill"];
    expect((await mesh.cli(["override", "add", "httproute", "shop", ...words])).code).toBe(0);
    await mesh.kill9();
    await mesh.restart();
    await until(bothAre("blue"));
    expect((await head())?.source).toBe("expire");
  });
});
