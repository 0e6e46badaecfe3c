// A route of another namespace on a service that granted it nothing: it holds for callers of its own, and what it and
// its policies say only tightens what the service's owner says.
import { beforeAll, describe, expect, it } from "vitest";
import type { MeshKeys } from "../../src/model/message/mesh-keys.ts";
import { meshKeys } from "../support/worker/mesh-keys.ts";
import { neighbours, serviceIn, tokenOf } from "../support/worker/neighbours.ts";
import { problemOf, type TestMesh, type TestMeshOptions } from "../support/worker/test-mesh.ts";

let keys: MeshKeys;
beforeAll(async () => {
  keys = await meshKeys("k1");
});

/** Of `partner`, attached to `shop/orders`. */
const consumer = (rule = "", backend = ""): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ours, namespace: partner}
spec:
  parentRefs: [{kind: Service, namespace: shop, name: orders}]
  rules: [{${rule}backendRefs: [{namespace: shop, name: orders${backend}}]}]
---
`;
const of = (kind: string, namespace: string, spec: string): string => `
apiVersion: selvage.dev/v1
kind: ${kind}
metadata: {name: of-${namespace}, namespace: ${namespace}}
spec: {targetRefs: [${namespace === "shop" ? "{kind: Service, name: orders}" : "{kind: HTTPRoute, name: ours}"}], ${spec}}
---
`;
const orders = serviceIn("shop", "orders", "mesh");
const mesh = (yaml: string, options: TestMeshOptions = {}): TestMesh => neighbours(orders + yaml, keys, options);

async function call(to: TestMesh, path = "/x", init: RequestInit = {}): Promise<Response> {
  const headers = { ...init.headers, "selvage-identity": await tokenOf("partner", keys) };
  return to.send(`http://any.example/svc/orders.shop${path}`, { ...init, headers });
}
const statusOf = async (to: TestMesh, path?: string): Promise<number> => (await call(to, path)).status;

describe("headers", () => {
  const names = ["X-Forwarded-For", "x_forwarded_proto", "X-Real-IP", "Forwarded", "traceparent", "X-Request-Id"];
  const proofs = ["Authorization", "Cookie", "Idempotency-Key", "CF-Connecting-IP", "X-HTTP-Method-Override"];
  const modify = (what: string): string =>
    `filters: [{type: RequestHeaderModifier, requestHeaderModifier: {${what}}},
      {type: URLRewrite, urlRewrite: {hostname: admin.internal}}], `;

  it("that say who calls, from where and as what are as without the route, and others are the route's to write", async () => {
    const caller = { headers: { cookie: "a=1", authorization: "Basic eDp5", "x-request-id": "r1", "x-tone": "high" } };
    const plain = mesh("");
    await call(plain, "/x", caller);
    const before = Object.fromEntries(plain.sent[0]?.headers ?? []);
    // Signatures differ each time.
    const unsigned = { "selvage-assertion": expect.any(String) };
    const all = [...names, ...proofs, "x-tone", "x-page"];
    const set = all.slice(0, -1).map((name) => `{name: ${name}, value: forged}`);
    for (const what of [`set: [${set.join(", ")}]`, `add: [${set.join(", ")}]`, `remove: [${all.join(", ")}]`]) {
      const led = mesh(consumer(modify(what)));
      expect((await call(led, "/x", caller)).status, what).toBe(200);
      const { "x-tone": tone, ...after } = Object.fromEntries(led.sent[0]?.headers ?? []);
      const { "x-tone": _, ...expected } = before;
      expect(after, what).toEqual({ ...expected, ...unsigned });
      expect(tone, what).toBe(what.startsWith("set") ? "forged" : what.startsWith("add") ? "high, forged" : undefined);
    }
  });

  it("that carry a proof or a claim are closed to the route and to its authorization service", async () => {
    const jwt = `mode: permit, jwt: {providers: [{name: idp, issuer: "https://id.example.com/", secretRef: {name: KEY}, algorithms: [HS256],
      from: [{header: x-proof}], claimToHeaders: [{claim: sub, header: x-user}]}]}, mesh: {required: false}`;
    const asked = "{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: judge}, http: {path: /}}}";
    const set = ["x-user", "x_user", "x-proof"].map((name) => `{name: ${name}, value: root}`).join(", ");
    const filters = `filters: [${asked}, {type: RequestHeaderModifier, requestHeaderModifier: {set: [${set}]}}], `;
    const told = { "x-user": "root", "x-proof": "root", authorization: "Bearer root", "x-tone": "low" };
    const led = mesh(consumer(filters) + serviceIn("partner", "judge") + of("AuthenticationPolicy", "shop", jwt), {
      service: ({ url }) => new Response("ok", new URL(url).host === "judge.example" ? { headers: told } : {}),
    });
    expect((await call(led)).status).toBe(200);
    const sent = led.sent.find(({ url }) => new URL(url).host === "orders.example")?.headers;
    expect([...Object.keys(told), "x_user"].map((name) => sent?.get(name) ?? null)).toEqual([
      null,
      null,
      null,
      "low",
      null,
    ]);
  });

  it("are the route's to write once it was granted the service, but for those of the mesh", async () => {
    const grant = `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: partner, namespace: shop}
spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: partner}], to: [{group: selvage.dev, kind: Service}]}
---
`;
    const led = mesh(
      consumer(modify("set: [{name: Cookie, value: b=2}, {name: selvage-source, value: root}]")) + grant,
    );
    await call(led);
    expect(led.sent[0]?.headers.get("cookie")).toBe("b=2");
    expect(led.sent[0]?.headers.get("x-forwarded-host")).toBe("admin.internal");
    expect(led.sent[0]?.headers.get("selvage-source")).toBe("spiffe://mesh.local/ns/partner/sa/web");
  });
});

describe("authorization", () => {
  const allow = (namespace: string, path: string): string =>
    of("AuthorizationPolicy", namespace, `action: ALLOW, rules: [{to: [{paths: [${path}]}]}]`);

  it("takes an ALLOW of the owner and one of the route's namespace", async () => {
    const found = async (yaml: string): Promise<number[]> =>
      Promise.all(["/a", "/b", "/c"].map((path) => statusOf(mesh(consumer() + yaml), path)));
    expect(await found(allow("shop", "/a"))).toEqual([200, 403, 403]);
    expect(await found(allow("partner", "/b"))).toEqual([403, 200, 403]);
    expect(await found(allow("shop", "/a") + allow("partner", '"*"'))).toEqual([200, 403, 403]);
    expect(await found(allow("shop", '"/*"') + allow("partner", "/b"))).toEqual([403, 200, 403]);
  });

  it("judges the path that a rewrite makes", async () => {
    const rewrite =
      "filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /admin}}}], ";
    const led = mesh(consumer(rewrite) + allow("shop", "/public"));
    expect([await statusOf(led, "/public"), led.sent.length]).toEqual([403, 0]);
  });

  it("does not let in whom the owner does not know by a policy of the route", async () => {
    const own = of("AuthenticationPolicy", "partner", "mode: permit, mesh: {required: false}");
    const shops = of("AuthenticationPolicy", "shop", "clientCredentials: {required: true}, mesh: {required: true}");
    expect(await statusOf(mesh(consumer() + own + shops))).toBe(401);
  });
});

describe("calls", () => {
  const failing: TestMeshOptions = { service: () => new Response("no", { status: 503 }) };
  const retry = (namespace: string, attempts: number): string =>
    of("TrafficPolicy", namespace, `retry: {attempts: ${attempts}, budget: {percent: 100, minPerSecond: 1000}}`);
  const tries = async (yaml: string): Promise<number> => {
    const to = mesh(yaml, failing);
    expect(await statusOf(to)).toBe(503);
    return to.sent.length;
  };

  it("are tried as often as the owner says, or less often where the route does", async () => {
    const byRule = consumer("retry: {attempts: 4, codes: [503]}, ");
    expect(await tries(consumer() + retry("partner", 3))).toBe(1);
    expect(await tries(byRule)).toBe(1);
    expect(await tries(consumer() + retry("shop", 2))).toBe(3);
    expect(await tries(consumer() + retry("shop", 2) + retry("partner", 5))).toBe(3);
    expect(await tries(byRule + retry("shop", 2))).toBe(3);
    expect(await tries(consumer("retry: {attempts: 1, codes: [503]}, ") + retry("shop", 2))).toBe(2);
    expect(await tries(consumer() + retry("shop", 2) + retry("partner", 0))).toBe(1);
  });

  it("have the shorter of both timeouts, and no deadline only where neither has one", () => {
    const timeouts = (namespace: string, request: string): string =>
      of("TrafficPolicy", namespace, `timeouts: {request: ${request}}`);
    const ofBoth = (own: string, shops: string): number | undefined =>
      mesh(consumer() + timeouts("partner", own) + timeouts("shop", shops)).snapshot.router.rules[0]?.backends[0]
        ?.timeouts.requestMs;
    expect([
      ofBoth("60s", "5s"),
      ofBoth("1s", "5s"),
      ofBoth("0s", "5s"),
      ofBoth("60s", "0s"),
      ofBoth("0s", "0s"),
    ]).toEqual([5000, 1000, 5000, 60_000, 0]);
  });

  it("are under the breaker and the cap of the owner", () => {
    const own = of("TrafficPolicy", "partner", "concurrency: {max: 1000}, circuitBreaker: {minRequests: 100000}");
    const shops = of("TrafficPolicy", "shop", "concurrency: {max: 2}");
    const { policies, router } = mesh(consumer() + own + shops).snapshot;
    const index = router.rules[0]?.backends[0]?.policies.traffic ?? -1;
    expect(policies.traffic?.[index]?.circuit?.policy).toBe("shop/of-shop");
  });

  it("meet the owner's faults whatever faults the route names", async () => {
    const abort = of("FaultPolicy", "shop", "abort: {status: 418, percentage: 100}");
    const none = of("FaultPolicy", "partner", "delay: {duration: 1ms, percentage: 0}");
    const named =
      "filters: [{type: ExtensionRef, extensionRef: {group: selvage.dev, kind: FaultPolicy, name: of-partner}}], ";
    for (const yaml of [consumer(), consumer() + none, consumer(named) + none]) {
      expect(await statusOf(mesh(yaml + abort))).toBe(418);
    }
    const own = of("FaultPolicy", "partner", "abort: {status: 420, percentage: 100}");
    expect(await statusOf(mesh(consumer() + own))).toBe(420);
  });

  it("go to no version that the owner has not chosen, and to no third service by a mirror or a question", async () => {
    const versioned = await call(mesh(consumer("", ", version: v2")));
    expect(await problemOf(versioned)).toMatchObject({ status: 500, code: "SLV5004" });
    const mirror = "filters: [{type: RequestMirror, requestMirror: {backendRef: {name: secret, namespace: other}}}], ";
    const led = mesh(consumer(mirror) + serviceIn("other", "secret"));
    expect(await statusOf(led)).toBe(200);
    await led.settle();
    expect(led.sent.map(({ url }) => new URL(url).host)).toEqual(["orders.example"]);
    const question = `filters: [{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: secret, namespace: other}, http: {path: /}}}], `;
    const asking = mesh(consumer(question) + serviceIn("other", "secret"));
    expect([await statusOf(asking), asking.sent.length]).toEqual([500, 0]);
  });

  it("are under the limits of both", async () => {
    const limit = (namespace: string, requests: number): string =>
      of("RateLimitPolicy", namespace, `limits: [{name: l, requests: ${requests}, window: 1m, mode: local, key: []}]`);
    for (const [own, shops] of [
      [1, 100],
      [100, 1],
    ] as const) {
      const to = mesh(consumer() + limit("partner", own) + limit("shop", shops));
      expect([await statusOf(to), await statusOf(to)]).toEqual([200, 429]);
    }
  });

  it("walk the service's own routes where it has some", async () => {
    const producer = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: theirs, namespace: shop}
spec:
  parentRefs: [{kind: Service, name: orders}]
  rules:
    - {matches: [{path: {value: /open}}], backendRefs: [{name: orders}]}
---
`;
    const to = mesh(
      consumer("filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /shut}}}], ") +
        producer,
    );
    expect([await statusOf(to, "/open"), await statusOf(to, "/shut")]).toEqual([200, 404]);
    expect(to.sent.map(({ url }) => new URL(url).pathname)).toEqual(["/open"]);
  });
});
