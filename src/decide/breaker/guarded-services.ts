// Which services have a coordinator that does something for them, through a policy of their own or of a rule that leads to
// them: breakers and ejection, or capacity as well.
import type { Circuit } from "../../model/snapshot/circuit.ts";
import type { ServiceKey, Snapshot } from "../../model/snapshot/snapshot.ts";

/** Those with a breaker or ejection. */
export function guardedServices(snapshot: Snapshot): ServiceKey[] {
  return servicesUnder(snapshot, isGuard);
}

/** Those with a cap on concurrency or a retry budget, too. */
export function coordinatedServices(snapshot: Snapshot): ServiceKey[] {
  return servicesUnder(
    snapshot,
    (circuit) => isGuard(circuit) || circuit.concurrency !== undefined || circuit.retryBudget !== undefined,
  );
}

function isGuard({ breaker, outlier }: Circuit): boolean {
  return breaker !== null || outlier !== null;
}

function servicesUnder(
  { services, router, circuits = [] }: Snapshot,
  counts: (circuit: Circuit) => boolean,
): ServiceKey[] {
  const found = new Set<ServiceKey>();
  const applies = (index: number | undefined): boolean => {
    const circuit = index === undefined ? undefined : circuits[index];
    return circuit !== undefined && counts(circuit);
  };
  for (const [key, { circuit }] of Object.entries(services)) if (applies(circuit)) found.add(key);
  for (const { backends } of router.rules) {
    for (const { circuit, target } of backends) {
      if (applies(circuit) && "service" in target) found.add(target.service);
    }
  }
  return [...found].toSorted();
}
