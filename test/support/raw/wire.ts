// A mesh on raw workerd with one recorded service behind it: what the wire tests share.
import { compileMesh } from "./compile-mesh.ts";
import { runWorkerd, type RunningWorkerd } from "./run-workerd.ts";
import { sendRaw, startRawUpstream, type RawUpstream, type RecordedRequest } from "./tcp.ts";

export interface Wire {
  readonly mesh: RunningWorkerd;
  readonly upstream: RawUpstream;
  /** Sends bytes to the mesh; `arrived` is what the service got since the last `reset`. */
  readonly exchange: (
    bytes: string,
    answers?: number,
  ) => Promise<{ readonly answer: string; readonly arrived: readonly RecordedRequest[] }>;
  readonly reset: () => void;
  readonly stop: () => Promise<void>;
}

/**
 * shop.example is routed to shop/orders, which is told nearly everything and also has its own address; shop/ledger
 * needs an identity there; shop/roles does not take `x-role: admin`, shop/paths no /admin.
 */
const documents = (url: string): string => `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders, namespace: shop}
spec:
  exposure: public
  receive: [x-forwarded-for, x-forwarded-host, x-forwarded-proto, x-request-id, traceparent, selvage-assertion, selvage-source, selvage-timeout-ms]
  endpoints: [{url: "${url}"}]
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: ledger, namespace: shop}
spec: {endpoints: [{url: "${url}"}]}
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: roles, namespace: shop}
spec: {exposure: public, endpoints: [{url: "${url}"}]}
---
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: no-admin, namespace: shop}
spec: {targetRefs: [{kind: Service, name: roles}], rules: [{when: [{key: "header:x-role", notValues: [admin]}]}]}
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: paths, namespace: shop}
spec: {exposure: public, endpoints: [{url: "${url}"}]}
---
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: no-admin-paths, namespace: shop}
spec: {targetRefs: [{kind: Service, name: paths}], action: DENY, rules: [{to: [{paths: [/admin, /admin/*]}]}]}
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: nobody, namespace: shop}
spec: {exposure: public, endpoints: [{url: "http://127.0.0.1:1"}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop, namespace: shop}
spec:
  hostnames: [shop.example]
  rules:
    - backendRefs: [{name: orders}]
    - {matches: [{path: {value: /slow}}], backendRefs: [{name: orders}], timeouts: {request: 100ms}}
`;

export async function startWire(): Promise<Wire> {
  const upstream = await startRawUpstream();
  const mesh = await runWorkerd({
    entry: new URL("../worker/raw-proxy.ts", import.meta.url).pathname,
    json: { SNAPSHOT: compileMesh(documents(upstream.url)) },
    text: { TRUST_DOMAIN: "mesh.local" },
  });
  const { answer } = upstream;
  return {
    mesh,
    upstream,
    exchange: async (bytes, answers = 1) => ({
      answer: await sendRaw(mesh.port, bytes, answers),
      arrived: upstream.requests,
    }),
    reset: () => {
      upstream.requests.length = 0;
      upstream.answer = answer;
    },
    stop: async () => {
      await mesh.stop();
      await upstream.close();
    },
  };
}

/** A GET for shop.example as bytes. */
export function get(path: string, headers: readonly string[] = [], rest = ""): string {
  return `GET ${path} HTTP/1.1\r\nHost: shop.example\r\n${headers.map((one) => `${one}\r\n`).join("")}\r\n${rest}`;
}

/** The one request that must have arrived. */
export function only(arrived: readonly RecordedRequest[]): RecordedRequest {
  const [first, ...more] = arrived;
  if (first === undefined || more.length > 0) {
    throw new Error(`${arrived.length} requests arrived instead of one`);
  }
  return first;
}

/** The names of its headers, in lower case. */
export function names(arrived: readonly RecordedRequest[]): string[] {
  return only(arrived).headers.map(([name]) => name.toLowerCase());
}
