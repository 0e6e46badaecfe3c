// POST /replay: a change held against requests that were kept.
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { ReplayAnswer } from "../../../src/model/api/replay.ts";
import type { Receipt } from "../../../src/model/message/receipt.ts";
import { receiptDigest } from "../../../src/proxy/exchange/receipt-digest.ts";
import { isolateState } from "../../../src/isolate/state.ts";
import { portsOf } from "../../../src/isolate/ports.ts";
import { api, applied, FIRST_LOAD_MS, serviceYaml, tokenFor } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";
import { sampleReceipt } from "../../support/documents/receipts.ts";

const policy = (kind: string, name: string, spec: string): string =>
  `---\napiVersion: selvage.dev/v1\nkind: ${kind}\nmetadata: {name: ${name}, namespace: shop}\nspec: {targetRefs: [{kind: Service, name: orders}], ${spec}}\n`;
const route = (rules: string): string =>
  `---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: orders, namespace: shop}\nspec: {hostnames: [shop.example], rules: ${rules}}\n`;

let nth = 0;
const kept = (more: Partial<Receipt>): Receipt =>
  sampleReceipt({
    requestId: `k${++nth}`,
    at: Date.now() + nth,
    status: 200,
    stage: "forwarded",
    policy: null,
    code: null,
    keptFor: "sampled",
    path: "/orders",
    ...more,
  });

beforeAll(async () => {
  await emptyRegistry();
  const url = 'exposure: public, endpoints: [{url: "https://o.example"}]';
  await applied(
    serviceYaml("orders", "shop", url) + serviceYaml("next", "shop", url) + route("[{backendRefs: [{name: orders}]}]"),
  );
  const keys = await isolateState().keys.current(portsOf(env), { waitUntil: () => undefined }, Date.now());
  if (keys === null) {
    throw new Error("no keys");
  }
  const tenant = { "header:x-tenant": await receiptDigest(keys.pepper, "gold") };
  await env.REQUESTS?.getByName("shop").keep(
    [
      kept({ clientAddress: "192.0.2.7" }),
      kept({ clientAddress: "192.0.2.7" }),
      kept({ clientAddress: "198.51.100.1", read: tenant }),
      kept({ clientAddress: "198.51.100.1", caller: "spiffe://mesh.local/ns/shop/sa/next" }),
      kept({ caller: "user" }),
    ],
    0,
  );
}, FIRST_LOAD_MS);

async function replay(body: string, token?: string): Promise<ReplayAnswer> {
  const answer = await api("POST", "/replay", { body, ...(token === undefined ? {} : { token }) });
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return JSON.parse(answer.text);
}

describe("POST /replay", () => {
  it("tells nothing of a change that changes nothing for them, and what could not be replayed", async () => {
    const told = await replay(serviceYaml("other"));
    expect(told).toMatchObject({ replayed: 4, skipped: 1, items: [] });
  });

  it("tells who would be denied, by caller, with an example", async () => {
    const told = await replay(
      policy(
        "AuthorizationPolicy",
        "callers",
        `rules: [{from: [{principals: ["spiffe://mesh.local/ns/shop/sa/next"]}]}]`,
      ),
    );
    expect(told.items).toMatchObject([
      {
        kind: "denied",
        caller: "anonymous",
        route: "HTTPRoute/shop/orders/0",
        requests: 3,
        example: { before: { status: null }, after: { status: 403, policy: "AuthorizationPolicy/shop/callers" } },
      },
    ]);
  });

  it("tells who would be limited, as these requests fill the limit", async () => {
    const told = await replay(
      policy("RateLimitPolicy", "few", "limits: [{name: one, requests: 1, burst: 1, window: 1h, key: [ip]}]"),
    );
    expect(told.items.map(({ kind, requests, caller }) => [kind, requests, caller])).toEqual([
      ["limited", 1, "anonymous"],
      ["limited", 1, "spiffe://mesh.local/ns/shop/sa/next"],
    ]);
  });

  it("tells what would go elsewhere, by a header that is known by its digest alone", async () => {
    const told = await replay(
      route(
        "[{matches: [{headers: [{name: x-tenant, value: gold}]}], backendRefs: [{name: next}]}, {backendRefs: [{name: orders}]}]",
      ),
    );
    expect(told.items).toMatchObject([
      {
        kind: "rerouted",
        requests: 1,
        uncertain: 0,
        example: { before: { destination: "shop/orders" }, after: { destination: "shop/next" } },
      },
    ]);
  });

  it("tells of going back what would be gone or as it was, also where that removes a document", async () => {
    const { revision } = (await api("GET", "/revisions")).body;
    const back = async (n: number, token?: string) =>
      api("POST", `/revisions/${n}/replay`, token === undefined ? {} : { token });
    expect((await back(revision)).body).toMatchObject({ revision, replayed: 4, skipped: 1, items: [] });
    await applied(
      policy("AuthorizationPolicy", "none", `action: DENY, rules: [{from: [{ipBlocks: ["192.0.2.0/24"]}]}]`),
    );
    expect((await back(revision)).body).toMatchObject({
      revision: revision + 1,
      items: [{ kind: "allowed", caller: "anonymous", requests: 2, example: { before: { status: 403 } } }],
    });
    expect((await api("GET", "/revisions")).body.revision).toBe(revision + 1);

    expect((await back(revision + 2)).status).toBe(404);
    const [bank, shop] = await Promise.all([tokenFor("viewer", ["bank"]), tokenFor("viewer", ["shop"])]);
    expect((await back(revision, bank)).body).toMatchObject({ status: 403, requiredNamespace: "shop" });
    expect((await back(revision, shop)).body.items).toMatchObject([{ kind: "allowed" }]);
    await api("POST", `/revisions/${revision}/rollback`, { headers: { "if-match": `"${revision + 1}"` } });
  });

  it("writes nothing, refuses what apply would, and holds namespaces", async () => {
    const before = (await api("GET", "/revisions")).body.revision;
    await replay(serviceYaml("other"));
    expect((await api("GET", "/revisions")).body.revision).toBe(before);
    expect((await api("POST", "/replay", { body: "kind: Nothing" })).status).toBe(422);
    const token = await tokenFor("viewer", ["bank"]);
    expect((await api("POST", "/replay", { body: serviceYaml("orders"), token })).status).toBe(403);
    expect(await replay(serviceYaml("vault", "bank"), token)).toMatchObject({ replayed: 0, items: [] });
  });
});
