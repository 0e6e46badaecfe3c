// One valid document of every kind, as a user would write it: the smallest that says something and one that says a lot.

export const minimal: Readonly<Record<string, string>> = {
  Namespace: "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n",
  Gateway: `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  gatewayClassName: "{GATEWAY_CLASS_NAME}"
  listeners: [{name: http, port: 80, protocol: HTTP}]
`,
  HTTPRoute: `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders}
spec: {}
`,
  ReferenceGrant: `apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: from-web, namespace: shop}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: web}]
  to: [{group: "", kind: Service}]
`,
  Cluster: "apiVersion: selvage.dev/v1\nkind: Cluster\nmetadata: {name: eu-1}\n",
  Service: "apiVersion: selvage.dev/v1\nkind: Service\nmetadata: {name: orders, namespace: shop}\n",
  TrafficPolicy: `apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: orders}
spec: {targetRefs: [{kind: Service, name: orders}]}
`,
  RateLimitPolicy: `apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: per-client}
spec:
  targetRefs: [{kind: Mesh}]
  limits: [{name: burst, requests: 20, window: 1s}]
`,
  AuthenticationPolicy: `apiVersion: selvage.dev/v1
kind: AuthenticationPolicy
metadata: {name: customers}
spec:
  targetRefs: [{kind: HTTPRoute, name: orders, sectionName: write}]
  jwt: {providers: [{name: idp, issuer: "https://id.example.com/", jwksUri: "https://id.example.com/jwks.json"}]}
`,
  AuthorizationPolicy: `apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: callers}
spec: {targetRefs: [{kind: Service, name: orders}]}
`,
  IPAccessPolicy: `apiVersion: selvage.dev/v1
kind: IPAccessPolicy
metadata: {name: office}
spec: {targetRefs: [{kind: Mesh}], allow: [192.0.2.0/24]}
`,
  FaultPolicy: `apiVersion: selvage.dev/v1
kind: FaultPolicy
metadata: {name: slow}
spec: {delay: {duration: 2s}}
`,
  Rollout: `apiVersion: selvage.dev/v1
kind: Rollout
metadata: {name: orders}
spec: {service: orders, stable: v1, canary: v2, steps: [{weight: 1, hold: 2m}, {weight: 100}]}
`,
  Application: "apiVersion: selvage.dev/v1\nkind: Application\nmetadata: {name: partner}\n",
  Tier: `apiVersion: selvage.dev/v1
kind: Tier
metadata: {name: gold}
spec: {service: orders, limits: [{name: steady, requests: 600, window: 1m}]}
`,
  Contract: `apiVersion: selvage.dev/v1
kind: Contract
metadata: {name: partner-orders}
spec: {application: partners/partner, service: orders, tier: gold}
`,
  Override: `apiVersion: selvage.dev/v1
kind: Override
metadata: {name: night-shift}
spec:
  target: {kind: TrafficPolicy, name: orders}
  patch: {timeouts: {request: 30s}}
  reason: the database is slow tonight
  expiresAt: 2026-11-24T06:00:00Z
`,
};

export const rich = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: infra, labels: {team: web}, annotations: {"example.com/note": "kept: as is"}}
spec:
  gatewayClassName: any
  defaultScope: All
  infrastructure: {labels: {a: b}, parametersRef: {group: example.com, kind: Thing, name: x}}
  allowedListeners: {namespaces: {from: Same}}
  addresses: [{type: Hostname, value: edge.example.com}, {value: 192.0.2.1}]
  tls:
    backend: {clientCertificateRef: {name: client}}
    frontend: {default: {validation: {caCertificateRefs: [{group: "", kind: ConfigMap, name: ca}]}}, perPort: [{port: 8443, tls: {}}]}
  listeners:
    - name: https
      hostname: "*.example.com"
      port: 443
      protocol: https
      tls: {certificateRefs: [{name: wildcard}]}
      allowedRoutes:
        kinds: [{kind: HTTPRoute}]
        namespaces:
          from: Selector
          selector: {matchLabels: {exposed: "true"}, matchExpressions: [{key: tier, operator: In, values: [web]}, {key: old, operator: DoesNotExist}]}
    - {name: passthrough, port: 8443, protocol: TLS, tls: {mode: Passthrough}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: everything, namespace: web}
spec:
  useDefaultGateways: All
  parentRefs:
    - {name: edge, namespace: infra, sectionName: https, port: 443}
    - {name: edge, namespace: infra, sectionName: passthrough, port: 8443}
    - {group: selvage.dev, kind: Service, name: orders}
  hostnames: [shop.example.com, "*.shop.example.com"]
  rules:
    - name: main
      matches:
        - path: {type: Exact, value: /a}
          method: GET
          headers: [{name: x-a, value: "1"}, {type: RegularExpression, name: x-b, value: "^v[0-9]+$"}]
          queryParams: [{name: q, value: "1"}]
        - path: {type: RegularExpression, value: "/[a-z]+/\\\\d+"}
      filters:
        - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: b}], add: [{name: c, value: d}], remove: [e]}}
        - {type: ResponseHeaderModifier, responseHeaderModifier: {remove: [server]}}
        - type: RequestMirror
          requestMirror: {backendRef: {name: shadow, port: 80}, fraction: {numerator: 1, denominator: 3}}
        - {type: RequestMirror, requestMirror: {backendRef: {name: shadow2}, percent: 20}}
        - type: CORS
          cors: {allowOrigins: ["https://*.example.com"], allowMethods: ["*"], allowHeaders: [x-a], exposeHeaders: [x-b], allowCredentials: true, maxAge: 60}
        - type: ExternalAuth
          externalAuth:
            protocol: HTTP
            backendRef: {name: auth}
            http: {path: /check, allowedHeaders: [cookie], allowedResponseHeaders: [x-user]}
            forwardBody: {maxSize: 1024}
        - {type: ExtensionRef, extensionRef: {group: selvage.dev, kind: FaultPolicy, name: slow}}
      backendRefs:
        - {name: orders, version: v1, weight: 9, port: 8080}
        - name: orders
          namespace: shop
          group: selvage.dev
          weight: 0
          filters: [{type: URLRewrite, urlRewrite: {hostname: h.example.com, path: {type: ReplaceFullPath, replaceFullPath: /x}}}]
      timeouts: {request: 10s, backendRequest: 1s500ms}
      retry: {codes: [500, 503], attempts: 2, backoff: 100ms}
      sessionPersistence: {sessionName: s, absoluteTimeout: 1h, cookieConfig: {lifetimeType: Permanent}}
    - matches: [{path: {value: /old}}]
      filters:
        - type: RequestRedirect
          requestRedirect: {scheme: https, hostname: new.example.com, port: 8443, statusCode: 308, path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}}
---
apiVersion: selvage.dev/v1
kind: Cluster
metadata: {name: eu-1}
spec:
  region: eu-west
  locality: {continents: [EU, AF], colos: [AMS]}
  trust: {issuer: "https://k8s.example.com", audience: mesh, jwks: {keys: [{kty: EC, kid: "1", crv: P-256, x: abc, y: def}]}}
  mtlsCertificate: EU_CERT
  allowPrivateAddresses: true
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders, namespace: shop}
spec:
  description: Takes orders.
  owner: team-orders
  exposure: public
  assertion: request
  endpoints:
    - {url: "https://orders.eu.example.com/base", cluster: eu-1, version: v1, weight: 3, priority: 1}
    - {binding: ORDERS_V2, version: 2026.11.23_b}
  healthCheck: {path: "/healthz?deep=1", interval: 500ms}
  openapi: {inline: {openapi: 3.1.0, paths: {/orders: {get: {responses: {200: {description: fine, example: null}}}}}}}
  links: [{title: runbook, url: "https://wiki.example.com/orders?page=1"}]
---
apiVersion: selvage.dev/v1
kind: AuthenticationPolicy
metadata: {name: all-proofs}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]
  mode: permit
  jwt:
    providers:
      - {name: shared, issuer: i, secretRef: {name: JWT_KEY}, algorithms: [HS256], from: [{cookie: session}, {header: x-token}]}
  clientCredentials: {required: true, from: [basic, {headers: {id: x-id}}]}
  mesh: {required: true}
  mtls: {}
---
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: callers}
spec:
  targetRefs: []
  action: DENY
  rules:
    - from: [{principals: ["spiffe://mesh.local/ns/shop/*"], ipBlocks: [192.0.2.0/24, "2001:db8::1"]}, {namespaces: [shop], applications: [partner]}]
      to: [{methods: [GET, "*"], paths: [/orders, "/orders/*", "*.json", "*"], hosts: ["*.example.com"]}]
      when: [{key: "claim:scope", contains: [orders.write]}, {key: source.ip, notValues: [192.0.2.7]}]
    - {}
`;
