// Health as operators see it: what probers told the mesh object, in the catalog, in lists of endpoints and beside
// breakers.
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import type { HealthRow } from "../../../src/model/message/health.ts";
import { failingNamespace } from "../../support/worker/objects.ts";
import { api, applied, ask, FIRST_LOAD_MS } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";
import { writtenId } from "../../support/written-id.ts";

const service = (name: string): string => `---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec:
  healthCheck: {}
  endpoints: [{url: "http://a.example"}, {url: "http://b.example"}, {url: "http://c.example"}]
`;
const ids = {
  a: writtenId("shop/orders", "http://a.example"),
  b: writtenId("shop/orders", "http://b.example"),
  c: writtenId("shop/orders", "http://c.example"),
};
const since = Date.UTC(2026, 0, 1);
const row = (endpoint: string, more: Partial<HealthRow>): HealthRow => ({
  endpoint,
  state: "healthy",
  since,
  checkedAt: since + 1000,
  cause: null,
  leftOut: false,
  ...more,
});

beforeAll(async () => {
  await emptyRegistry();
  await ask("GET", "/_selvage/healthz");
  await applied(service("orders") + service("quiet"));
  await env.MESH.getByName("mesh").tellHealth("shop/orders", [
    row(ids.a, {}),
    row(ids.b, { state: "unhealthy", cause: "It answered 503.", leftOut: true }),
    row(ids.c, { state: "unknown", checkedAt: null }),
  ]);
}, FIRST_LOAD_MS);

const health = (endpoints: unknown): unknown[] =>
  Array.isArray(endpoints) ? endpoints.map((one: { readonly health: unknown }) => one.health) : [];

it("the catalog shows it; who is not probed is unknown", async () => {
  const { items } = (await api("GET", "/catalog?namespace=shop")).body;
  expect(items.map((one) => [one["name"], health(one["endpoints"])])).toEqual([
    ["orders", ["healthy", "unhealthy", "unknown"]],
    ["quiet", ["unknown", "unknown", "unknown"]],
  ]);
});

it("a service's endpoints show it, and that somebody drains one comes first", async () => {
  const path = "/namespaces/shop/services/orders/endpoints";
  expect(health((await api("GET", path)).body.items)).toEqual(["healthy", "unhealthy", "unknown"]);
  await api("PUT", `${path}/pod`, { body: { url: "http://pod.example" } });
  await api("POST", `${path}/pod/drain`);
  const rows = [row("pod", { state: "unhealthy" })];
  await env.MESH.getByName("mesh").tellHealth("shop/orders", rows);
  expect(health((await api("GET", path)).body.items)).toEqual(["unknown", "unknown", "unknown", "draining"]);
});

it("breakers show it with times and cause, and no object of a service is made for it", async () => {
  const rows = [row(ids.b, { state: "unhealthy", cause: "It answered 503.", leftOut: true })];
  await env.MESH.getByName("mesh").tellHealth("shop/orders", rows);
  const { body } = await api("GET", "/breakers", { env: { BREAKER: failingNamespace(env.BREAKER) } });
  expect(body.items).toEqual([
    {
      namespace: "shop",
      service: "orders",
      known: true,
      forced: [],
      breakers: [],
      concurrency: [],
      retryAllowances: [],
      health: [
        {
          endpoint: ids.b,
          state: "unhealthy",
          since: "2026-01-01T00:00:00.000Z",
          checkedAt: "2026-01-01T00:00:01.000Z",
          cause: "It answered 503.",
          leftOut: true,
        },
      ],
    },
  ]);
});

it("without the mesh object everything is unknown, and the catalog answers", async () => {
  const { status, body } = await api("GET", "/catalog?namespace=shop", { env: { MESH: failingNamespace(env.MESH) } });
  expect(status).toBe(200);
  expect(health(body.items[0]?.["endpoints"]).slice(0, 3)).toEqual(["unknown", "unknown", "unknown"]);
});
