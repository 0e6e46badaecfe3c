// The client side over real sockets: an application gets credentials, asks for a tier, is let in, held to the tier's
// limit, shut out and let in again; its secret is rotated under traffic.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Credentials, MintedCredentials } from "../../src/model/api/clients.ts";
import { limitListSchema } from "../../src/model/api/limits.ts";
import { startBackend, type Backend } from "../support/backend.ts";
import { startMesh, type CommandResult, type TestMesh } from "../support/mesh.ts";

/** Tells a hang: a revision needs a second or two. */
const PROPAGATION_MS = 60_000;

let mesh: TestMesh;
let backend: Backend;
beforeAll(async () => {
  [mesh, backend] = await Promise.all([startMesh({ edges: 2 }), startBackend("orders")]);
  const applied = await mesh.cli(["apply", "-f", "-", "--wait"], manifest());
  expect(applied.code, applied.stderr).toBe(0);
});
afterAll(async () => {
  await mesh.stop();
  await backend.close();
});

const manifest = (): string => `apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {exposure: public, endpoints: [{url: "${backend.url}"}]}
---
apiVersion: selvage.dev/v1
kind: AuthenticationPolicy
metadata: {name: clients, namespace: shop}
spec: {targetRefs: [{kind: Service, name: orders}], clientCredentials: {required: true}}
---
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: sla, namespace: shop}
spec: {targetRefs: [{kind: Service, name: orders}], sla: true, headers: anypoint}
---
apiVersion: selvage.dev/v1
kind: Tier
metadata: {name: bronze, namespace: shop}
spec: {service: orders, limits: [{name: hourly, requests: 5, window: 1h, mode: strict}]}
---
apiVersion: selvage.dev/v1
kind: Tier
metadata: {name: gold, namespace: shop}
spec: {service: orders, limits: [{name: hourly, requests: 100000, window: 1h, mode: strict}]}
`;

const basic = ({ clientId, clientSecret }: MintedCredentials): string =>
  `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;

async function call(authorization: string | null, edge = 0): Promise<Response> {
  const headers = authorization === null ? {} : { authorization };
  const response = await fetch(`${mesh.urls[edge]}/svc/orders.shop/`, { headers });
  await response.arrayBuffer();
  return response;
}

/** Asks both edges until they answer so. */
async function until(authorization: string, status: number): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    const statuses = await Promise.all(
      [call(authorization, 0), call(authorization, 1)].map(async (one) => (await one).status),
    );
    if (statuses.every((one) => one === status)) {
      return;
    }
    expect(performance.now() - startedAt, `${String(statuses)} instead of ${status}`).toBeLessThan(PROPAGATION_MS);
    await sleep(100);
  }
}

async function ok(...args: string[]): Promise<CommandResult> {
  const result = await mesh.cli(args);
  expect([args, result.code, result.stderr]).toEqual([args, 0, result.stderr]);
  return result;
}
const minted = async (...args: string[]): Promise<MintedCredentials> =>
  JSON.parse((await ok(...args, "-o", "json")).stdout);

describe("an application", () => {
  let mobile: MintedCredentials;

  it("is made with credentials, which are shown once", async () => {
    mobile = await minted("app", "create", "mobile", "-n", "web", "--owner", "mia");
    expect(mobile).toMatchObject({
      clientId: expect.stringMatching(/^slvc_/),
      clientSecret: expect.stringMatching(/^slvs_/),
    });
    const listed = await ok("app", "ls", "-n", "web");
    expect(listed.stdout).toMatch(/mobile +mia/);
    const held = await ok("app", "credentials", "mobile", "-n", "web", "-o", "json");
    expect(held.stdout).not.toContain(mobile.clientSecret);
    expect((JSON.parse(held.stdout) as Credentials).secrets).toHaveLength(1);
    const again = await mesh.cli(["app", "create", "mobile", "-n", "web"]);
    expect([again.code, again.stderr]).toEqual([5, expect.stringContaining("exists and has credentials")]);
  });

  it("is refused while it has no contract, in the words for any bad credentials", async () => {
    await until(basic(mobile), 401);
    const wrong = basic({ ...mobile, clientSecret: `${mobile.clientSecret.slice(0, -1)}x` });
    const [none, bad] = await Promise.all([call(basic(mobile)), call(wrong)]);
    expect([none.status, bad.status]).toEqual([401, 401]);
    expect(none.headers.get("www-authenticate")).toBe(bad.headers.get("www-authenticate"));
    expect((await call(null)).status).toBe(401);
  });

  it("asks for a tier, is let in, and held to the tier's limit by both edges together", async () => {
    const asked = await ok("contract", "request", "web/mobile", "shop/orders", "bronze");
    expect(asked.stdout).toMatch(/^contract\/web\/mobile-orders pending \(revision \d+\)\n$/);
    expect(asked.stderr).toContain("selvage contract approve web/mobile-orders");
    expect((await mesh.cli(["contract", "revoke", "web/mobile-orders"])).code).toBe(5);
    const approved = await ok("contract", "approve", "web/mobile-orders", "--reason", "pilot");
    expect(approved.stdout).toMatch(/^contract\/web\/mobile-orders approved/);
    // What is let in on the way here counts too: five in all, on two edges.
    const startedAt = performance.now();
    const statuses: number[] = [];
    while (statuses.filter((status) => status === 429).length < 4) {
      const answers = await Promise.all([call(basic(mobile), 0), call(basic(mobile), 1)]);
      statuses.push(...answers.map(({ status }) => status));
      expect(performance.now() - startedAt, String(statuses)).toBeLessThan(PROPAGATION_MS);
      await sleep(50);
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(5);
    const refused = await call(basic(mobile));
    expect(refused.headers.get("x-ratelimit-limit")).toBe("5");
    expect(refused.headers.get("selvage-decision")).toContain('policy="Tier/shop/bronze/hourly"');
    const listed = await mesh.client.call("GET", "/limits", { query: { namespace: "shop" } });
    expect(listed.ok && limitListSchema.parse(listed.value).items[0]).toMatchObject({
      kind: "Tier",
      policy: "bronze",
      application: "web/mobile",
      contract: "web/mobile-orders",
      used: 5,
      capacity: 5,
    });
  });

  it("changes to a larger tier, which somebody has to grant", async () => {
    await ok("contract", "request", "web/mobile", "shop/orders", "gold", "--wait");
    // What it has holds until somebody has said yes to more.
    const held = await call(basic(mobile));
    expect([held.status, held.headers.get("x-ratelimit-limit")]).toEqual([429, "5"]);
    expect((await ok("contract", "ls", "-n", "shop")).stdout).toMatch(/gold +pending +yes/);
    await ok("contract", "approve", "web/mobile-orders");
    await until(basic(mobile), 200);
  });

  it("is shut out when the contract is revoked, also by a rollback, and let in when it is restored", async () => {
    const before = await mesh.client.call<{ revision: number }>("GET", "/revisions", { query: { limit: 1 } });
    const revision = before.ok ? before.value.revision : 0;
    await ok("contract", "revoke", "web/mobile-orders", "--reason", "unpaid");
    await until(basic(mobile), 401);
    await ok("rollback", "--to", String(revision), "--wait");
    await until(basic(mobile), 401);
    expect((await ok("contract", "ls", "-n", "shop")).stdout).toMatch(
      /web\/mobile-orders +web\/mobile +shop\/orders +gold +revoked +no/,
    );
    await ok("contract", "restore", "web/mobile-orders");
    await until(basic(mobile), 200);
    expect((await ok("get", "contracts", "-n", "web")).stdout).toMatch(/mobile-orders .*restored +True/);
  });

  it("gets a new secret while the former one still works, until that is revoked", async () => {
    const fresh = await minted("app", "rotate", "mobile", "-n", "web", "--overlap", "1h");
    expect(fresh.clientId).toBe(mobile.clientId);
    await until(basic(fresh), 200);
    await until(basic(mobile), 200);
    await ok("app", "revoke", "mobile", mobile.clientSecret.split("_")[1] ?? "", "-n", "web");
    await until(basic(mobile), 401);
    await until(basic(fresh), 200);
    mobile = fresh;
  });

  it("keeps what was decided when the mesh is killed and started again", async () => {
    await mesh.kill9();
    await mesh.restart();
    await until(basic(mobile), 200);
    await ok("delete", "application", "mobile", "-n", "web");
    await until(basic(mobile), 401);
  });
});
