// Kept requests and traces, as operators read them.
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { api, applied, FIRST_LOAD_MS, serviceYaml, tokenFor } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";
import { sampleReceipt } from "../../support/documents/receipts.ts";

const AT = Date.now();
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const shop = sampleReceipt({ requestId: "at-shop", traceId: TRACE, at: AT });
const bank = sampleReceipt({
  requestId: "at-bank",
  traceId: TRACE,
  at: AT + 5,
  service: "bank/ledger",
  route: "Service/bank/ledger",
  policy: "RateLimitPolicy/shop/per-client/one",
  status: 429,
  parentSpanId: shop.spanId,
  spanId: "cccccccccccccccc",
});
const nowhere = sampleReceipt({
  requestId: "nowhere",
  service: "",
  route: "none",
  policy: null,
  status: 404,
  at: AT - 5,
});

beforeAll(async () => {
  await emptyRegistry();
  await applied(serviceYaml("orders") + serviceYaml("ledger", "bank"));
  await env.REQUESTS?.getByName("shop").keep([shop], 3);
  await env.REQUESTS?.getByName("bank").keep([bank], 0);
  await env.REQUESTS?.getByName("-").keep([nowhere], 0);
}, FIRST_LOAD_MS);

const idsOf = ({ items }: { readonly items: readonly object[] }): unknown[] =>
  items
    .map((one) => Reflect.get(one, "requestId"))
    .filter((id) => ["at-shop", "at-bank", "nowhere"].includes(String(id)));

describe("GET /requests", () => {
  it("lists the newest first, over all namespaces, and what went nowhere", async () => {
    const { body } = await api("GET", "/requests");
    expect(idsOf(body)).toEqual(["at-bank", "at-shop", "nowhere"]);
    expect(idsOf((await api("GET", "/requests?status=500")).body)).toEqual(["at-shop"]);
    expect(idsOf((await api("GET", "/requests?service=bank/ledger")).body)).toEqual(["at-bank"]);
    expect(idsOf((await api("GET", "/requests?service=ledger&namespace=bank")).body)).toEqual(["at-bank"]);
    expect(body).toMatchObject({ dropped: 3 });
  });

  it("shows an operator those of their namespaces, without what others' policies are called", async () => {
    const token = await tokenFor("viewer", ["bank"]);
    const { body } = await api("GET", "/requests", { token });
    expect(body.items).toMatchObject([
      { requestId: "at-bank", policy: "withheld", detail: null, held: { limit: ["bank/everything"] } },
    ]);
    expect((await api("GET", "/requests/at-shop", { token })).status).toBe(404);
    expect((await api("GET", "/requests/nowhere", { token })).status).toBe(404);
    expect((await api("GET", "/requests?namespace=shop", { token })).status).toBe(403);
  });

  it("is one receipt by its id", async () => {
    const { status, body } = await api("GET", "/requests/at-shop");
    expect([status, body]).toMatchObject([
      200,
      { requestId: "at-shop", code: "SLV5006", decision: "forward", revision: 7 },
    ]);
    expect((await api("GET", "/requests/not-there")).body.code).toBe("SLV1005");
  });
});

it.each(["a/b=1+2@x:y", "a//b", "a.b/c-d_e"])(
  "finds a request by the id %s that its caller gave it",
  async (requestId) => {
    const kept = sampleReceipt({ requestId, spanId: requestId.length.toString(16).padStart(16, "d") });
    await env.REQUESTS?.getByName("shop").keep([kept], 0);
    const { status, body } = await api("GET", `/requests/${encodeURIComponent(requestId)}`);
    expect([status, body]).toMatchObject([200, { requestId }]);
  },
);

it("says what is wrong with a path that servers read differently", async () => {
  const { status, body } = await api("GET", "/namespaces/shop%2Fx/service/orders");
  expect([status, body]).toMatchObject([400, { code: "SLV5000", detail: expect.stringContaining("%2F") }]);
});

describe("GET /traces", () => {
  it("puts the requests of a trace together", async () => {
    const { body } = await api("GET", "/traces");
    expect(body.items.find((one) => Reflect.get(one, "traceId") === TRACE)).toMatchObject({
      requests: 2,
      name: "GET /orders",
    });
    const trace = await api("GET", `/traces/${TRACE}`);
    expect(trace.body).toMatchObject({
      traceId: TRACE,
      spans: [
        { spanId: shop.spanId, parentSpanId: null, startMs: 0, isError: true },
        { spanId: "cccccccccccccccc", parentSpanId: shop.spanId, startMs: 5, isError: false },
      ],
    });
  });

  it("is cut to the namespaces of who asks", async () => {
    const token = await tokenFor("viewer", ["bank"]);
    const trace = await api("GET", `/traces/${TRACE}`, { token });
    expect(trace.body).toMatchObject({ spans: [{ spanId: "cccccccccccccccc", events: [] }] });
    expect(trace.text).not.toContain("per-client");
  });
});
