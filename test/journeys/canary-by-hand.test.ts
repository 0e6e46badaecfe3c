// A canary without a controller: 90/10, then 0/100, then back, with traffic that never stops. Every answer is counted:
// within two seconds after the command returned, none may come from the version that was taken out.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBackend, type Backend } from "../support/backend.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

let mesh: TestMesh;
let v1: Backend;
let v2: Backend;
beforeAll(async () => {
  [mesh, v1, v2] = await Promise.all([startMesh({ edges: 2 }), startBackend("v1"), startBackend("v2")]);
});
afterAll(async () => {
  await mesh.stop();
  await Promise.all([v1.close(), v2.close()]);
});

const documents = (stable: number, canary: number): string => `apiVersion: selvage.dev/v1
kind: Service
metadata: { name: orders, namespace: shop }
spec:
  exposure: public
  endpoints:
    - { url: "${v1.url}", version: v1 }
    - { url: "${v2.url}", version: v2 }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: orders, namespace: shop }
spec:
  rules:
    - matches: [{ path: { type: Exact, value: /cart } }]
      backendRefs:
        - { name: orders, port: 80, version: v1, weight: ${stable} }
        - { name: orders, port: 80, version: v2, weight: ${canary} }
`;

interface Seen {
  readonly at: number;
  readonly status: number;
  readonly version: string;
}

/** Eight callers that ask both edges in turn until they are stopped. */
function callers(): { readonly seen: Seen[]; stop(): Promise<void> } {
  const seen: Seen[] = [];
  const ending = new AbortController();
  const call = async (index: number): Promise<void> => {
    while (!ending.signal.aborted) {
      const url = mesh.urls[index % mesh.urls.length] ?? mesh.url;
      const response = await fetch(`${url}/cart`);
      seen.push({ at: performance.now(), status: response.status, version: await response.text() });
      await sleep(5);
    }
  };
  const running = Array.from({ length: 8 }, (_, index) => call(index));
  return {
    seen,
    stop: async () => {
      ending.abort();
      await Promise.all(running);
    },
  };
}

/** Applies, waits for the promise's two seconds, and answers the first 300 that came later. */
async function shift(args: readonly string[], input: string, seen: readonly Seen[]): Promise<readonly Seen[]> {
  const { code, stderr } = await mesh.cli(args, input);
  expect([code, stderr]).toEqual([0, ""]);
  const promised = performance.now() + 2_000;
  const later = (): readonly Seen[] => seen.filter(({ at }) => at > promised);
  while (later().length < 300) {
    await sleep(50);
  }
  return later();
}

const share = (seen: readonly Seen[], version: string): number =>
  seen.filter((one) => one.version === version).length / seen.length;

describe("a canary by hand", () => {
  it("moves all traffic within two seconds, back as well, and drops no request", async () => {
    expect((await mesh.cli(["apply", "-f", "-"], documents(90, 10))).code).toBe(0);
    for (const url of mesh.urls) {
      await expect.poll(async () => (await fetch(`${url}/cart`)).status, { timeout: 10_000 }).toBe(200);
    }
    const traffic = callers();
    const split = await shift(["apply", "-f", "-"], documents(90, 10), traffic.seen);
    expect(share(split, "v2")).toBeGreaterThan(0.02);
    expect(share(split, "v2")).toBeLessThan(0.25);

    const moved = await shift(["apply", "-f", "-", "--reason", "v2 looks good"], documents(0, 100), traffic.seen);
    expect(share(moved, "v2")).toBe(1);

    const before = await mesh.cli(["history", "-o", "name"]);
    expect(before.stdout).toBe("2\n1\n");
    const back = await shift(["rollback", "--to", "1"], "", traffic.seen);
    expect(share(back, "v1")).toBeGreaterThan(0.75);

    await traffic.stop();
    expect(traffic.seen.filter(({ status }) => status !== 200)).toEqual([]);
  });

  it("leaves an audit chain that verifies, with the reason in the history", async () => {
    const history = await mesh.cli(["history"]);
    expect(history.stdout).toMatch(/^2 +\d+s +bootstrap +apply +~1 +v2 looks good$/m);
    const verified = await mesh.client.call<{ ok: boolean; length: number }>("GET", "/audit/verify");
    expect(verified).toMatchObject({ ok: true, value: { ok: true } });
    expect(verified.ok && verified.value.length).toBeGreaterThanOrEqual(3);
  });
});
