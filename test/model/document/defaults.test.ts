import { expect, it } from "vitest";
import { specOf } from "../../support/documents/expect-refusal.ts";
import { minimal } from "../../support/documents/samples.ts";

it("fills an HTTPRoute's defaults as the Gateway API does", () => {
  expect(specOf(minimal["HTTPRoute"]!)).toEqual({
    parentRefs: [],
    hostnames: [],
    rules: [
      {
        matches: [{ path: { type: "PathPrefix", value: "/" }, headers: [], queryParams: [] }],
        filters: [],
        backendRefs: [],
      },
    ],
  });
});

it("fills the defaults of references, matches and filters", () => {
  const text = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r}
spec:
  parentRefs: [{name: edge}]
  rules:
    - matches: [{path: {value: /a}, headers: [{name: h, value: v}]}, {}]
      backendRefs: [{name: orders}]
    - filters: [{type: RequestRedirect, requestRedirect: {}}]
    - filters: [{type: CORS, cors: {}}, {type: RequestMirror, requestMirror: {backendRef: {name: m}, fraction: {numerator: 1}}}]
      sessionPersistence: {}
`;
  expect(specOf(text)).toMatchObject({
    parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "edge" }],
    rules: [
      {
        matches: [
          { path: { type: "PathPrefix", value: "/a" }, headers: [{ type: "Exact", name: "h", value: "v" }] },
          { path: { type: "PathPrefix", value: "/" } },
        ],
        backendRefs: [{ group: "", kind: "Service", name: "orders", weight: 1, filters: [] }],
      },
      { filters: [{ type: "RequestRedirect", requestRedirect: { statusCode: 302 } }] },
      {
        filters: [
          {
            cors: {
              allowOrigins: [],
              allowMethods: [],
              allowHeaders: [],
              exposeHeaders: [],
              allowCredentials: false,
              maxAge: 5,
            },
          },
          {
            requestMirror: { backendRef: { group: "", kind: "Service" }, fraction: { numerator: 1, denominator: 100 } },
          },
        ],
        sessionPersistence: { type: "Cookie" },
      },
    ],
  });
});

it("fills a Gateway's defaults: routes from its own namespace, TLS ended here", () => {
  expect(specOf(minimal["Gateway"]!)).toEqual({
    gatewayClassName: "{GATEWAY_CLASS_NAME}",
    listeners: [
      { name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "Same" }, kinds: [] } },
    ],
    addresses: [],
  });
});

it("makes a service private, asserted per caller and without endpoints unless it says otherwise", () => {
  expect(specOf(minimal["Service"]!)).toEqual({ exposure: "mesh", assertion: "caller", endpoints: [], links: [] });
  const text = `${minimal["Service"]}spec: {endpoints: [{binding: B}], healthCheck: {}}\n`;
  expect(specOf(text)).toMatchObject({
    endpoints: [{ binding: "B", weight: 1, priority: 0 }],
    healthCheck: {
      path: "/healthz",
      interval: "10s",
      timeout: "2s",
      healthyThreshold: 2,
      unhealthyThreshold: 3,
      expectedStatuses: ["200-299"],
    },
  });
});

it("gives every policy the timeouts, and each section its defaults only where it is present", () => {
  expect(specOf(minimal["TrafficPolicy"]!)).toEqual({
    targetRefs: [{ kind: "Service", name: "orders" }],
    timeouts: { request: "15s" },
  });
  const all = "retry: {}, circuitBreaker: {}, outlierDetection: {}, concurrency: {}, loadBalancer: {}, failover: {}";
  const text = `apiVersion: selvage.dev/v1\nkind: TrafficPolicy\nmetadata: {name: a}\nspec: {targetRefs: [], ${all}}\n`;
  expect(specOf(text)).toEqual({
    targetRefs: [],
    timeouts: { request: "15s" },
    retry: {
      attempts: 1,
      on: ["connect-failure", "gateway-error"],
      methods: ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"],
      backoff: { base: "25ms", max: "250ms" },
      budget: { percent: 20, minPerSecond: 10 },
    },
    circuitBreaker: {
      window: "10s",
      minRequests: 20,
      failurePercent: 50,
      slowCallDuration: "5s",
      slowCallPercent: 80,
      openFor: "5s",
      maxOpenFor: "60s",
      halfOpenRequests: 5,
    },
    outlierDetection: {
      consecutiveFailures: 5,
      interval: "10s",
      baseEjection: "30s",
      maxEjection: "300s",
      maxEjectionPercent: 50,
    },
    concurrency: { max: 200, queue: 0 },
    loadBalancer: { policy: "peak-ewma" },
    failover: { overprovisioning: 140, panicThreshold: 50, order: ["same-region", "any"] },
  });
});

it("counts per client, mesh-wide, at an even pace, unless a limit says otherwise", () => {
  expect(specOf(minimal["RateLimitPolicy"]!)).toEqual({
    targetRefs: [{ kind: "Mesh" }],
    limits: [
      {
        name: "burst",
        requests: 20,
        window: "1s",
        key: ["client"],
        mode: "leased",
        algorithm: "gcra",
        whenUnavailable: "local-estimate",
        shadow: false,
      },
    ],
    sla: false,
    headers: "ietf",
  });
});

it("requires a proof, of asymmetric algorithms, with an end, within a minute's skew", () => {
  expect(specOf(minimal["AuthenticationPolicy"]!)).toMatchObject({
    mode: "require",
    jwt: {
      providers: [
        {
          audiences: [],
          algorithms: ["RS256", "ES256"],
          from: [{ header: "Authorization", prefix: "Bearer " }],
          claimToHeaders: [],
          clockSkew: "60s",
          requiredClaims: ["exp"],
        },
      ],
    },
  });
});

it("fills the remaining kinds' defaults", () => {
  expect(specOf(minimal["Cluster"]!)).toEqual({
    locality: { continents: [], colos: [] },
    allowPrivateAddresses: false,
  });
  expect(specOf(minimal["AuthorizationPolicy"]!)).toMatchObject({ action: "ALLOW", rules: [] });
  expect(specOf(minimal["FaultPolicy"]!)).toEqual({ targetRefs: [], delay: { duration: "2s", percentage: 100 } });
  expect(specOf(minimal["Tier"]!)).toMatchObject({ approval: "manual" });
  expect(specOf(minimal["Rollout"]!)).toMatchObject({
    analysis: {
      maxErrorPercent: 1,
      maxP99Ratio: 1.5,
      minRequests: 500,
      interval: "30s",
      falseAlarm: 0.01,
      onFailure: "rollback",
      onNoData: "hold",
    },
    match: [],
  });
});
