// A mesh of any size for benchmarks, and requests into it: services with one endpoint each, HTTPRoutes with several
// rules (prefixes, a method, a header, weights) spread over ten hostnames.
import { get } from "./variant.ts";

export interface MeshSize {
  readonly services: number;
  readonly routes: number;
}

const serviceName = (number: number): string => `service-${number}`;
const hostname = (route: number): string => `host-${route % 10}.bench.test`;

/**
 * Every document of a mesh, services first. Route `r` sends `/<r>/…` of its hostname to service `r` (modulo).
 *
 * @param more said of every service
 */
export function meshDocuments({ services, routes }: MeshSize, upstreamPort: number, more: object = {}): object[] {
  const url = `http://127.0.0.1:${upstreamPort}`;
  return [
    ...Array.from({ length: services }, (_, number) => ({
      apiVersion: "selvage.dev/v1",
      kind: "Service",
      metadata: { name: serviceName(number), namespace: "bench" },
      spec: { exposure: "public", endpoints: [{ url, version: "v1" }], ...more },
    })),
    ...Array.from({ length: routes }, (_, number) => route(number, services)),
  ];
}

function route(number: number, services: number): object {
  const path = `/api/${number}`;
  const to = (offset: number, weight = 1): object => ({
    name: serviceName((number + offset) % services),
    port: 80,
    weight,
  });
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: `route-${number}`, namespace: "bench" },
    spec: {
      hostnames: [hostname(number)],
      rules: [
        { matches: [{ path: { type: "Exact", value: `${path}/health` } }], backendRefs: [to(1)] },
        {
          matches: [{ path: { type: "PathPrefix", value: path }, headers: [{ name: "x-canary", value: "1" }] }],
          backendRefs: [to(2)],
        },
        { matches: [{ path: { type: "PathPrefix", value: path }, method: "POST" }], backendRefs: [to(3)] },
        { matches: [{ path: { type: "PathPrefix", value: path } }], backendRefs: [to(0, 90), to(1, 10)] },
      ],
    },
  };
}

/** `many` different requests, spread evenly over the mesh's routes. */
export const meshRequests = (
  { routes }: MeshSize,
  many: number,
  headers: Readonly<Record<string, string>> = {},
): string[] =>
  Array.from({ length: many }, (_, index) => {
    const number = Math.floor((index * routes) / many);
    return get(hostname(number), `/api/${number}/orders/17?full=1`, headers);
  });
