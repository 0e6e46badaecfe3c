// What operators see of limits.
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { SeenRow } from "../../../src/model/message/limit.ts";
import { api, applied, FIRST_LOAD_MS, tokenFor, serviceYaml } from "../../support/worker/admin.ts";
import { failingNamespace } from "../../support/worker/objects.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

const policy = (name: string, namespace: string, more = ""): string =>
  `---\napiVersion: selvage.dev/v1\nkind: RateLimitPolicy\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: {targetRefs: [{kind: Mesh}], limits: [{name: one, requests: 10, window: 1h, mode: strict${more}}]}\n`;
const terms = { algorithm: "gcra" as const, requests: 10, windowMs: 3_600_000, burst: 10 };
async function use(name: string, key: string, times: number): Promise<void> {
  for (let nth = 0; nth < times; nth++) {
    await env.LIMITER.getByName(name).take({ isolate: "a", buckets: [{ limit: "one", key, terms }] });
  }
}

beforeAll(async () => {
  await emptyRegistry();
  await applied(
    policy("busy", "shop") + policy("quiet", "billing") + policy("own", "shop", "").replace("strict", "local"),
  );
  await use("shop/busy", '["192.0.2.1"]', 12);
  await use("billing/quiet", "", 2);
}, FIRST_LOAD_MS);

describe("GET /limits", () => {
  it("shows use by key, nearest to exhaustion first", async () => {
    const { status, body } = await api("GET", "/limits");
    expect([status, body]).toMatchObject([
      200,
      {
        items: [
          { namespace: "shop", policy: "busy", limit: "one", key: ["192.0.2.1"], mode: "strict", used: 10, refused: 2 },
          { namespace: "billing", policy: "quiet", limit: "one", key: [], used: 2, capacity: 10, refused: 0 },
        ],
        coordinators: [
          { policy: "billing/quiet", questions: 0, strict: 2, givenBack: 0 },
          { policy: "shop/busy", questions: 0, strict: 12 },
        ],
        unreachable: [],
      },
    ]);
  });

  it("shows an operator the limits of their namespaces only", async () => {
    const token = await tokenFor("viewer", ["billing"]);
    const { body } = await api("GET", "/limits", { token });
    expect(body.items).toMatchObject([{ policy: "quiet" }]);
    const refused = await api("GET", "/limits?namespace=shop", { token });
    expect([refused.status, refused.body.code]).toEqual([403, "SLV2003"]);
  });

  it("names the policies whose coordinator cannot be reached", async () => {
    const { status, body } = await api("GET", "/limits", { env: { LIMITER: failingNamespace(env.LIMITER) } });
    expect([status, body]).toMatchObject([200, { items: [], unreachable: ["billing/quiet", "shop/busy"] }]);
  });
});

describe("GET /limits/preview", () => {
  const tell = (policy: string, batch: number, rows: readonly SeenRow[]): unknown =>
    env.LIMITER.getByName(policy).sync({ isolate: "b", seq: batch, terms: {}, wants: [], seen: { batch, rows } });
  const row = (agoMs: number, asked: number, refused: number, key = ""): SeenRow => ({
    limit: "one",
    key,
    agoMs,
    asked,
    refused,
  });

  it("replays the demand of the last hour through other numbers", async () => {
    await tell("billing/quiet", 1, [row(120_000, 30, 20, '["192.0.2.1"]'), row(60_000, 4, 0, '["192.0.2.2"]')]);
    const { status, body } = await api("GET", "/limits/preview?policy=billing/quiet&limit=one&requests=6&window=1h");
    expect([status, body]).toMatchObject([
      200,
      {
        items: [
          {
            namespace: "billing",
            policy: "quiet",
            limit: "one",
            mode: "strict",
            numbers: { requests: 6, window: "1h", burst: 6, algorithm: "gcra" },
            current: { requests: 10, window: "1h", burst: 10 },
            asked: 34,
            refused: 20,
            wouldRefuse: 24,
            peakPerSecond: 30,
            unattributed: 0,
            keys: [
              { key: ["192.0.2.1"], asked: 30, refused: 20, wouldRefuse: 24, peakPerSecond: 30 },
              { key: ["192.0.2.2"], asked: 4, wouldRefuse: 0 },
            ],
            moreKeys: 0,
          },
        ],
      },
    ]);
  });

  it("leaves what is not named as it is, and shows as many keys as asked for", async () => {
    const { body } = await api("GET", "/limits/preview?policy=billing/quiet&keys=1");
    expect(body.items).toMatchObject([
      { numbers: { requests: 10, burst: 10 }, wouldRefuse: 20, keys: [{ key: ["192.0.2.1"] }], moreKeys: 1 },
    ]);
    const burst = await api("GET", "/limits/preview?policy=billing/quiet&burst=2");
    expect(burst.body.items).toMatchObject([{ numbers: { requests: 10, burst: 2 }, wouldRefuse: 28 + 2 }]);
  });

  it("knows the limits of tiers as well", async () => {
    const tier = `---\napiVersion: selvage.dev/v1\nkind: Tier\nmetadata: {name: gold, namespace: shop}\nspec: {service: orders, limits: [{name: one, requests: 10, window: 1h}]}\n`;
    await applied(`${tier}---\n${serviceYaml("orders")}`);
    await tell("tier:shop/gold", 1, [row(60_000, 7, 0, '["app"]')]);
    const { body } = await api("GET", "/limits/preview?policy=shop/gold&kind=Tier&requests=5&window=1h");
    expect(body.items).toMatchObject([{ policy: "gold", asked: 7, wouldRefuse: 2, keys: [{ key: ["app"] }] }]);
    expect((await api("GET", "/limits/preview?policy=shop/gold")).status).toBe(404);
  });

  it("says when nothing is known", async () => {
    const { body } = await api("GET", "/limits/preview?policy=shop/own");
    expect(body.items).toMatchObject([{ mode: "local", since: null, asked: 0, keys: [] }]);
  });

  it("refuses what does not exist, what cannot be, and other namespaces", async () => {
    const refusals = [
      ["/limits/preview?policy=shop/nothing", 404, "SLV1005"],
      ["/limits/preview?policy=shop/busy&limit=two", 404, "SLV1005"],
      ["/limits/preview?policy=busy", 400, "SLV1008"],
      ["/limits/preview?policy=shop/busy&window=soon", 400, "SLV1008"],
      ["/limits/preview", 400, "SLV1008"],
    ] as const;
    for (const [path, status, code] of refusals) {
      const refused = await api("GET", path);
      expect([refused.status, refused.body.code], path).toEqual([status, code]);
    }
    const token = await tokenFor("viewer", ["billing"]);
    expect((await api("GET", "/limits/preview?policy=billing/quiet", { token })).status).toBe(200);
    expect((await api("GET", "/limits/preview?policy=shop/busy", { token })).status).toBe(403);
  });
});

it("a policy with sla is taken without a warning", async () => {
  const { body } = await api("POST", "/validate", {
    body: policy("with", "shop").replace("limits:", "sla: true, limits:"),
  });
  expect(body.warnings).toEqual([]);
});

it("shows what each application uses of its tier, and by which contract", async () => {
  const doc = (kind: string, name: string, spec: string): string =>
    `---\n{apiVersion: selvage.dev/v1, kind: ${kind}, metadata: {name: ${name}, namespace: shop}, spec: ${spec}}\n`;
  await applied(
    doc("Service", "tiered", "{exposure: public}") +
      doc("Application", "mobile", "{}") +
      doc("Tier", "gold", "{service: tiered, approval: auto, limits: [{name: l, requests: 5, window: 1h}]}") +
      doc("Contract", "mobile-tiered", "{application: mobile, service: tiered, tier: gold}"),
  );
  const key = JSON.stringify(["spiffe://mesh.local/ns/shop/app/mobile"]);
  const terms = { algorithm: "gcra" as const, requests: 5, windowMs: 3_600_000, burst: 5 };
  await env.LIMITER.getByName("tier:shop/gold").take({ isolate: "i", buckets: [{ limit: "l", key, terms }] });
  const { items } = (await api("GET", "/limits?namespace=shop")).body;
  expect(items).toContainEqual(
    expect.objectContaining({
      kind: "Tier",
      namespace: "shop",
      policy: "gold",
      limit: "l",
      application: "shop/mobile",
      contract: "shop/mobile-tiered",
      used: 1,
      capacity: 5,
    }),
  );
});
