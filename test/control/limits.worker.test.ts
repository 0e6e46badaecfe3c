// What operators see of limits.
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { api, applied, FIRST_LOAD_MS, tokenFor } from "../support/worker/admin.ts";
import { failingNamespace } from "../support/worker/objects.ts";
import { emptyRegistry } from "../support/worker/registry.ts";

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

it("a policy with sla is taken with a warning, one without has none", async () => {
  const { body } = await api("POST", "/validate", {
    body: policy("with", "shop").replace("limits:", "sla: true, limits:"),
  });
  expect(body.warnings).toMatchObject([{ code: "SLV1022", pointer: "#/0/spec/sla" }]);
  expect((await api("POST", "/validate", { body: policy("plain", "shop") })).body.warnings).toEqual([]);
});
