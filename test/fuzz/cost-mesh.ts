// The mesh of the cost fuzz, whose one route reads everything that a mesh can read of a request.

export const HOST = "fuzz.test";

export function costMesh(url: string, jwk: unknown): string {
  return `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: everything}
spec: {exposure: public, endpoints: [{url: "${url}"}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: everything}
spec:
  hostnames: [${HOST}]
  rules:
    - matches:
        - headers: [{name: x-pattern, type: RegularExpression, value: "(a|b|=|,| )*z"}]
        - queryParams: [{name: q, type: RegularExpression, value: "(a|b|=|,| )*z"}]
      backendRefs: [{name: everything}]
    - filters: [{type: CORS, cors: {allowOrigins: ["https://*.example.com"], allowHeaders: ["*"], allowMethods: ["*"], allowCredentials: true}}]
      sessionPersistence: {type: Cookie, sessionName: session}
      backendRefs: [{name: everything}]
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: everything}
spec:
  targetRefs: [{kind: Service, name: everything}]
  retry: {attempts: 1, on: [connect-failure]}
  concurrency: {max: 100, queue: 0}
---
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: everything}
spec:
  targetRefs: [{kind: Service, name: everything}]
  limits:
    - {name: by-header, requests: 100000, window: 1s, key: ["header:x-tenant", "cookie:sid", "claim:sub", ip], mode: local}
---
apiVersion: selvage.dev/v1
kind: AuthenticationPolicy
metadata: {name: everything}
spec:
  targetRefs: [{kind: Service, name: everything}]
  mode: permit
  jwt:
    providers:
      - name: idp
        issuer: https://idp.example
        jwks: {keys: [${JSON.stringify(jwk)}]}
        from: [{header: x-token}, {header: Authorization, prefix: "Bearer "}, {cookie: sid}]
        claimToHeaders: [{claim: name, header: x-name}, {claim: roles, header: x-roles}, {claim: nested, header: x-nested}]
  clientCredentials: {required: false, from: [basic, {headers: {id: client_id, secret: client_secret}}]}
---
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: everything}
spec:
  targetRefs: [{kind: Service, name: everything}]
  action: DENY
  rules:
    - from: [{ipBlocks: ["192.0.2.0/24"]}]
      to: [{paths: ["/admin", "/admin/*"]}]
    - when: [{key: "header:x-team", values: [${words("team")}]}]
    - when: [{key: "claim:scope", contains: [${words("scope")}]}]
    - when: [{key: "claim:roles", values: [${words("role")}]}]
`;
}

function words(start: string): string {
  return Array.from({ length: 16 }, (_, index) => `${start}-${index}`).join(", ");
}
