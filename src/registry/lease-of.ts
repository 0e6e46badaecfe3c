// The lease of an endpoint, as it is kept.
import type { LeaseGrant } from "../model/message/propagation.ts";
import type { DynamicEndpoint } from "../model/registry/registry.ts";
import { endpointKey } from "../model/word/refs.ts";

/** null = the endpoint has no ttl, and so no lease. */
export function leaseOf(endpoint: DynamicEndpoint): LeaseGrant | null {
  const { lease, ttlMs } = endpoint;
  return lease === null || ttlMs === null ? null : { key: endpointKey(endpoint), ttlMs, lease };
}
