// What an isolate remembers of each service's breakers and health, and of what operators force upon services.
import { takeForced } from "../decide/breaker/forced.ts";
import { newIsolateBreakers, type IsolateBreakers } from "../decide/breaker/isolate.ts";
import { newIsolateHealth, type IsolateHealth } from "../decide/health/isolate.ts";
import { BoundedMap } from "../decide/text/bounded-map.ts";
import type { ForcedList } from "../model/message/forced.ts";
import type { ServiceKey } from "../model/snapshot/snapshot.ts";

export interface BreakerMemory {
  readonly services: BoundedMap<ServiceKey, IsolateBreakers>;
  /** Of services with a health check. */
  readonly health: BoundedMap<ServiceKey, IsolateHealth>;
  /** Services that a report is scheduled for: until when it has gone out, or its request was cancelled. */
  readonly scheduled: BoundedMap<ServiceKey, number>;
  /** What operators force, as the mesh object last said it; null = nothing was heard. */
  forced: { readonly list: ForcedList; readonly sentAt: number } | null;
}

const MOST_SERVICES = 5000;

export function newBreakerMemory(): BreakerMemory {
  return {
    services: new BoundedMap(MOST_SERVICES),
    health: new BoundedMap(MOST_SERVICES),
    scheduled: new BoundedMap(MOST_SERVICES),
    forced: null,
  };
}

/** What the isolate knows of a service's breakers; it begins with what operators force. */
export function breakersOf({ services, forced }: BreakerMemory, service: ServiceKey): IsolateBreakers {
  return services.getOrMake(service, () => {
    const made = newIsolateBreakers();
    const orders = forced?.list.services.get(service);
    if (forced !== null && orders !== undefined) {
      takeForced(made, orders, forced.sentAt);
    }
    return made;
  });
}

export function healthOf({ health }: BreakerMemory, service: ServiceKey): IsolateHealth {
  return health.getOrMake(service, newIsolateHealth);
}

/** The mesh object said what operators force. @param sentAt when it was asked */
export function obey(memory: BreakerMemory, list: ForcedList, sentAt: number): void {
  memory.forced = { list, sentAt };
  for (const [service, orders] of list.services) {
    const breakers = memory.services.get(service);
    if (breakers !== undefined) {
      takeForced(breakers, orders, sentAt);
    }
  }
}
