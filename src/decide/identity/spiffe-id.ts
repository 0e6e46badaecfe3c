// SPIFFE IDs of the mesh's parties: `spiffe://<trust domain>/ns/<namespace>/sa/<service>` and `…/app/<application>`. Read
// character for character: what is not exactly one of them names nobody.
import type { Party } from "../../model/snapshot/caller.ts";

export interface Spiffe {
  readonly kind: "workload" | "application";
  readonly party: Party;
}

const PATH = /^\/ns\/([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)\/(sa|app)\/([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)$/;

/** @returns null = of another trust domain, or of another form */
export function readSpiffeId(id: string, trustDomain: string): Spiffe | null {
  const prefix = `spiffe://${trustDomain}`;
  const [, namespace, kind, name] = (id.startsWith(prefix) ? PATH.exec(id.slice(prefix.length)) : null) ?? [];
  if (namespace === undefined || name === undefined) return null;
  return { kind: kind === "sa" ? "workload" : "application", party: { principal: id, namespace, name } };
}
