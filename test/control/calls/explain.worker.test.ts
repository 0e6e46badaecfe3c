// POST /explain over the whole Worker: what operators see, and what those who are limited to namespaces do not.
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { ExplainAnswer } from "../../../src/model/api/explain.ts";
import { api, applied, FIRST_LOAD_MS, tokenFor } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

const documents = `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {exposure: mesh, endpoints: [{url: "https://orders.example.com", version: v1}, {url: "https://orders2.example.com", version: v2}]}
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: ledger, namespace: bank}
spec: {exposure: public, endpoints: [{url: "https://ledger.example.com"}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders, namespace: shop}
spec:
  hostnames: [shop.example.com]
  rules:
    - {name: refund, matches: [{path: {type: PathPrefix, value: /pay/refund}, method: POST}], backendRefs: [{name: orders, version: v1}]}
    - {name: pay, matches: [{path: {type: PathPrefix, value: /pay}}], backendRefs: [{name: orders, version: v1, weight: 90}, {name: orders, version: v2, weight: 10}]}
    - {name: old, matches: [{path: {type: Exact, value: /old}}], filters: [{type: RequestRedirect, requestRedirect: {hostname: new.example.com, statusCode: 301}}]}
---
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: callers, namespace: shop}
spec:
  targetRefs: [{kind: Service, name: orders}]
  rules: [{to: [{methods: [PUT]}]}, {from: [{principals: ["spiffe://mesh.local/ns/shop/sa/orders"]}]}]
---
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: watch, namespace: shop}
spec: {targetRefs: [{kind: Service, name: orders}], action: AUDIT, rules: [{to: [{methods: [GET]}]}]}
---
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: per-client, namespace: shop}
spec:
  targetRefs: [{kind: Service, name: orders}]
  limits:
    - {name: steady, requests: 3, burst: 3, window: 1h, key: [], mode: strict}
    - {name: trial, requests: 1, burst: 1, window: 1h, key: [], mode: strict, shadow: true}
---
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: everything, namespace: bank}
spec: {targetRefs: [{kind: Mesh}], limits: [{name: wide, requests: 1000, burst: 2, window: 1h, key: [], mode: leased}]}
---
apiVersion: selvage.dev/v1
kind: AuthenticationPolicy
metadata: {name: users, namespace: bank}
spec:
  targetRefs: [{kind: Service, name: ledger}]
  jwt: {providers: [{name: idp, issuer: "https://id.example.com/", audiences: [ledger], jwksUri: "https://id.example.com/jwks.json", algorithms: [RS256]}]}
`;
const ORDERS = "spiffe://mesh.local/ns/shop/sa/orders";
const terms = { algorithm: "gcra" as const, requests: 3, windowMs: 3_600_000, burst: 3 };

let [first, revision] = [0, 0];
beforeAll(async () => {
  await emptyRegistry();
  const [before, last = ""] = documents.split(/(?=---\n.*\nkind: AuthenticationPolicy)/);
  first = (await applied(before ?? "")).body.revision;
  revision = (await applied(last)).body.revision;
}, FIRST_LOAD_MS);

async function explain(body: object, token?: string): Promise<ExplainAnswer> {
  const answer = await api("POST", "/explain", { body, ...(token === undefined ? {} : { token }) });
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return JSON.parse(answer.text);
}

const stage = (told: ExplainAnswer, name: string) => told.decisions.filter((one) => one.stage === name);
const pay = { method: "GET", url: "https://shop.example.com/pay/refund", clientIp: "192.0.2.7" };

describe("POST /explain", () => {
  it("tells each decision in order, with the place of the setting, and who could answer", async () => {
    const told = await explain({ ...pay, as: ORDERS });
    expect(told.decisions.map(({ stage: name, outcome }) => `${name} ${outcome}`)).toEqual([
      "admit passed",
      "identify passed",
      "route passed",
      "authenticate passed",
      "authorize noted",
      "authorize passed",
      "limit passed",
      "limit passed",
      "limit passed",
      "forward passed",
    ]);
    expect(stage(told, "route")).toMatchObject([
      { document: { kind: "HTTPRoute", namespace: "shop", name: "orders", pointer: "/spec/rules/1" } },
    ]);
    expect(stage(told, "authorize")).toMatchObject([
      { document: { name: "watch", pointer: "/spec/rules/0" } },
      { document: { name: "callers", pointer: "/spec/rules/1" } },
    ]);
    expect(told).toMatchObject({
      revision,
      caller: { workload: ORDERS, imagined: true },
      destination: { namespace: "shop", service: "orders", version: "v1" },
      answer: { from: "service", status: null },
    });
    expect(told.endpoints.map(({ address, eligible, why }) => [address, eligible, why])).toEqual([
      ["https://orders.example.com", true, null],
      ["https://orders2.example.com", false, "it is of version v2, and v1 is asked for"],
    ]);
  });

  it("names the rules that were not taken, and why", async () => {
    const told = await explain({ ...pay, as: ORDERS });
    const [route] = stage(told, "route");
    expect(route?.alternatives).toMatchObject([
      { document: null, why: "10 % of the requests go to shop/orders v2" },
      { document: { name: "orders", pointer: "/spec/rules/0" }, why: "its method is POST" },
      { document: { name: "orders", pointer: "/spec/rules/2" }, why: "its path is exactly /old" },
    ]);
    const refund = await explain({ ...pay, method: "POST", as: ORDERS });
    expect(stage(refund, "route")[0]?.alternatives.map(({ why }) => why)).toContain(
      "it matches, but the path /pay/refund is longer than /pay",
    );
  });

  it("answers what the caller would get: a refusal with its problem, a redirect with its place", async () => {
    const refused = await explain({ url: "https://m.example/svc/orders.shop/", clientIp: "192.0.2.7" });
    expect(refused.answer).toMatchObject({ from: "mesh", status: 401, problem: { code: "SLV2101" } });
    expect(refused.decisions.at(-1)).toMatchObject({ stage: "authenticate", outcome: "refused" });
    const moved = await explain({ ...pay, url: "https://shop.example.com/old" });
    expect(moved.answer).toMatchObject({ status: 301, headers: { location: "https://new.example.com/old" } });
  });

  it("looks at limits and counts nothing; a shadow limit is seen", async () => {
    const limiter = env.LIMITER.getByName("shop/per-client");
    const bucket = (limit: string) => ({
      limit,
      key: "",
      terms: limit === "steady" ? terms : { ...terms, requests: 1, burst: 1 },
    });
    await limiter.take({ isolate: "a", buckets: [bucket("steady")] });
    await limiter.take({ isolate: "a", buckets: [bucket("trial")] });
    for (let nth = 0; nth < 4; nth++) {
      const told = await explain({ ...pay, as: ORDERS });
      expect(stage(told, "limit").map(({ outcome, detail }) => [outcome, detail])).toEqual([
        ["passed", "1000 requests in 3600 s, 2 at once: room for 2 before this request"],
        ["passed", "3 requests in 3600 s, 3 at once: room for 2 before this request"],
        ["noted", "1 requests in 3600 s, 1 at once: no room, and shadow: true refuses nobody"],
      ]);
    }
    await limiter.take({ isolate: "a", buckets: [bucket("steady")] });
    await limiter.take({ isolate: "a", buckets: [bucket("steady")] });
    const full = await explain({ ...pay, as: ORDERS });
    expect(full.decisions.at(-1)).toMatchObject({ outcome: "refused", document: { pointer: "/spec/limits/0" } });
    expect(full.answer).toMatchObject({ status: 429, problem: { code: "SLV4001" } });
  });

  it("says which keys a real request would have fetched", async () => {
    const jws = `${btoa('{"alg":"RS256","kid":"k"}')}.${btoa('{"iss":"https://id.example.com/"}')}.c2ln`.replaceAll(
      "=",
      "",
    );
    const told = await explain({
      url: "https://m.example/svc/ledger.bank/",
      headers: { authorization: `Bearer ${jws}` },
      clientIp: "192.0.2.7",
    });
    expect(told.decisions.at(-1)).toMatchObject({
      stage: "authenticate",
      outcome: "unknown",
      detail: expect.stringContaining("https://id.example.com/jwks.json"),
      document: { name: "users", pointer: "/spec/jwt/providers/0" },
    });
  });

  it("takes a path for one of the mesh that is asked", async () => {
    const told = await explain({ url: "/svc/orders.shop/pay?x=1" });
    expect(told.request).toMatchObject({ host: "mesh.test", path: "/svc/orders.shop/pay" });
  });

  it.each([
    [{ url: "shop.example.com/orders" }, "#/url", "This is not the address of a request"],
    [{ url: "ftp://shop.example.com/" }, "#/url", "This is not the address of a request"],
    [{ url: "/", clientIp: "fe80::1%eth0" }, "#/clientIp", "This is not an IP address"],
    [{ url: "/", method: "GE T" }, "#/method", "A method is letters"],
    [{ url: "/", headers: { "a b": "1" } }, "#/headers/a b", '"a b" is not a header name'],
    [{ url: "/", headers: { a: "1\r\nb: 2" } }, "#/headers/a", "The header value holds a control character"],
    [{ url: "/", headers: { a: "\u0000" } }, "#/headers/a", "The header value holds a control character"],
  ])("refuses %j, and says where and what", async (body, pointer, detail) => {
    const answer = await api("POST", "/explain", { body });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code: "SLV1003", errors: [{ pointer, detail, hint: expect.any(String) }] });
  });

  it("explains by a stored revision, and says when there is none", async () => {
    const ledger = { url: "https://m.example/svc/ledger.bank/", clientIp: "192.0.2.7" };
    expect(await explain({ ...ledger, revision: first })).toMatchObject({
      revision: first,
      answer: { from: "service" },
    });
    expect(await explain(ledger)).toMatchObject({ revision, answer: { from: "mesh", status: 401 } });
    const gone = await api("POST", "/explain", { body: { ...pay, revision: revision + 9 } });
    expect([gone.status, gone.body.detail]).toEqual([404, expect.stringContaining("no snapshot of revision")]);
  });

  it("tells an identity that is none of this mesh's", async () => {
    const { status, body } = await api("POST", "/explain", { body: { ...pay, as: "spiffe://else/ns/a/sa/b" } });
    expect([status, body.code]).toEqual([400, "SLV1008"]);
  });
});

describe("an operator who is limited to namespaces", () => {
  it("sees outcomes of other namespaces' policies on its own services, and not what they say", async () => {
    const token = await tokenFor("operator", ["shop"]);
    const told = await explain({ ...pay, method: "PUT", as: ORDERS }, token);
    expect(stage(told, "limit")[0]).toEqual({
      stage: "limit",
      outcome: "passed",
      document: null,
      detail: "A document of a namespace that you are not let into decides this",
      alternatives: [],
      withheld: true,
    });
    expect(JSON.stringify(told)).not.toContain("bank");
  });

  it("learns nothing of a request that goes to another namespace, whatever it imagines", async () => {
    const token = await tokenFor("operator", ["shop"]);
    for (const path of ["/", "/nowhere"]) {
      const told = await explain({ url: `https://m.example/svc/ledger.bank${path}`, clientIp: "10.0.0.1" }, token);
      expect(told).toMatchObject({ destination: null, endpoints: [], answer: null });
      expect(told.decisions.at(-1)).toMatchObject({ stage: "route", outcome: "unknown", withheld: true });
      expect(JSON.stringify(told.decisions)).not.toMatch(/ledger|users|everything/);
    }
  });

  it("imagines only callers of its namespaces, and a viewer none", async () => {
    const token = await tokenFor("operator", ["shop"]);
    const foreign = { ...pay, as: "spiffe://mesh.local/ns/bank/sa/ledger" };
    expect((await api("POST", "/explain", { body: foreign, token })).status).toBe(403);
    const viewer = await tokenFor("viewer");
    expect((await api("POST", "/explain", { body: { ...pay, as: ORDERS }, token: viewer })).status).toBe(403);
    expect((await api("POST", "/explain", { body: pay, token: viewer })).status).toBe(200);
  });
});
