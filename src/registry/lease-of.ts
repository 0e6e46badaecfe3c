// How an endpoint's lease is called where leases are kept.
import type { LeaseGrant } from "../model/message/propagation.ts";
import type { DynamicEndpoint } from "../model/registry/registry.ts";
import type { EndpointKey } from "../store/endpoints.ts";

export function leaseKey({ namespace, service, id }: EndpointKey): string {
  return `${namespace}/${service}/${id}`;
}

/** null = the endpoint has no ttl, and so no lease. */
export function leaseOf(endpoint: DynamicEndpoint): LeaseGrant | null {
  const { lease, ttlMs } = endpoint;
  return lease === null || ttlMs === null ? null : { key: leaseKey(endpoint), ttlMs, lease };
}
