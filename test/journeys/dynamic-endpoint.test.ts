// A service that registers itself: traffic flows while its lease is kept, and stops soon after it is not.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EndpointState, HeartbeatResult } from "../../src/model/api/endpoints.ts";
import { startBackend, type Backend } from "../support/backend.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

let mesh: TestMesh;
let pod: Backend;
beforeAll(async () => {
  [mesh, pod] = await Promise.all([startMesh({ edges: 2 }), startBackend("pod")]);
  const service =
    "apiVersion: selvage.dev/v1\nkind: Service\nmetadata: {name: jobs, namespace: shop}\nspec: {exposure: public}\n";
  expect((await mesh.cli(["apply", "-f", "-"], service)).code).toBe(0);
});
afterAll(async () => {
  await mesh.stop();
  await pod.close();
});

const PATH = "/namespaces/shop/services/jobs/endpoints/pod-1";
const TTL_MS = 5_000;
const register = async (): Promise<void> => {
  const answer = await mesh.client.call<EndpointState>("PUT", PATH, {
    body: { url: pod.url, version: "v1", ttl: `${TTL_MS}ms` },
  });
  expect(answer).toMatchObject({ ok: true, value: { id: "pod-1", cluster: "local", source: "dynamic" } });
};
const heartbeat = (): Promise<{ ok: boolean }> =>
  mesh.client.call<HeartbeatResult>("POST", "/heartbeats", {
    body: { endpoints: [{ namespace: "shop", service: "jobs", id: "pod-1" }] },
  });
/** The status that every edge answers, null while they differ. */
const everywhere = async (): Promise<number | null> => {
  const answers = await Promise.all(mesh.urls.map((url) => fetch(`${url}/svc/jobs.shop/`)));
  const [first = null, ...others] = answers.map(({ status }) => status);
  await Promise.all(answers.map((answer) => answer.arrayBuffer()));
  return others.every((status) => status === first) ? first : null;
};
const settles = (status: number): Promise<void> => expect.poll(everywhere, { interval: 50 }).toBe(status);

describe("an endpoint that registers itself", () => {
  it("is not there at first: the service answers 503", async () => {
    await settles(503);
  });

  it("gets traffic on every edge", async () => {
    await register();
    await settles(200);
    expect((await mesh.cli(["get", "endpoints", "jobs", "-n", "shop"])).stdout).toContain("pod-1");
  });

  it("stays while its heartbeats come, longer than its lease", async () => {
    const until = performance.now() + TTL_MS + 2_500;
    while (performance.now() < until) {
      expect(await heartbeat()).toMatchObject({ ok: true, value: { results: [{ id: "pod-1", ok: true }] } });
      await sleep(1_000);
      expect(await everywhere()).toBe(200);
    }
  });

  it("is gone after its lease when they stop, not before, and a late heartbeat says so", async () => {
    const last = performance.now();
    await heartbeat();
    await settles(503);
    // Less what two clocks may differ by.
    expect(performance.now() - last).toBeGreaterThan(TTL_MS - 100);
    expect(await heartbeat()).toMatchObject({ ok: true, value: { results: [{ id: "pod-1", ok: false }] } });
  });

  it("comes back when it registers again, and leaves at once when it deregisters", async () => {
    await register();
    await settles(200);
    expect(await mesh.client.call("DELETE", PATH)).toMatchObject({ ok: true });
    await settles(503);
  });
});
