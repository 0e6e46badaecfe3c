// Whether the client of the token call is who it says. The same digest, the same comparison and the same patience with
// those who guess as on the data plane; an unknown client costs as much work as a wrong secret.
import { isSecretOf } from "../../decide/identity/authenticate.ts";
import { addressWait, countAddress } from "../../decide/identity/address-limit.ts";
import { isolateState } from "../../isolate/state.ts";
import { meshClientOf } from "../../decide/identity/mesh-caller.ts";
import type { Client } from "../../model/snapshot/access.ts";
import type { MeshKeys } from "../../model/message/mesh-keys.ts";
import type { Snapshot } from "../../model/snapshot/snapshot.ts";
import { secretDigest } from "../../tokens/secret-digest.ts";
import { unknownClient, type PresentedCredentials, type OAuthRefusal } from "./request.ts";

interface Judging {
  readonly ip: string | null;
  readonly now: number;
}

/** For whoever was wrong too often; null = may be wrong once more. */
export function tooManyFailures({ ip, now }: Judging): OAuthRefusal | null {
  const waitMs = addressWait(isolateState().tokenFailures, ip, now);
  if (waitMs <= 0) {
    return null;
  }
  const description = "Too many credentials from this address were refused.";
  return { status: 429, error: "temporarily_unavailable", description, retryAfter: Math.ceil(waitMs / 1000) };
}

export function countFailure({ ip, now }: Judging): void {
  countAddress(isolateState().tokenFailures, ip, now);
}

/**
 * @param newer the registry's newest snapshot when it is newer than `live`, else null: credentials may be a second old.
 * To spare the registry, what was read for somebody else half a second ago will do.
 */
export async function judgeClient(
  { id, secret }: PresentedCredentials,
  keys: MeshKeys,
  live: Snapshot,
  newer: (sparing: boolean) => Promise<Snapshot | null>,
  judging: Judging,
): Promise<Client | OAuthRefusal> {
  const { now } = judging;
  const digest = await secretDigest(keys.pepper, secret);
  let client = meshClientOf(live.identities, id);
  let good = isSecretOf(client, digest, now);
  if (!good) {
    // Whoever guesses is not to make work for the registry, nor to keep those out whose credentials are new.
    const refused = tooManyFailures(judging);
    const snapshot = await newer(refused !== null);
    if (snapshot !== null) {
      client = meshClientOf(snapshot.identities, id);
      good = isSecretOf(client, digest, now);
    }
    if (!good && refused !== null) {
      return refused;
    }
  }
  if (!good || client === null) {
    countFailure(judging);
    return unknownClient();
  }
  return client;
}
