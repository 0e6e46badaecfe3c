// Whether a client id and secret are an application's. The secret is digested under the mesh's own key and compared
// with digests; for an id that does not exist the same work is done. Of wrong ones only so many are answered for an
// address.
import { isSecretOf } from "../../decide/identity/authenticate.ts";
import { indexClients, lookUpClient, type ClientIndex } from "../../decide/identity/client-index.ts";
import type { ClientCredentials } from "../../decide/identity/credentials.ts";
import { addressWait, countAddress } from "../../decide/identity/address-limit.ts";
import { principalOf } from "../../decide/identity/mesh-names.ts";
import type { ProofMemory } from "../../isolate/proof-memory.ts";
import type { Identities } from "../../model/snapshot/access.ts";
import type { MeshKeys } from "../../model/message/mesh-keys.ts";
import type { Party } from "../../model/snapshot/caller.ts";
import { secretDigest } from "../../tokens/secret-digest.ts";
import type { Exchange } from "../exchange/exchange.ts";

export type CheckedClient =
  | {
      readonly is: "good";
      readonly application: Party;
      /** Those that its secret was digested with. */
      readonly keys: MeshKeys;
      /** When the next of its secrets ends, milliseconds since the epoch. */
      readonly until: number;
    }
  | { readonly is: "bad" }
  | { readonly is: "too-often"; readonly waitMs: number }
  | { readonly is: "uncheckable" };

export async function checkClient(
  { ports, env, settings, ctx, live, admitted, state: { proofs } }: Exchange,
  { id, secret }: ClientCredentials,
  now: number,
): Promise<CheckedClient> {
  const keys = await ports.keys(env, ctx, now);
  if (keys === null) {
    return { is: "uncheckable" };
  }
  const digest = await secretDigest(keys.pepper, secret);
  const { client, isKnown } = lookUpClient(indexOf(proofs, live.snapshot.identities?.clients ?? NO_CLIENTS), id);
  const good = isSecretOf(client, digest, now);
  if (!good || !isKnown || client.kind !== "Application") {
    const waitMs = addressWait(proofs.failures, admitted.clientAddress, now);
    if (waitMs > 0) {
      return { is: "too-often", waitMs };
    }
    countAddress(proofs.failures, admitted.clientAddress, now);
    return { is: "bad" };
  }
  const { namespace, name } = client;
  const ends = client.secrets.flatMap(({ expiresAtMs }) =>
    expiresAtMs === null || expiresAtMs <= now ? [] : expiresAtMs,
  );
  const until = Math.min(Infinity, ...ends);
  return {
    is: "good",
    keys,
    until,
    application: { principal: principalOf(settings, "app", namespace, name), namespace, name },
  };
}

type Clients = Identities["clients"];

const NO_CLIENTS: Clients = {};

function indexOf(proofs: ProofMemory, clients: Clients): ClientIndex {
  const known = proofs.clients.get(clients);
  if (known !== undefined) {
    return known;
  }
  const made = indexClients(clients);
  proofs.clients.set(clients, made);
  return made;
}
