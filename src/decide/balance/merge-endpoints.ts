// The endpoints of each service as traffic sees them: those of its document, then those that registered. Merged when
// the snapshot or the registrations change, never for a request.
import { registeredKey } from "./endpoint-identity.ts";
import { serviceKey } from "../../model/word/refs.ts";
import type { DynamicEndpoint, EndpointChanges } from "../../model/registry/registry.ts";
import type { Endpoint, ServiceKey, Snapshot } from "../../model/snapshot/snapshot.ts";

/** Registered endpoints, by service and id. */
export type Registrations = ReadonlyMap<ServiceKey, ReadonlyMap<string, Endpoint>>;
export type EndpointMap = ReadonlyMap<ServiceKey, readonly Endpoint[]>;

const toEndpoint = (
  service: ServiceKey,
  { id, address, cluster, version, weight, priority, draining }: DynamicEndpoint,
): Endpoint => ({
  id,
  key: registeredKey(service, { id, address, version }),
  address,
  cluster,
  version,
  weight: draining ? 0 : weight,
  priority,
});

/**
 * The registrations after some changes, and the services that the changes are about. The given ones stay as they are.
 */
export function registrationsAfter(
  registrations: Registrations,
  { changed, removed }: EndpointChanges,
): { registrations: Registrations; touched: ReadonlySet<ServiceKey> } {
  const next = new Map(registrations);
  const touched = new Set<ServiceKey>();
  const own = (key: ServiceKey): Map<string, Endpoint> => {
    const mine = new Map(next.get(key));
    next.set(key, mine);
    touched.add(key);
    return mine;
  };
  for (const [key, endpoints] of Map.groupBy(changed, ({ namespace, service }) => serviceKey(namespace, service))) {
    const mine = own(key);
    for (const endpoint of endpoints) {
      mine.set(endpoint.id, toEndpoint(key, endpoint));
    }
  }
  for (const [key, endpoints] of Map.groupBy(removed, ({ namespace, service }) => serviceKey(namespace, service))) {
    const mine = own(key);
    for (const { id } of endpoints) {
      mine.delete(id);
    }
    if (mine.size === 0) {
      next.delete(key);
    }
  }
  return { registrations: next, touched };
}

/** All services of the snapshot with their endpoints. */
export function mergeAll(snapshot: Snapshot, registrations: Registrations): EndpointMap {
  const merged = new Map<ServiceKey, readonly Endpoint[]>();
  for (const [key, { endpoints }] of Object.entries(snapshot.services)) {
    merged.set(key, withRegistered(endpoints, registrations.get(key)));
  }
  return merged;
}

/** As `mergeAll`, when only the registrations of the touched services are new. */
export function mergeTouched(
  merged: EndpointMap,
  snapshot: Snapshot,
  registrations: Registrations,
  touched: ReadonlySet<ServiceKey>,
): EndpointMap {
  const next = new Map(merged);
  for (const key of touched) {
    const service = Object.hasOwn(snapshot.services, key) ? snapshot.services[key] : undefined;
    if (service !== undefined) {
      next.set(key, withRegistered(service.endpoints, registrations.get(key)));
    }
  }
  return next;
}

function withRegistered(
  written: readonly Endpoint[],
  registered: ReadonlyMap<string, Endpoint> | undefined,
): readonly Endpoint[] {
  return registered === undefined || registered.size === 0 ? written : [...written, ...registered.values()];
}
