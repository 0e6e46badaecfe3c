// Who a mesh token speaks for, now: the party that it names must still be there, and so must what it was given for. A
// token whose signature holds is not enough: whoever deletes a service or the last secret of an application means it.
import type { Client, Identities } from "../../model/snapshot/access.ts";
import type { Caller, Claims, Party } from "../../model/snapshot/caller.ts";
import type { Snapshot } from "../../model/snapshot/snapshot.ts";
import { ANONYMOUS } from "./caller.ts";
import { readSpiffeId, type Spiffe } from "./spiffe-id.ts";

/** `typ` of what the token call gives out (RFC 9068 §2.1). */
export const ACCESS_TOKEN_TYPE = "at+jwt";
export const ACCESS_TOKEN_SECONDS = 600;
/** Before the cluster's name in `client_id` of a token that was exchanged for one of that cluster. */
const CLUSTER = "cluster:";

export const clusterClient = (cluster: string): string => CLUSTER + cluster;

/** @returns null = nobody that the mesh knows now */
export function meshParty(
  claims: Claims,
  { services, identities }: Pick<Snapshot, "services" | "identities">,
  trustDomain: string,
  now: number,
): Spiffe | null {
  const { sub, client_id: client } = claims;
  const named = typeof sub === "string" ? readSpiffeId(sub, trustDomain) : null;
  if (named === null || typeof client !== "string") {
    return null;
  }
  const { kind, party } = named;
  if (kind === "workload" && !Object.hasOwn(services, `${party.namespace}/${party.name}`)) {
    return null;
  }
  return isStillGiven(client, kind, party, identities, now) ? named : null;
}

function isStillGiven(
  client: string,
  kind: Spiffe["kind"],
  party: Party,
  identities: Identities | undefined,
  now: number,
): boolean {
  if (client.startsWith(CLUSTER)) {
    return kind === "workload" && (identities?.trust ?? []).some(({ cluster }) => clusterClient(cluster) === client);
  }
  const known = meshClientOf(identities, client);
  if (known === null || known.namespace !== party.namespace || known.name !== party.name) {
    return false;
  }
  const isLive = known.secrets.some(({ expiresAtMs }) => expiresAtMs === null || now < expiresAtMs);
  return isLive && (known.kind === "Service") === (kind === "workload");
}

/** A client id is what a stranger writes: it may be the name of something that every object has. */
export function meshClientOf(identities: Identities | undefined, id: string): Client | null {
  const clients = identities?.clients;
  return clients !== undefined && Object.hasOwn(clients, id) ? (clients[id] ?? null) : null;
}

export interface MeshProof {
  readonly spiffe: Spiffe;
  readonly claims: Claims;
  readonly expiresAtMs: number;
}

/**
 * Puts several proofs together: a workload and an application may come in one request. @returns null = they contradict
 */
export function meshCaller(proofs: readonly MeshProof[]): Caller | null {
  const parties: { workload: Party | null; application: Party | null } = { workload: null, application: null };
  for (const { spiffe } of proofs) {
    const before = parties[spiffe.kind];
    if (before !== null && before.principal !== spiffe.party.principal) {
      return null;
    }
    parties[spiffe.kind] = spiffe.party;
  }
  const [first] = proofs;
  if (first === undefined) {
    return ANONYMOUS;
  }
  const expiresAtMs = Math.min(...proofs.map((proof) => proof.expiresAtMs));
  return { ...ANONYMOUS, ...parties, claims: first.claims, expiresAtMs };
}
