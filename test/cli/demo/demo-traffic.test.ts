// The demo's clients: who asks, how much, and that a mesh which hangs is not asked more and more.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { clients, seededRandom, startTraffic } from "../../../src/cli/demo/demo-traffic.ts";
import { DemoMesh } from "../../support/demo-mesh.ts";

vi.setConfig({ testTimeout: 30_000 });

describe("traffic", () => {
  it("comes from four clients, each with its own user agent", async () => {
    const mesh = await new DemoMesh().start();
    const traffic = startTraffic(mesh.url, 1);
    const agents = (): unknown[] =>
      [...mesh.passed.map(({ headers }) => headers), ...mesh.missed].map((one) => one["user-agent"]);
    await vi.waitFor(() => expect(new Set(agents()).size).toBe(4), 15_000);
    traffic.stop();
    expect(agents().toSorted()).toEqual(expect.arrayContaining(clients.map(({ userAgent }) => userAgent)));
    expect(new Set(mesh.missed.map(({ host }) => host?.split(":")[0]))).toEqual(new Set(["bookstore.localhost"]));
    await mesh.stop();
  });

  it("waits for a mesh that hangs instead of asking more and more", async () => {
    const mesh = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(mesh, "listening");
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const traffic = startTraffic(`http://127.0.0.1:${(mesh.address() as AddressInfo).port}`, 1);
    await vi.advanceTimersByTimeAsync(4_000);
    const { sent } = traffic.counts;
    await vi.advanceTimersByTimeAsync(600_000);
    vi.useRealTimers();
    // Each client stops at eight calls under way; the partner's come six at once.
    expect([sent > 8, traffic.counts.sent]).toEqual([true, 8 + 8 + 12 + 8]);
    traffic.stop();
    mesh.closeAllConnections();
    mesh.close();
  });

  it("sends nothing at speed 0", () => {
    const traffic = startTraffic("http://127.0.0.1:9", 0);
    expect(traffic.counts.sent).toBe(0);
    traffic.stop();
  });

  it("asks the same in every run, and now and then for what is not there", () => {
    const asked = (): string[][] =>
      clients.map((client, index) => {
        const random = seededRandom(index);
        return Array.from({ length: 50 }, (_, turn) => client.calls(random, turn).map(({ path }) => path)).flat();
      });
    const [web, ios, partner, crawler] = asked();
    expect(asked()).toEqual([web, ios, partner, crawler]);
    expect(new Set(web).size).toBe(10);
    expect(new Set(ios).size).toBeGreaterThan(10);
    expect(new Set(partner).size).toBe(6);
    expect(crawler).toContain("/svc/storefront/books/out-of-print");
  });
});
