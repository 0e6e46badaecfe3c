// SPIFFE IDs of the mesh's parties: `spiffe://<trust domain>/ns/<namespace>/sa/<service>` and `…/app/<application>`.
// Read character for character: what is not exactly one of them names nobody.
import type { Party } from "../../model/snapshot/caller.ts";

export interface Spiffe {
  readonly kind: "workload" | "application";
  readonly party: Party;
}

const LABEL = "[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?";
/** Services are DNS labels, applications may have dots. */
const PATH = new RegExp(`^/ns/(${LABEL})/(?:(sa)/(${LABEL})|(app)/(?=.{1,253}$)([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?))$`);

/** @returns null = of another trust domain, or of another form */
export function readSpiffeId(id: string, trustDomain: string): Spiffe | null {
  const prefix = `spiffe://${trustDomain}`;
  const found = (id.startsWith(prefix) ? PATH.exec(id.slice(prefix.length)) : null) ?? [];
  const [, namespace, workload, service, , application] = found;
  const name = service ?? application;
  if (namespace === undefined || name === undefined) {
    return null;
  }
  return { kind: workload === "sa" ? "workload" : "application", party: { principal: id, namespace, name } };
}
