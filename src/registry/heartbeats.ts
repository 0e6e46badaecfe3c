// Heartbeats: each goes to the presence object of the endpoint's cluster, in one call for all of that cluster, and is
// no write to the registry. Whoever hears that an endpoint is not known registers it again.
import type { Env } from "../env/env.ts";
import type { Refusal } from "../model/word/problem.ts";
import { endpointKey, serviceKey } from "../model/word/refs.ts";
import { startLease } from "./endpoints.ts";
import type { Live } from "../isolate/snapshot.ts";
import type { EndpointKey } from "../store/endpoints.ts";
import type { Store } from "../store/store.ts";

/** `expiresAt` null = not registered (any more). */
interface Beat extends EndpointKey {
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | null;
}

type Beats = { readonly ok: true; readonly beats: readonly Beat[] } | { readonly ok: false; readonly refusal: Refusal };

/**
 * Renews the leases, and answers in the order of the keys.
 *
 * @param live what the isolate knows of the mesh: it saves asking the registry which cluster an endpoint is in
 */
export async function heartbeat(
  env: Pick<Env, "PRESENCE">,
  store: Store,
  keys: readonly EndpointKey[],
  { live, now }: { readonly live: Live | null; readonly now: number },
): Promise<Beats> {
  const clusters = await clustersOf(store, keys, live);
  const renewed = new Map<string, number>();
  try {
    for (const [cluster, members] of Map.groupBy(keys, (key) => clusters.get(endpointKey(key)) ?? null)) {
      if (cluster === null) {
        continue;
      }
      const renewals = await env.PRESENCE.getByName(cluster).renew(members.map(endpointKey));
      for (const { key, expiresAt } of renewals) {
        if (expiresAt !== null) {
          renewed.set(key, expiresAt);
        }
      }
    }
  } catch {
    return { ok: false, refusal: UNREACHABLE };
  }
  const unknown = keys.filter((key) => clusters.has(endpointKey(key)) && !renewed.has(endpointKey(key)));
  for (const key of await revived(env, store, unknown, now)) {
    renewed.set(key.key, key.expiresAt);
  }
  return { ok: true, beats: keys.map((key) => ({ ...key, expiresAt: renewed.get(endpointKey(key)) ?? null })) };
}

const UNREACHABLE: Refusal = {
  problem: "storageUnavailable",
  detail: "The leases cannot be renewed right now. They are kept a while longer; send the heartbeat again.",
  headers: { "retry-after": "2" },
};

async function clustersOf(
  store: Store,
  keys: readonly EndpointKey[],
  live: Live | null,
): Promise<ReadonlyMap<string, string>> {
  const clusters = new Map<string, string>();
  for (const key of keys) {
    const known = live?.endpoints.get(serviceKey(key.namespace, key.service))?.find(({ id }) => id === key.id);
    if (known !== undefined) {
      clusters.set(endpointKey(key), known.cluster);
    }
  }
  const rest = keys.filter((key) => !clusters.has(endpointKey(key)));
  if (rest.length === 0) {
    return clusters;
  }
  for (const found of await store.findEndpoints(rest)) {
    clusters.set(endpointKey(found), found.cluster);
  }
  return clusters;
}

/** Registered, and heard from, but without a lease: one that was never started, or that ran out a moment ago. */
async function revived(
  env: Pick<Env, "PRESENCE">,
  store: Store,
  keys: readonly EndpointKey[],
  now: number,
): Promise<{ readonly key: string; readonly expiresAt: number }[]> {
  if (keys.length === 0) {
    return [];
  }
  const back: { key: string; expiresAt: number }[] = [];
  for (const endpoint of await store.findEndpoints(keys)) {
    if (endpoint.ttlMs === null) {
      continue;
    }
    // A new lease in the registry first: a removal that is on its way for the old one passes this endpoint by.
    const lease = crypto.randomUUID();
    const kept = await store.renewRegistration(endpoint, lease);
    if (kept && (await startLease(env, { ...endpoint, lease }))) {
      back.push({ key: endpointKey(endpoint), expiresAt: now + endpoint.ttlMs });
    }
  }
  return back;
}
