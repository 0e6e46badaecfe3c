// Operators' view of breakers, and their hand on them.
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { failingNamespace } from "../../support/worker/objects.ts";
import { api, applied, ask, FIRST_LOAD_MS, serviceYaml, tokenFor } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

const guard = `---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: guard, namespace: shop}
spec: {targetRefs: [{kind: Service, name: orders}], circuitBreaker: {}}
`;

beforeAll(async () => {
  await emptyRegistry();
  await ask("GET", "/_selvage/healthz");
  await applied(serviceYaml("orders") + serviceYaml("plain") + guard);
}, FIRST_LOAD_MS);

it("lists only services that a policy guards", async () => {
  expect((await api("GET", "/breakers")).body.items).toEqual([
    {
      namespace: "shop",
      service: "orders",
      known: true,
      forced: [],
      breakers: [],
      health: [],
      concurrency: [],
      retryAllowances: [],
    },
  ]);
  expect((await api("GET", "/breakers?service=plain")).body.items).toEqual([]);
});

it("shows the slots of a service that a policy only caps, and what is left of its retries", async () => {
  const cap = `---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: cap, namespace: shop}
spec: {targetRefs: [{kind: Service, name: busy}], concurrency: {max: 20, queue: 5}}
`;
  await applied(serviceYaml("busy") + cap);
  const listed = async () => (await api("GET", "/breakers?service=busy")).body.items;
  expect(await listed()).toMatchObject([{ service: "busy", concurrency: [], retryAllowances: [] }]);
  const terms = { max: 20, queue: 5, adaptive: null, priority: null };
  const slots = { terms, have: 8, demand: 8, inFlight: 7, places: 2, waiting: 2, answered: 0, answeredMs: 0 };
  const retries = { terms: { percent: 20, minPerSecond: 10 }, wanted: 4 };
  const said = { policy: "shop/cap", breaker: null, outlier: null, probeMs: 1000, slots, retries };
  const nothing = { endpoints: [], outcomes: [], settled: [], probeWant: [] };
  await env.BREAKER.getByName("shop/busy").sync({ isolate: "i1", seq: 1, policies: [{ ...said, ...nothing }] });
  const lent: unknown = expect.any(Number);
  expect(await listed()).toMatchObject([
    {
      concurrency: [{ policy: "shop/cap", max: 20, limit: 20, inUse: 7, lent, queue: 5, waiting: 2, isolates: 1 }],
      retryAllowances: [{ policy: "shop/cap", perSecond: 10, left: expect.any(Number) as unknown }],
    },
  ]);
});

it("forces a version open and shows it, with a row in the audit", async () => {
  const body = { state: "open", ttl: "30m", reason: "database restore", version: "v2" };
  const token = await tokenFor("operator", ["shop"]);
  const forced = await api("POST", "/breakers/shop/orders/force", { body, token });
  expect([forced.status, forced.body]).toMatchObject([
    200,
    { service: "orders", forced: [{ version: "v2", state: "open", reason: "database restore" }] },
  ]);
  const [row] = (await api("GET", "/audit?limit=1")).body.items;
  expect(row).toMatchObject({ action: "forceBreaker", target: "Service/shop/orders", reason: "database restore" });
  const undone = await api("POST", "/breakers/shop/orders/force", { body: { ...body, state: "auto" } });
  expect(undone.body).toMatchObject({ forced: [] });
});

it.each([
  ["/breakers/shop/nobody/force", {}, 404, "SLV1005", "There is no service shop/nobody."],
  [
    "/breakers/shop/plain/force",
    {},
    409,
    "SLV3009",
    "No TrafficPolicy with circuitBreaker or outlierDetection covers the service shop/plain, so nothing would obey.",
  ],
  ["/breakers/shop/orders/force", { ttl: "25h" }, 422, "SLV1003", expect.any(String)],
  ["/breakers/shop/orders/force", { reason: "" }, 422, "SLV1003", expect.any(String)],
])("POST %s with %j is refused", async (path, more, status, code, detail) => {
  const { status: answered, body } = await api("POST", path, { body: { state: "open", reason: "drill", ...more } });
  expect([answered, body]).toMatchObject([status, { code, detail }]);
});

it("says which coordinator cannot be reached, and that nothing was forced", async () => {
  const broken = { BREAKER: failingNamespace(env.BREAKER) };
  const listed = await api("GET", "/breakers?service=orders", { env: broken });
  expect(listed.body.items).toMatchObject([{ service: "orders", known: false }]);
  const body = { state: "open", reason: "drill" };
  const { status, body: answer } = await api("POST", "/breakers/shop/orders/force", { body, env: broken });
  expect([status, answer]).toMatchObject([
    503,
    { code: "SLV9001", detail: "The coordinator of the service shop/orders cannot be reached." },
  ]);
});
