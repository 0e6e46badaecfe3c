// How the mesh itself is: the registry's revision, how far it has come, limits in use, and whether its objects answer.
import type { Family } from "../../decide/signals/exposition.ts";
import type { Env } from "../../env/env.ts";
import { serviceKey, MESH_OBJECT } from "../../model/word/refs.ts";
import type { Store } from "../../store/store.ts";

const MOST_POLICIES = 50;
/** Buckets of one policy that are looked at for the fullest: they come nearest to exhaustion first. */
const MOST_BUCKETS = 100;

export async function meshMetrics(store: Store, env: Env): Promise<Family[]> {
  const { revision, generation } = await store.head();
  const [propagation, utilization] = await Promise.all([propagationOf(env, revision), utilizationOf(store, env)]);
  const gauge = (name: string, help: string, value: number, labels = {}): Family => ({
    type: "gauge",
    name,
    help,
    samples: [{ labels, value }],
  });
  return [
    gauge("selvage_config_info", "The registry's revision and generation.", 1, {
      revision: String(revision),
      generation: String(generation),
    }),
    gauge("selvage_config_revision", "The registry's revision.", revision),
    gauge(
      "selvage_mesh_object_up",
      "1 = the object that tells isolates of changes answers.",
      propagation === null ? 0 : 1,
    ),
    ...(propagation === null
      ? []
      : [
          {
            type: "gauge" as const,
            name: "selvage_config_isolates",
            help: "Isolates that asked lately, by whether they run the revision.",
            samples: [
              { labels: { state: "current" }, value: propagation.current },
              { labels: { state: "behind" }, value: propagation.behind },
            ],
          },
        ]),
    ...(propagation?.p99Ms === null || propagation?.p99Ms === undefined
      ? []
      : [
          gauge(
            "selvage_config_lag_seconds",
            "How long 99 % of isolates took to the revision.",
            propagation.p99Ms / 1000,
          ),
        ]),
    {
      type: "gauge",
      name: "selvage_ratelimit_utilization_ratio",
      help: "How much of its fullest bucket a limit's policy has in use.",
      samples: utilization,
    },
  ];
}

async function propagationOf(
  env: Env,
  revision: number,
): Promise<{ current: number; behind: number; p99Ms: number | null } | null> {
  try {
    return await env.MESH.getByName(MESH_OBJECT).propagation(revision);
  } catch {
    return null;
  }
}

type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

async function utilizationOf(store: Store, env: Env): Promise<Sample[]> {
  const policies = (await store.documents({ kind: "RateLimitPolicy" })).slice(0, MOST_POLICIES);
  const samples = await Promise.all(
    policies.map(async ({ document: { metadata } }): Promise<Sample[]> => {
      const name = serviceKey(metadata.namespace, metadata.name);
      try {
        const [first] = await env.LIMITER.getByName(name).usage(MOST_BUCKETS);
        const value = first === undefined || first.capacity === 0 ? 0 : first.used / first.capacity;
        return [{ labels: { limiter: `RateLimitPolicy/${name}`, limit: first?.limit ?? "" }, value }];
      } catch {
        return [];
      }
    }),
  );
  return samples.flat();
}
