// Which services have a breaker or ejection at all, through a policy of their own or of a rule that leads to them.
import type { ServiceKey, Snapshot } from "../model/snapshot.ts";

export function guardedServices({ services, router }: Snapshot): ServiceKey[] {
  const guarded = new Set<ServiceKey>();
  for (const [key, { circuit }] of Object.entries(services)) if (circuit !== undefined) guarded.add(key);
  for (const { backends } of router.rules) {
    for (const { circuit, target } of backends) {
      if (circuit !== undefined && "service" in target) guarded.add(target.service);
    }
  }
  return [...guarded].toSorted();
}
