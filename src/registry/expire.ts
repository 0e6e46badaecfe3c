// The end of leases: endpoints that were not heard from are removed from the registry, and the mesh is told.
import type { Env } from "../env/env.ts";
import { announce } from "../change/announce.ts";
import { Store } from "../store/store.ts";
import { endpointKey, partsOfEndpointKey } from "../model/word/refs.ts";

/** Longest list of endpoints in one audit row. */
const NAMED = 100;

/** Removes what is still the registration that the lease was for. False = the registry could not be reached. */
export async function expireLeases(
  env: Pick<Env, "DB" | "MESH">,
  gone: readonly { readonly key: string; readonly lease: string }[],
  now: number,
): Promise<boolean> {
  const store = new Store(env.DB);
  const wanted = gone.map(({ key, lease }) => ({ ...partsOfEndpointKey(key), lease }));
  const leases = new Set(gone.map(({ lease }) => lease));
  const at = new Date(now).toISOString();
  try {
    const present = (await store.findEndpoints(wanted)).filter(({ lease }) => lease !== null && leases.has(lease));
    if (present.length === 0) {
      return true;
    }
    const head = await store.expireEndpoints(wanted, at, {
      at,
      actor: "system:presence",
      role: null,
      ip: null,
      action: "expire",
      target: "endpoints",
      outcome: "allowed",
      before: null,
      after: null,
      revision: null,
      reason: "No heartbeat within the ttl.",
      detail: {
        count: present.length,
        clusters: [...new Set(present.map(({ cluster }) => cluster))].slice(0, NAMED),
        endpoints: present.slice(0, NAMED).map(endpointKey),
      },
    });
    await announce(env, head);
    return true;
  } catch (error) {
    // oxlint-disable-next-line no-console -- nobody waits for this call: the log is the only place to say it
    console.error(JSON.stringify({ level: "error", at: "presence", error: String(error) }));
    return false;
  }
}
