// Once a minute: what heals the mesh when a step between two objects was lost, and what is old enough to go. Every step
// is idempotent, and one that fails does not keep the others from running; the next minute tries again.
import type { Env } from "../env/env.ts";
import { MESH_OBJECT } from "../model/word/refs.ts";
import type { DynamicEndpoint } from "../model/registry/registry.ts";
import { announce } from "../change/announce.ts";
import { expireOverrides } from "../change/expire-overrides.ts";
import { followRollouts } from "../change/follow-rollouts.ts";
import { leaseOf } from "./lease-of.ts";
import { REVISIONS_KEPT_MS } from "../store/history.ts";
import { Store } from "../store/store.ts";

/** Tombstones of endpoints are kept so long; isolates that have not asked for half of that start over. */
const TOMBSTONE_MS = 24 * 3_600_000;

export type SweepStep =
  "announce" | "leases" | "tombstones" | "snapshots" | "history" | "overrides" | "rollouts" | "sessions";

const STEPS = [
  "announce",
  "leases",
  "tombstones",
  "snapshots",
  "history",
  "overrides",
  "rollouts",
  "sessions",
] as const satisfies readonly SweepStep[];

/**
 * @param now milliseconds since the epoch
 * @returns the steps that failed
 */
export async function sweep(
  env: Pick<Env, "DB" | "MESH" | "PRESENCE" | "ROLLOUT" | "LOCAL_MESH">,
  now: number,
): Promise<SweepStep[]> {
  const store = new Store(env.DB);
  const steps: Record<SweepStep, () => Promise<unknown>> = {
    // An announcement that was lost is made up for.
    announce: async () => {
      if (!(await announce(env, await store.head()))) {
        throw new Error("the mesh object cannot be reached");
      }
    },
    // An endpoint whose lease was never started (a crash after the registry's write) would live for ever.
    leases: async () => reconcileLeases(env, await store.endpoints()),
    tombstones: () => store.dropTombstones(new Date(now - TOMBSTONE_MS).toISOString()),
    snapshots: () => store.trimSnapshots(),
    // The mesh object's alarm is faster; this is for one that was lost.
    overrides: async () => {
      const next = await expireOverrides(env, now);
      if (next !== null) {
        await env.MESH.getByName(MESH_OBJECT).expireAt(next);
      }
    },
    // A controller that has not heard what its document says, or whose share the mesh object has lost.
    rollouts: () => followRollouts(env, store),
    sessions: () => store.dropSessions(now),
    history: () => store.trimHistory(new Date(now - REVISIONS_KEPT_MS).toISOString()),
  };
  const failed: SweepStep[] = [];
  for (const name of STEPS) {
    try {
      await steps[name]();
    } catch (error) {
      // oxlint-disable-next-line no-console -- nobody waits for a scheduled run: the log is the only place to say it
      console.error(JSON.stringify({ level: "error", at: `sweep/${name}`, error: String(error) }));
      failed.push(name);
    }
  }
  return failed;
}

/** Every cluster with leased endpoints hears which ones there are. */
async function reconcileLeases(env: Pick<Env, "PRESENCE">, endpoints: readonly DynamicEndpoint[]): Promise<void> {
  const clusters = Map.groupBy(
    endpoints.filter(({ lease }) => lease !== null),
    ({ cluster }) => cluster,
  );
  for (const [cluster, registered] of clusters) {
    await env.PRESENCE.getByName(cluster).reconcile(registered.flatMap((one) => leaseOf(one) ?? []));
  }
}
