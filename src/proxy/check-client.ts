// Whether a client id and secret are an application's. The secret is digested under the mesh's own key and compared with
// digests; for an id that does not exist the same work is done. Whoever is refused too often is not looked at for a while.
import { isSecretOf } from "../decide/authenticate.ts";
import type { ClientCredentials } from "../decide/credentials.ts";
import { failureWait, noteFailure, noteSuccess } from "../decide/failure-limit.ts";
import type { Client } from "../model/access.ts";
import type { Party } from "../model/caller.ts";
import { secretDigest } from "../tokens/secret-digest.ts";
import type { Exchange } from "./exchange.ts";

export type CheckedClient =
  | { readonly is: "good"; readonly application: Party }
  | { readonly is: "bad" }
  | { readonly is: "too-often"; readonly waitMs: number }
  | { readonly is: "uncheckable" };

export async function checkClient(
  { ports, env, ctx, live, admitted, proofs }: Exchange,
  { id, secret }: ClientCredentials,
  now: number,
): Promise<CheckedClient> {
  const ip = admitted.clientAddress;
  const waitMs = failureWait(proofs.failures, id, ip, now);
  if (waitMs > 0) return { is: "too-often", waitMs };
  const keys = await ports.keys(env, ctx, now);
  if (keys === null) return { is: "uncheckable" };
  const digest = await secretDigest(keys.pepper, secret);
  const client = clientOf(live.snapshot.identities?.clients, id);
  const good = isSecretOf(client, digest, now);
  if (!good || client === null || client.kind !== "Application") {
    noteFailure(proofs.failures, id, ip, now);
    return { is: "bad" };
  }
  noteSuccess(proofs.failures, id, ip, now);
  const { namespace, name } = client;
  const principal = `spiffe://${env.TRUST_DOMAIN}/ns/${namespace}/app/${name}`;
  return { is: "good", application: { principal, namespace, name } };
}

/** An id is what a stranger writes: it may be the name of something that every object has. */
function clientOf(clients: Readonly<Record<string, Client>> | undefined, id: string): Client | null {
  return clients !== undefined && Object.hasOwn(clients, id) ? (clients[id] ?? null) : null;
}
