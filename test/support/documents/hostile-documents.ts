// A mesh whose every free text is an attempt to be more than text, and one word that does not break.

export const HOSTILE: readonly string[] = [
  `<img src=x onerror="window.pwned=1">`,
  `"><script>window.pwned=1</script>`,
  `javascript:window.pwned=1`,
  `{{constructor.constructor("window.pwned=1")()}}`,
  `\u202Eevil\u202C`,
  "w".repeat(300),
];

export const hostileText: string = HOSTILE.join(" ");

const quoted = (text: string): string => JSON.stringify(text);

export const hostileYaml: string = `apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders, namespace: shop, annotations: {note: ${quoted(hostileText)}}}
spec:
  exposure: public
  description: ${quoted(hostileText)}
  owner: ${quoted(HOSTILE[0] ?? "")}
  links: [{title: ${quoted(HOSTILE[1] ?? "")}, url: "https://example.com/"}]
  endpoints: [{url: "http://127.0.0.1:9/", version: v1}]
  openapi:
    inline:
      openapi: 3.1.0
      info: {title: ${quoted(hostileText)}, version: ${quoted(HOSTILE[1] ?? "")}, description: ${quoted(hostileText)}}
      paths:
        ${quoted(`/${HOSTILE[5] ?? ""}`)}:
          get:
            summary: ${quoted(hostileText)}
            parameters: [{name: ${quoted(HOSTILE[0] ?? "")}, in: query, schema: {$ref: "#/components/schemas/Loop"}}]
            responses: {"200": {description: ${quoted(HOSTILE[1] ?? "")}}}
      components: {schemas: {Loop: {$ref: "#/components/schemas/Loop"}}}
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: orders, namespace: shop}
spec:
  targetRefs: [{kind: Service, name: orders}]
  circuitBreaker: {}
---
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: per-client, namespace: shop}
spec:
  targetRefs: [{kind: Service, name: orders}]
  limits: [{name: burst, requests: 5, window: 1m, key: ["header:x-tenant"]}]
---
apiVersion: selvage.dev/v1
kind: Application
metadata: {name: acme, namespace: shop}
spec: {owner: ${quoted(HOSTILE[0] ?? "")}, description: ${quoted(hostileText)}}
---
apiVersion: selvage.dev/v1
kind: Tier
metadata: {name: gold, namespace: shop}
spec: {service: orders, approval: manual, limits: [{name: day, requests: 100, window: 24h}]}
---
apiVersion: selvage.dev/v1
kind: Contract
metadata: {name: acme-orders, namespace: shop}
spec: {application: acme, service: shop/orders, tier: gold}
---
apiVersion: selvage.dev/v1
kind: Rollout
metadata: {name: orders, namespace: shop}
spec: {service: orders, stable: v1, canary: v2, steps: [{weight: 10, hold: 2m}, {weight: 100}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders, namespace: shop}
spec:
  hostnames: [orders.example.com]
  rules:
    - name: all
      matches: [{path: {type: PathPrefix, value: "/o"}, headers: [{name: x-a, value: ${quoted(HOSTILE[0] ?? "")}}]}]
      backendRefs: [{group: selvage.dev, kind: Service, name: orders, version: v1, weight: 1}]
`;
