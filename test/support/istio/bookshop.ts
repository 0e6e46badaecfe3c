// A shop in Istio's words: an entrance, a page that calls three services, a canary, a fault for one customer, who may
// call whom. Every translator has something to do in it.
import { istio, service } from "./import.ts";

const to = (host: string, subset?: string): object => ({
  destination: { host, ...(subset ? { subset } : {}), port: { number: 9080 } },
});

export const bookshop: readonly object[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels: { team: "books" } } },
  ...["page", "details", "ratings", "reviews"].map((name) => service(name)),
  istio("Gateway", "entrance", {
    selector: { istio: "ingressgateway" },
    servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["books.example.com"] }],
  }),
  istio("VirtualService", "page", {
    hosts: ["books.example.com"],
    gateways: ["entrance"],
    http: [
      {
        match: [{ uri: { exact: "/page" } }, { uri: { prefix: "/static" } }, { uri: { prefix: "/api/books" } }],
        headers: { response: { remove: ["server"], add: { "x-shop": "1" } } },
        corsPolicy: { allowOrigins: [{ exact: "https://a.example" }], allowMethods: ["GET"], maxAge: "1h" },
        route: [to("page")],
      },
      { match: [{ uri: { exact: "/" } }], redirect: { uri: "/page" } },
    ],
  }),
  istio("VirtualService", "reviews", {
    hosts: ["reviews"],
    http: [
      { name: "jason", match: [{ headers: { "end-user": { exact: "jason" } } }], route: [to("reviews", "v2")] },
      {
        route: [
          { ...to("reviews", "v1"), weight: 90 },
          { ...to("reviews", "v3"), weight: 10 },
        ],
        timeout: "0.5s",
        retries: { attempts: 2, perTryTimeout: "200ms", retryOn: "gateway-error,connect-failure" },
        mirror: { host: "reviews", subset: "v2" },
        mirrorPercentage: { value: 10 },
      },
    ],
  }),
  istio("VirtualService", "ratings", {
    hosts: ["ratings"],
    http: [
      {
        match: [{ headers: { "end-user": { exact: "jason" } }, queryParams: { slow: {} } }],
        fault: { delay: { percentage: { value: 100 }, fixedDelay: "7s" } },
        route: [to("ratings", "v1")],
      },
      { rewrite: { uri: "/v2/" }, route: [to("ratings", "v1")] },
    ],
  }),
  istio("DestinationRule", "reviews", {
    host: "reviews",
    trafficPolicy: {
      connectionPool: { tcp: { maxConnections: 100 }, http: { http2MaxRequests: 1000 } },
      outlierDetection: { consecutive5xxErrors: 7, interval: "5m", baseEjectionTime: "15m" },
      loadBalancer: { consistentHash: { httpCookie: { name: "sid", ttl: "0s" } } },
    },
    subsets: ["v1", "v2", "v3"].map((version) => ({ name: version, labels: { version } })),
  }),
  istio("PeerAuthentication", "default", { mtls: { mode: "STRICT" } }),
  istio("RequestAuthentication", "customers", {
    selector: { matchLabels: { app: "page" } },
    jwtRules: [
      {
        issuer: "https://id.example.com",
        jwksUri: "https://id.example.com/jwks.json",
        audiences: ["books"],
        fromHeaders: [{ name: "Authorization", prefix: "Bearer " }],
        fromCookies: ["session"],
        forwardOriginalToken: true,
        outputClaimToHeaders: [{ header: "x-customer", claim: "sub" }],
      },
    ],
  }),
  istio("AuthorizationPolicy", "nobody", {}),
  istio("AuthorizationPolicy", "page", {
    selector: { matchLabels: { app: "page" } },
    action: "DENY",
    rules: [
      {
        from: [{ source: { notRequestPrincipals: ["*"] } }, { source: { remoteIpBlocks: ["192.0.2.0/24"] } }],
        to: [{ operation: { notPaths: ["/static/*", "/login"], notMethods: ["GET"] } }],
        when: [{ key: "request.auth.claims[group]", notValues: ["staff"] }],
      },
    ],
  }),
  istio("AuthorizationPolicy", "reviews", {
    selector: { matchLabels: { app: "reviews" } },
    action: "ALLOW",
    rules: [
      {
        from: [{ source: { principals: ["cluster.local/ns/shop/sa/page"] } }],
        to: [{ operation: { methods: ["GET"], paths: ["/reviews/*"] } }],
        when: [{ key: "request.headers[x-tenant]", values: ["a"] }],
      },
    ],
  }),
];
