// The documents that scenarios add, as an author would write them. They are the apply set `demo-scenario`.
import { SCENARIO_LABEL } from "../demo/scenario-remains.ts";

const labels = (scenario: string): string => `labels: { ${SCENARIO_LABEL}: ${scenario} }`;
const service = (name: string, version: string): string =>
  `{ kind: Service, group: selvage.dev, name: ${name}, version: ${version} }`;

/** Every call to the service goes to one version of it. */
export const allTo = (scenario: string, name: string, version: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: scenario-${name}, ${labels(scenario)} }
spec:
  parentRefs: [{ kind: Service, group: selvage.dev, name: ${name} }]
  rules: [{ name: all, backendRefs: [${service(name, version)}] }]
`;

export const bank = (scenario: string): string => `
apiVersion: selvage.dev/v1
kind: Service
metadata: { name: bank, ${labels(scenario)} }
spec:
  description: Captures what payments charges
  owner: bank
  exposure: public
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: { name: scenario-bank, ${labels(scenario)} }
spec:
  targetRefs: [{ kind: Service, name: bank }]
  timeouts: { request: 1s, perTry: 1s }
  circuitBreaker: { window: 10s, minRequests: 5, failurePercent: 50, slowCallDuration: 500ms, slowCallPercent: 50, openFor: 3s, halfOpenRequests: 3 }
`;

export const clusters = (scenario: string): string =>
  ["eu", "us"]
    .map(
      (region) => `
apiVersion: selvage.dev/v1
kind: Cluster
metadata: { name: demo-${region}, ${labels(scenario)} }
spec: { region: ${region}, allowPrivateAddresses: true }
`,
    )
    .join("---");

/** Callers are not to notice: a refused connection is tried elsewhere, and who refuses three is left out. */
export const failover = (scenario: string): string => `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: { name: scenario-catalog, ${labels(scenario)} }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: scenario-catalog }]
  timeouts: { request: 2s, perTry: 1s }
  retry: { attempts: 2, on: [connect-failure] }
  outlierDetection: { consecutiveFailures: 3, baseEjection: 10s, maxEjectionPercent: 100 }
`;

/** A host of its own with retries, whose number a budget bounds. */
export const storm = (scenario: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: scenario-storm, ${labels(scenario)} }
spec:
  hostnames: [storm.localhost]
  rules: [{ name: reviews, backendRefs: [${service("reviews", "v3")}] }]
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: { name: scenario-storm, ${labels(scenario)} }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: scenario-storm }]
  timeouts: { request: 2s, perTry: 1s }
  retry: { attempts: 3, on: [gateway-error], backoff: { base: 5ms, max: 20ms }, budget: { percent: 20, minPerSecond: 1 } }
`;

/** A host for partners: who calls shows the credentials of an Application. */
export const partners = (scenario: string, applications: readonly string[]): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: scenario-partners, ${labels(scenario)} }
spec:
  hostnames: [partners.localhost]
  rules: [{ name: books, backendRefs: [{ kind: Service, group: selvage.dev, name: catalog }] }]
---
apiVersion: selvage.dev/v1
kind: AuthenticationPolicy
metadata: { name: scenario-partners, ${labels(scenario)} }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: scenario-partners }]
  mode: require
  clientCredentials: { required: true, from: [basic] }
${applications
  .map(
    (name) => `---
apiVersion: selvage.dev/v1
kind: Application
metadata: { name: ${name}, ${labels(scenario)} }
spec: { owner: demo }
`,
  )
  .join("")}`;

export const partnerLimit = (scenario: string): string => `
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: { name: scenario-partners, ${labels(scenario)} }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: scenario-partners }]
  limits: [{ name: fair, requests: 5, window: 1s, key: [client] }]
`;
