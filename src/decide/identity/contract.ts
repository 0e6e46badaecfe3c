// Whether an application has a contract in force with a service: a lookup in the snapshot, nothing else.
import type { ContractEntry, Identities } from "../../model/snapshot/access.ts";
import type { Party } from "../../model/snapshot/caller.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";

/** null = none in force. */
export function contractOf(
  identities: Identities | undefined,
  application: Pick<Party, "namespace" | "name"> | null,
  service: ServiceKey,
): ContractEntry | null {
  if (identities === undefined || application === null) {
    return null;
  }
  if (!Object.hasOwn(identities.contracts, service)) {
    return null;
  }
  const key = `${application.namespace}/${application.name}`;
  const ofService = identities.contracts[service];
  return ofService !== undefined && Object.hasOwn(ofService, key) ? (ofService[key] ?? null) : null;
}

/** Whether client-ID enforcement of the service asks for a contract: it offers at least one tier. */
export function asksForContract(identities: Identities | undefined, service: ServiceKey): boolean {
  return identities !== undefined && Object.hasOwn(identities.tiered, service);
}
