import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { bucketOf } from "../../../src/decide/signals/histogram.ts";
import { shardOf } from "../../../src/decide/signals/objects.ts";
import { otherLabels } from "../../../src/decide/signals/other.ts";
import type { Graph, MeshChange, Report, Stats } from "../../../src/model/api/signals.ts";
import type { SignalRow } from "../../../src/model/message/signals.ts";
import { api, applied, FIRST_LOAD_MS, serviceYaml, tokenFor, type Sent } from "../../support/worker/admin.ts";
import { failingNamespace } from "../../support/worker/objects.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

const WEB = "spiffe://mesh.local/ns/shop/sa/web";

const row = (service: string, more: Partial<SignalRow>, count: number, ms = 10): SignalRow => ({
  ...otherLabels(service),
  version: "v1",
  route: `Service/${service}`,
  endpoint: "one",
  cluster: "eu",
  caller: "anonymous",
  decision: "forwarded",
  policy: "",
  status: 200,
  count,
  sumMs: count * ms,
  tries: count,
  buckets: [bucketOf(ms), count],
  ...more,
});

async function tell(rows: readonly SignalRow[], seq: number): Promise<void> {
  const from = Date.now();
  for (const [shard, those] of Map.groupBy(rows, ({ service }) => shardOf(service, 4))) {
    const batch = { seq, from, to: from, rows: those };
    await env.TELEMETRY?.getByName(`signals-${shard}`).take({ isolate: "test", batches: [batch], lost: [] });
  }
}

const read = async <T>(path: string, sent?: Sent): Promise<T> => {
  const { status, body, text } = await api("GET", path, sent);
  expect(status, text).toBe(200);
  return body as unknown as T;
};

beforeAll(async () => {
  await emptyRegistry();
  await applied(
    serviceYaml("orders", "shop", 'exposure: public, endpoints: [{url: "https://orders.example", version: v1}]') +
      serviceYaml("idle", "shop") +
      serviceYaml("ledger", "bank") +
      `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders, namespace: shop}
spec: {hostnames: [shop.example], rules: [{backendRefs: [{name: orders}]}]}
---
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: web, namespace: shop}
spec: {targetRefs: [{kind: Service, name: orders}], action: ALLOW, rules: [{from: [{principals: ["${WEB}"]}]}]}
`,
  );
  await tell(
    [
      row("shop/orders", { caller: WEB }, 60),
      row("shop/orders", { status: 500, version: "v2", endpoint: "two" }, 40, 20),
      row("bank/ledger", { status: 429, decision: "limit", policy: "RateLimitPolicy/bank/l" }, 5),
      row("", { status: 404, decision: "route", route: "none" }, 3),
    ],
    1,
  );
}, FIRST_LOAD_MS);

describe("GET /stats", () => {
  it("tells golden signals of the mesh and of each service, the worst first", async () => {
    const { window, total, services, nowhere, detail } = await read<Stats>("/stats");
    expect(window).toMatchObject({ seconds: 900, resolutionSeconds: 10, lost: 0, partial: false });
    expect(window.ageSeconds).toBeLessThan(60);
    expect(total).toMatchObject({ requests: 108, errors: 40, limited: 5, clientErrors: 8 });
    expect(services.map(({ namespace, name, state }) => [`${namespace}/${name}`, state])).toEqual([
      ["shop/orders", "failing"],
      ["bank/ledger", "degraded"],
      ["shop/idle", "idle"],
    ]);
    expect(services[0]).toMatchObject({
      reasons: ["40 % of 100 requests failed (40)"],
      signals: { requests: 100, errors: 40, errorPercent: 40, p50Ms: 10, p95Ms: 20, meanMs: 14 },
      versions: [
        { name: "v1", signals: { errors: 0 } },
        { name: "v2", signals: { errorPercent: 100 } },
      ],
      endpoints: { total: 1 },
    });
    expect(services[0]?.since).not.toBeNull();
    expect(services[0]?.likely[0]).toMatchObject({
      kind: "revision",
      score: 8,
      why: [
        "it is about this service (3)",
        "100 % of version v2 fail, 0 % of v1 (3)",
        "it came within a minute of it (2)",
      ],
    });
    expect(services[0]?.series.reduce((sum, { requests }) => sum + requests, 0)).toBe(100);
    expect([nowhere.requests, detail]).toEqual([3, null]);
  });

  it("tells one service in detail", async () => {
    const { services, detail, total } = await read<Stats>("/stats?window=1h&service=orders&namespace=shop");
    expect([services.length, total.requests]).toEqual([1, 100]);
    expect(detail).toMatchObject({
      callers: [{ name: WEB }, { name: "anonymous" }],
      endpoints: [{ name: "one" }, { name: "two" }],
      endings: [
        { status: 200, decision: "forwarded", policy: null, requests: 60 },
        { status: 500, requests: 40 },
      ],
      buckets: [
        { upToMs: 10, requests: 60 },
        { upToMs: 20, requests: 40 },
      ],
    });
  });

  it("shows an operator of one namespace nothing of another, in no number", async () => {
    const token = await tokenFor("viewer", ["bank"]);
    const { total, services, nowhere } = await read<Stats>("/stats", { token });
    expect([total.requests, nowhere.requests]).toEqual([5, 0]);
    expect(services.map(({ name }) => name)).toEqual(["ledger"]);
    expect((await api("GET", "/stats?service=shop/orders", { token })).status).toBe(403);
    expect((await api("GET", "/stats?namespace=shop", { token })).status).toBe(403);
  });

  it("says so when what is counted cannot be read, and refuses nothing for it", async () => {
    const sent = env.TELEMETRY === undefined ? {} : { env: { TELEMETRY: failingNamespace(env.TELEMETRY) } };
    const { window, services } = await read<Stats>("/stats", sent);
    expect(window).toMatchObject({ partial: true, asOf: null, ageSeconds: null });
    expect(services.every(({ state }) => state === "unknown")).toBe(true);
  });

  it("knows no service that is neither written nor counted, and no window that is none", async () => {
    expect((await api("GET", "/stats?service=shop/nobody")).status).toBe(404);
    expect((await api("GET", "/stats?window=1s")).body.code).toBe("SLV1008");
    const bad = await api("GET", "/report?until=yesterday&objective=0");
    expect(bad.body.errors).toMatchObject([
      { pointer: "#/query/until", detail: '"yesterday" is not a time', hint: expect.stringContaining("RFC 3339") },
      { pointer: "#/query/objective", detail: '"0" is out of range', hint: "Use a number that is at least 50." },
    ]);
    expect((await api("GET", "/stats?window=9601h")).status).toBe(400);
  });
});

describe("GET /graph", () => {
  it("shows what documents say and what was seen, in one edge where they are the same", async () => {
    const { nodes, edges } = await read<Graph>("/graph");
    const told = edges.map(({ from, to, declared, signals }) => [from, to, declared, signals?.requests ?? null]);
    expect(told).toEqual([
      ["service:shop/web", "service:shop/orders", ["AuthorizationPolicy/shop/web"], 60],
      ["class:anonymous", "service:shop/orders", [], 40],
      ["class:anonymous", "service:bank/ledger", [], 5],
      ["gateway:selvage-system/selvage", "service:shop/orders", ["HTTPRoute/shop/orders"], null],
    ]);
    expect(nodes.find(({ id }) => id === "service:shop/idle")).toMatchObject({ state: "idle", kind: "service" });
    expect(nodes.find(({ id }) => id === "class:anonymous")).toMatchObject({ state: null, signals: null });
  });

  it("is not empty without any traffic, and holds one namespace's services for its operator", async () => {
    const token = await tokenFor("viewer", ["bank"]);
    const { nodes } = await read<Graph>("/graph?window=10s&until=2020-01-01T00:00:00Z", { token });
    expect(nodes.map(({ id }) => id)).toEqual(["service:bank/ledger"]);
  });
});

describe("GET /report", () => {
  it("tells availability, downtime with causes, budget, transactions and callers", async () => {
    const { items } = await read<Report>("/report?service=shop/orders&window=1h&objective=99");
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      availabilityPercent: 60,
      budget: { objectivePercent: 99, allowed: 1, spent: 40, spentPercent: 4000 },
      downtime: [{ requests: 100, errors: 40, ongoing: true, causes: ["500 answered of endpoint two (v2): 40"] }],
      transactions: [{ name: "Service/shop/orders" }],
    });
    expect(items[0]?.downtime[0]?.changes.map(({ kind, revision }) => [kind, revision])).toContainEqual([
      "revision",
      1,
    ]);
  });

  it("is text or CSV for who asks for that", async () => {
    const text = await api("GET", "/report?service=shop/orders", { headers: { accept: "text/plain" } });
    expect(text.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(text.text).toContain("availability  60 % (objective 99.9 %: 0 errors allowed, 40 made, none to spend)");
    const csv = await api("GET", "/report?format=csv");
    expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const least = await api("GET", "/report", { headers: { accept: "text/csv;q=0, text/plain;q=0.1, */*;q=0.5" } });
    expect(least.headers.get("content-type")).toMatch(/^application\/json/);
    const lines = csv.text.trimEnd().split("\r\n");
    expect(new Set(lines.map((line) => line.split(",").length))).toEqual(new Set([18]));
    expect(lines).toContainEqual(expect.stringMatching(/^shop,orders,service,shop\/orders,100,/));
  });
});

it("counts all of a service's downtime, and tells the last of it", async () => {
  await applied(serviceYaml("shaky", "often"));
  const object = env.TELEMETRY?.getByName(`signals-${shardOf("often/shaky", 4)}`);
  const start = Math.floor(Date.now() / 10_000) * 10_000 - 300_000;
  const batches = Array.from({ length: 24 }, (_, nth) => {
    const at = start + nth * 10_000;
    return { seq: nth + 1, from: at, to: at, rows: [row("often/shaky", { status: nth % 2 === 0 ? 500 : 200 }, 30)] };
  });
  await object?.take({ isolate: "shaky", batches, lost: [] });
  const { items } = await read<Report>("/report?service=often/shaky&window=10m");
  expect(items[0]).toMatchObject({ downTimes: 12, downSeconds: 120 });
  expect(items[0]?.downtime).toHaveLength(10);
});

describe("GET /changes", () => {
  it("tells each service what of a revision is about it", async () => {
    const { items } = await read<{ items: readonly MeshChange[] }>("/changes?service=shop/orders");
    expect(items).toMatchObject([
      {
        kind: "revision",
        service: "shop/orders",
        actor: "bootstrap",
        revision: 1,
        title:
          "revision 1: create AuthorizationPolicy/shop/web, create HTTPRoute/shop/orders, create Service/shop/orders",
      },
    ]);
  });

  it("tells what operators did beside revisions, and nothing of other namespaces", async () => {
    await api("POST", "/keys/rotate");
    const all = await read<{ items: readonly MeshChange[] }>("/changes");
    expect(all.items.map(({ kind }) => kind)).toContain("key");
    const token = await tokenFor("viewer", ["bank"]);
    const own = await read<{ items: readonly MeshChange[] }>("/changes", { token });
    expect(own.items.map(({ service }) => service)).toEqual(["bank/ledger"]);
  });
});

describe("what is another namespace's", () => {
  it("names no document of another namespace that names the service, and says that there is one", async () => {
    await api("POST", "/apply?reason=private", {
      headers: { "content-type": "application/yaml" },
      body: `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: hidden-caller, namespace: infra}
spec: {parentRefs: [{group: selvage.dev, kind: Service, name: ledger, namespace: bank}], rules: [{backendRefs: [{group: selvage.dev, kind: Service, name: ledger, namespace: bank}]}]}`,
    });
    const path = "/changes?service=bank/ledger";
    const whole = await api("GET", path);
    expect(whole.text).toMatch(/hidden-caller.*private/);
    const { text } = await api("GET", path, { token: await tokenFor("viewer", ["bank"]) });
    expect(text).toContain("documents of other namespaces that name it");
    expect(text).not.toMatch(/hidden-caller|private|infra/);
  });
});

describe("policies and routes of other namespaces that had a say", () => {
  const hidden = { policy: "RateLimitPolicy/infra/secret/one", route: "HTTPRoute/infra/hidden/0" };

  it.each([
    "/stats?service=held/back",
    "/stats",
    "/report?service=held/back",
    "/report?format=text",
    "/report?format=csv",
    "/graph",
    "/changes",
  ])("are not named to the service's own operator in %s", async (path) => {
    await applied(serviceYaml("back", "held") + serviceYaml("hidden", "infra"));
    await tell([row("held/back", { status: 429, decision: "limit", ...hidden }, 30)], 2);
    const token = await tokenFor("viewer", ["held"]);
    const told = await api("GET", path, { token });
    expect([told.status, told.text.includes("held")]).toEqual([200, true]);
    expect(told.text).not.toMatch(/infra|secret/);
    const whole = await api("GET", "/report?service=held/back");
    expect(whole.text).toContain(hidden.policy);
  });
});
