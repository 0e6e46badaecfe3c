// A chain of failures among services that prove no name: followed by the traces of failed requests that were kept.
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { bucketOf } from "../../../src/decide/signals/histogram.ts";
import { nthObject, shardOf } from "../../../src/decide/signals/objects.ts";
import { otherLabels } from "../../../src/decide/signals/other.ts";
import type { Stats } from "../../../src/model/api/signals.ts";
import { sampleReceipt } from "../../support/documents/receipts.ts";
import { api, applied, FIRST_LOAD_MS, serviceYaml, tokenFor } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

const CHAIN = ["chain/orders", "chain/payments", "bank/charges"] as const;

beforeAll(async () => {
  await emptyRegistry();
  await applied(serviceYaml("orders", "chain") + serviceYaml("payments", "chain") + serviceYaml("charges", "bank"));
  const now = Date.now();
  for (const [seq, service] of CHAIN.entries()) {
    const row = { ...otherLabels(service), caller: "anonymous", decision: "forwarded", policy: "", tries: 30 };
    const counted = { ...row, status: 500, count: 30, sumMs: 300, buckets: [bucketOf(10), 30] };
    const batch = { seq: seq + 1, from: now, to: now, rows: [counted] };
    const name = nthObject(shardOf(service, 4), 0);
    await env.TELEMETRY?.getByName(name).take({ isolate: crypto.randomUUID(), batches: [batch], lost: [] });
  }
  const receipts = Array.from({ length: 5 }, (_, nth) => {
    const traceId = `${nth + 1}`.padStart(32, "0");
    return CHAIN.map((service, depth) =>
      sampleReceipt({
        requestId: crypto.randomUUID(),
        traceId,
        service,
        caller: "anonymous",
        status: 500,
        at: now + depth * 5,
        tookMs: 100 - depth * 20,
      }),
    );
  }).flat();
  for (const namespace of ["chain", "bank"]) {
    const those = receipts.filter(({ service }) => service.startsWith(`${namespace}/`));
    await env.REQUESTS?.getByName(namespace).keep(those, 0);
  }
}, FIRST_LOAD_MS);

const causes = async (token?: string): Promise<Record<string, readonly string[]>> => {
  const { body } = await api("GET", "/stats?window=1m", token === undefined ? {} : { token });
  const { services } = body as unknown as Stats;
  return Object.fromEntries(
    services.map(({ namespace, name, likely }) => [
      `${namespace}/${name}`,
      likely.filter(({ kind }) => kind === "dependency").map(({ title, why }) => `${title}: ${why[0]}`),
    ]),
  );
};

it("names of each service the one that it seems to call and that fails as well, and says that it seems so", async () => {
  const seems = "5 of 5 failed requests seem to have called it, by their trace (5)";
  expect(await causes()).toEqual({
    "chain/orders": [`chain/payments fails: ${seems}`],
    "chain/payments": [`bank/charges fails: ${seems}`],
    "bank/charges": [],
  });
});

it("tells an operator of some namespaces nothing of services in others", async () => {
  const token = await tokenFor("viewer", ["chain"]);
  const found = await causes(token);
  expect(Object.keys(found).toSorted()).toEqual(["chain/orders", "chain/payments"]);
  expect(found["chain/payments"]).toEqual([]);
});
