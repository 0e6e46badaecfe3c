// Which services have a breaker or ejection at all, through a policy of their own or of a rule that leads to them.
import type { ServiceKey, Snapshot } from "../model/snapshot.ts";

export function guardedServices({ services, router, circuits = [] }: Snapshot): ServiceKey[] {
  const guarded = new Set<ServiceKey>();
  const guards = (index: number | undefined): boolean => {
    const circuit = index === undefined ? undefined : circuits[index];
    return circuit !== undefined && (circuit.breaker !== null || circuit.outlier !== null);
  };
  for (const [key, { circuit }] of Object.entries(services)) if (guards(circuit)) guarded.add(key);
  for (const { backends } of router.rules) {
    for (const { circuit, target } of backends) {
      if (guards(circuit) && "service" in target) guarded.add(target.service);
    }
  }
  return [...guarded].toSorted();
}
