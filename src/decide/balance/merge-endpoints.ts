// The endpoints of each service as traffic sees them: those of its document, then those that registered. Merged once
// for each service that is called, and anew when the snapshot or the registrations change.
import { registeredKey } from "./endpoint-identity.ts";
import { serviceKey } from "../../model/word/refs.ts";
import type { DynamicEndpoint, EndpointChanges } from "../../model/registry/registry.ts";
import type { Endpoint, ServiceKey, Snapshot } from "../../model/snapshot/snapshot.ts";

/** Registered endpoints, by service and id. */
export type Registrations = ReadonlyMap<ServiceKey, ReadonlyMap<string, Endpoint>>;
export type EndpointMap = Pick<ReadonlyMap<ServiceKey, readonly Endpoint[]>, "get">;

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

/** The registrations after some changes. The given ones stay as they are. */
export function registrationsAfter(registrations: Registrations, { changed, removed }: EndpointChanges): Registrations {
  const next = new Map(registrations);
  const own = (key: ServiceKey): Map<string, Endpoint> => {
    const mine = new Map(next.get(key));
    next.set(key, mine);
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
  return next;
}

/** What every service of the snapshot has, merged when it is first asked for: most services never are. */
export function mergeEndpoints({ services }: Pick<Snapshot, "services">, registrations: Registrations): EndpointMap {
  const merged = new Map<ServiceKey, readonly Endpoint[]>();
  return {
    get(key) {
      const known = merged.get(key);
      if (known !== undefined) {
        return known;
      }
      const written = Object.hasOwn(services, key) ? services[key]?.endpoints : undefined;
      if (written === undefined) {
        return undefined;
      }
      const registered = registrations.get(key);
      const all = registered === undefined || registered.size === 0 ? written : [...written, ...registered.values()];
      merged.set(key, all);
      return all;
    },
  };
}
