// The isolate's notes on the endpoints of each service with more than one: one entry per endpoint that exists now, so
// the notes are as large as the mesh and no larger. Plain data.
import type { Endpoint, ServiceKey } from "../../model/snapshot/snapshot.ts";
import { BoundedMap } from "../text/bounded-map.ts";
import { newEndpointLoad, type EndpointLoad } from "./endpoint-load.ts";

export interface ServiceStats {
  /** The list that `loads` is about. */
  endpoints: readonly Endpoint[];
  loads: Map<string, { readonly address: string; readonly load: EndpointLoad }>;
  /** Those that were unhealthy when they were last looked at. */
  readonly unhealthy: Set<string>;
}

export type EndpointStats = BoundedMap<ServiceKey, ServiceStats>;

/** Of so many services; the one that was met first goes. */
const MOST_SERVICES = 2000;

export function newEndpointStats(): EndpointStats {
  return new BoundedMap(MOST_SERVICES);
}

/**
 * What is known of the service, brought up to its endpoints. Those that join a service which was known already start
 * slowly, an endpoint that moved to another address among them.
 */
export function statsOf(
  endpointStats: EndpointStats,
  service: ServiceKey,
  endpoints: readonly Endpoint[],
  nowMs: number,
): ServiceStats {
  const stats = endpointStats.get(service);
  if (stats === undefined) {
    const fresh = { endpoints, loads: loadsOf(endpoints, new Map(), null), unhealthy: new Set<string>() };
    endpointStats.set(service, fresh);
    return fresh;
  }
  // Lists are replaced when anything changes, never edited.
  if (stats.endpoints !== endpoints) {
    stats.loads = loadsOf(endpoints, stats.loads, nowMs);
    stats.endpoints = endpoints;
    for (const id of stats.unhealthy) {
      if (!stats.loads.has(id)) {
        stats.unhealthy.delete(id);
      }
    }
  }
  return stats;
}

/** Takes over who of these is unhealthy. Those who were and are so no more start slowly, like newcomers. */
export function followHealth(
  stats: ServiceStats,
  among: readonly Endpoint[],
  unhealthy: ReadonlySet<string>,
  nowMs: number,
): void {
  if (stats.unhealthy.size === 0 && unhealthy.size === 0) {
    return;
  }
  for (const { id } of among) {
    if (unhealthy.has(id)) {
      stats.unhealthy.add(id);
    } else if (stats.unhealthy.delete(id)) {
      const known = stats.loads.get(id);
      if (known !== undefined) {
        known.load.joinedAtMs = nowMs;
      }
    }
  }
}

export function loadIn(stats: ServiceStats, endpoint: Endpoint): EndpointLoad | null {
  return stats.loads.get(endpoint.id)?.load ?? null;
}

function loadsOf(
  endpoints: readonly Endpoint[],
  before: ServiceStats["loads"],
  joinedAtMs: number | null,
): ServiceStats["loads"] {
  return new Map(
    endpoints.map((endpoint) => {
      const address = "url" in endpoint.address ? endpoint.address.url : `binding ${endpoint.address.binding}`;
      const known = before.get(endpoint.id);
      return [endpoint.id, known?.address === address ? known : { address, load: newEndpointLoad(joinedAtMs) }];
    }),
  );
}
