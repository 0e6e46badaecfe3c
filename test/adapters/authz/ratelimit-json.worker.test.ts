import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { problemOf, serviceYaml, testMesh } from "../../support/worker/test-mesh.ts";

const limits = (list: string): string => `
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: envoy, namespace: shop}
spec:
  targetRefs: [{kind: Service, name: orders}]
  limits: ${list}
---
`;

const URL = "http://mesh.example/_selvage/ratelimit/json";
const TWO_A_MINUTE = '{name: per-tenant, requests: 2, window: 1m, mode: local, key: ["header:x-tenant"]}';

function mesh(list: string, more: Readonly<Record<string, unknown>> = {}) {
  const { ask, settle } = testMesh(serviceYaml("orders") + limits(list), {
    env: { ...env, LOCAL_MESH: "true", ...more },
  });
  return {
    settle,
    ask: (body: unknown, method = "POST") =>
      ask(
        URL,
        method === "POST" ? { method, body: typeof body === "string" ? body : JSON.stringify(body) } : { method },
      ),
  };
}

const tenant = (value: string) => ({ entries: [{ key: "x-tenant", value }] });

describe("rate limits for Envoy", () => {
  it("answers 200 and what is left, then 429, in the order of the descriptors", async () => {
    const { ask } = mesh(`[${TWO_A_MINUTE}]`);
    const question = { domain: "orders.shop", descriptors: [tenant("a"), tenant("b")] };
    const first = await ask(question);
    expect(first.status).toBe(200);
    expect(await first.json()).toEqual({
      overallCode: "OK",
      statuses: [
        {
          code: "OK",
          currentLimit: { name: "per-tenant", requestsPerUnit: 2, unit: "MINUTE" },
          limitRemaining: 1,
          durationUntilReset: "30s",
        },
        {
          code: "OK",
          currentLimit: { name: "per-tenant", requestsPerUnit: 2, unit: "MINUTE" },
          limitRemaining: 1,
          durationUntilReset: "30s",
        },
      ],
    });
    await ask({ domain: "orders.shop", descriptors: [tenant("a")] });
    const over = await ask(question);
    expect(over.status).toBe(429);
    expect(over.headers.get("retry-after")).toBe("30");
    expect(await over.json()).toMatchObject({
      overallCode: "OVER_LIMIT",
      statuses: [{ code: "OVER_LIMIT", limitRemaining: 0 }, { code: "OK" }],
    });
  });

  it("says OK, without a limit, to a descriptor that none holds for", async () => {
    const answer = await mesh(`[${TWO_A_MINUTE}]`).ask({
      domain: "shop/orders",
      descriptors: [{ entries: [{ key: "colour", value: "red" }] }],
    });
    expect(await answer.json()).toEqual({ overallCode: "OK", statuses: [{ code: "OK" }] });
  });

  it("takes hits_addend at once, or nothing of it", async () => {
    const { ask } = mesh("[{name: ten, requests: 10, window: 1m, mode: local, key: []}]");
    const draw = async (hits: unknown): Promise<unknown> => {
      const answer = await ask({ domain: "orders.shop", hits_addend: hits, descriptors: [tenant("a")] });
      const { statuses } = await answer.json<{ statuses: { limitRemaining: number }[] }>();
      return [answer.status, statuses[0]?.limitRemaining];
    };
    expect(await draw(8)).toEqual([200, 2]);
    expect(await draw(3)).toEqual([429, 0]);
    expect(await draw("2")).toEqual([200, 0]);
    expect(await draw(0)).toEqual([429, 0]);
  });

  it("counts in the coordinator what the policy leases from it", async () => {
    const { ask, settle } = mesh('[{name: strict, requests: 1, window: 1h, mode: strict, key: ["header:x-tenant"]}]');
    const question = { domain: "orders.shop", descriptors: [tenant("c")] };
    expect((await ask(question)).status).toBe(200);
    expect((await ask(question)).status).toBe(429);
    await settle();
  });

  it("reports a limit in shadow as OK", async () => {
    const { ask } = mesh("[{name: s, requests: 1, window: 1m, mode: local, key: [], shadow: true}]");
    const question = { domain: "orders.shop", descriptors: [tenant("a")] };
    await ask(question);
    const second = await ask(question);
    expect(second.status).toBe(200);
  });

  it.each([
    ["{", "The body is not JSON"],
    [{ descriptors: [tenant("a")] }, "domain is missing"],
    [{ domain: "Not A Service", descriptors: [tenant("a")] }, "is not a service"],
    [{ domain: "orders.shop", descriptors: [] }, "descriptors is missing or empty"],
    [{ domain: "orders.shop", descriptors: [{ entries: [] }] }, "descriptors[0] has no entries"],
    [{ domain: "orders.shop", descriptors: [{ entries: [{ key: "", value: "x" }] }] }, "key or value is not text"],
    [{ domain: "orders.shop", descriptors: [tenant("a")], hits_addend: -1 }, "hits_addend"],
    [{ domain: "orders.shop", descriptors: Array.from({ length: 65 }, () => tenant("a")) }, "more than 64"],
  ])("refuses %j", async (body, why) => {
    const answer = await mesh(`[${TWO_A_MINUTE}]`).ask(body);
    expect(answer.status).toBe(400);
    expect((await problemOf(answer)).detail).toContain(why);
  });

  it("reads no more of a question than it may hold", async () => {
    const answer = await mesh(`[${TWO_A_MINUTE}]`).ask(`{"domain": "${"x".repeat(70_000)}"}`);
    expect(answer.status).toBe(413);
    expect((await problemOf(answer)).detail).toContain("larger than 65536 bytes");
  });

  it("takes no other method", async () => {
    const answer = await mesh(`[${TWO_A_MINUTE}]`).ask(null, "GET");
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("POST");
  });

  it("asks for the adapter token outside a local mesh", async () => {
    const { ask } = mesh(`[${TWO_A_MINUTE}]`, { LOCAL_MESH: "false" });
    expect((await ask({ domain: "orders.shop", descriptors: [tenant("a")] })).status).toBe(403);
  });
});
