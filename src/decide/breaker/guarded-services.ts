// Which services have a coordinator that does something for them, through a policy of their own or of a rule that leads
// to them: breakers and ejection, or capacity as well.
import type { Circuit } from "../../model/snapshot/circuit.ts";
import type { Held } from "../../model/snapshot/policies.ts";
import type { ServiceKey, Snapshot } from "../../model/snapshot/snapshot.ts";

/** Those with a breaker or ejection. */
export function guardedServices(snapshot: Snapshot): ServiceKey[] {
  return servicesUnder(snapshot, isGuard);
}

/** Those with a cap on concurrency or a retry budget, too. */
export function coordinatedServices(snapshot: Snapshot): ServiceKey[] {
  return servicesUnder(
    snapshot,
    (circuit) =>
      isGuard(circuit) || [circuit.concurrency, circuit.beside, circuit.retryBudget].some((one) => one !== undefined),
  );
}

function isGuard({ breaker, outlier }: Circuit): boolean {
  return breaker !== null || outlier !== null;
}

function servicesUnder(
  { services, router, policies: { traffic = [] } }: Snapshot,
  counts: (circuit: Circuit) => boolean,
): ServiceKey[] {
  const found = new Set<ServiceKey>();
  const applies = ({ policies }: Held): boolean => {
    const circuit = policies.traffic === undefined ? null : traffic[policies.traffic]?.circuit;
    return circuit !== null && circuit !== undefined && counts(circuit);
  };
  for (const [key, service] of Object.entries(services)) {
    if (applies(service)) {
      found.add(key);
    }
  }
  for (const { backends } of router.rules) {
    for (const backend of backends) {
      if (applies(backend) && "service" in backend.target) {
        found.add(backend.target.service);
      }
    }
  }
  return [...found].toSorted();
}
