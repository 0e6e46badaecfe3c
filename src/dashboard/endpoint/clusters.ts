// Clusters as their endpoints show them, and which services would be left with nothing if one of them were lost.
import type { EndpointState } from "../../model/api/endpoints.ts";

export interface ClusterView {
  readonly cluster: string;
  readonly all: number;
  readonly up: number;
  readonly services: number;
  /** Services that have an endpoint in service here, and none anywhere else. */
  readonly lost: readonly string[];
}

const isInService = ({ health, weight, draining }: EndpointState): boolean =>
  health !== "unhealthy" && weight > 0 && !draining;
const serviceOf = ({ namespace, service }: EndpointState): string => `${namespace}/${service}`;

export function clustersOf(endpoints: readonly EndpointState[]): readonly ClusterView[] {
  const places = new Map<string, Set<string>>();
  for (const endpoint of endpoints.filter(isInService)) {
    const key = serviceOf(endpoint);
    places.set(key, (places.get(key) ?? new Set()).add(endpoint.cluster));
  }
  return [...Map.groupBy(endpoints, ({ cluster }) => cluster)]
    .map(([cluster, those]) => ({
      cluster,
      all: those.length,
      up: those.filter(({ health }) => health !== "unhealthy").length,
      services: new Set(those.map(serviceOf)).size,
      lost: [...places].filter(([, at]) => at.size === 1 && at.has(cluster)).map(([service]) => service),
    }))
    .toSorted((a, b) => b.all - a.all || (a.cluster < b.cluster ? -1 : 1));
}
