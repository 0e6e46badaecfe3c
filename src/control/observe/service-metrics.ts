// What is known of services beside their requests: whether endpoints take any, what breakers do and how much of a cap
// is in use. Asked of a bounded number of objects.
import { coordinatedServices } from "../../decide/breaker/guarded-services.ts";
import { shownName } from "../../decide/balance/endpoint-identity.ts";
import type { Family } from "../../decide/signals/exposition.ts";
import type { Env } from "../../env/env.ts";
import type { BreakerStates } from "../../model/message/objects.ts";
import type { Share } from "../../model/message/rollout.ts";
import { MESH_OBJECT } from "../../model/word/refs.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { Store } from "../../store/store.ts";
import type { Operator } from "../operator/operator.ts";
import { seenStates } from "../operator/redact.ts";
import { knownServices } from "./known-services.ts";

const MOST_OBJECTS = 50;
const STATES = ["closed", "open", "half-open"] as const;

type Labelled = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

export async function serviceMetrics(
  store: Store,
  env: Env,
  operator: Operator,
  covers: (service: ServiceKey) => boolean,
): Promise<Family[]> {
  const { revision } = await store.head();
  const [known, snapshot, shares] = await Promise.all([
    knownServices(store, env, covers),
    store.snapshot(revision),
    sharesOf(env),
  ]);
  const dealt = Object.entries(snapshot?.services ?? {}).filter(([service]) => covers(service));
  const guarded = (snapshot === null ? [] : coordinatedServices(snapshot)).filter(covers).slice(0, MOST_OBJECTS);
  const states = await Promise.all(guarded.map(async (service) => ({ service, states: await statesOf(env, service) })));
  const gauge = (name: string, help: string, samples: readonly Labelled[]): Family => ({
    type: "gauge",
    name,
    help,
    samples,
  });
  const ofStates = (of: (service: ServiceKey, states: BreakerStates) => readonly Labelled[]): readonly Labelled[] =>
    states.flatMap((one) => (one.states === null ? [] : of(one.service, seenStates(operator, one.states))));
  return [
    gauge(
      "selvage_endpoint_healthy",
      "1 = the endpoint may be asked; 0 = its checks or the calls sent to it fail, or it is drained.",
      [...known].flatMap(([service, { all }]) =>
        all.map(({ id, cluster, version, health, weight, draining }) => ({
          labels: { service, selvage_endpoint: id, selvage_cluster: cluster, service_version: version ?? "" },
          value: health === "unhealthy" || draining || weight === 0 ? 0 : 1,
        })),
      ),
    ),
    gauge(
      "selvage_breaker_state",
      "1 = the breaker is in that state.",
      ofStates((service, { rows }) =>
        rows.flatMap(({ policy, target, state }) =>
          STATES.map((one) => ({
            labels: { breaker: policy, target: shownName(target), service, state: one },
            value: state === one ? 1 : 0,
          })),
        ),
      ),
    ),
    gauge(
      "selvage_concurrency_in_use",
      "Requests at once under a cap, of the whole fleet.",
      ofStates((service, { slots }) =>
        slots.map(({ policy, inUse }) => ({ labels: { service, limiter: policy }, value: inUse })),
      ),
    ),
    gauge(
      "selvage_concurrency_limit",
      "The cap on requests at once.",
      ofStates((service, { slots }) =>
        slots.map(({ policy, limit }) => ({ labels: { service, limiter: policy }, value: limit })),
      ),
    ),
    gauge(
      "selvage_rollout_weight_ratio",
      "The share of a service's callers that a version has, where a Rollout deals them.",
      dealt.flatMap(([service, { rollout }]) => {
        const share = shares.get(service);
        if (rollout === undefined || share === undefined) {
          return [];
        }
        const of = (version: string, percent: number): Labelled => ({
          labels: { rollout: rollout.rollout, service, service_version: version },
          value: percent / 100,
        });
        return [of(rollout.stable, 100 - share.weight), of(rollout.canary, share.weight)];
      }),
    ),
    gauge(
      "selvage_retry_allowance_left",
      "Retries that could be made now without requests that earn them.",
      ofStates((service, { retries }) =>
        retries.map(({ policy, left }) => ({ labels: { service, limiter: policy }, value: left })),
      ),
    ),
  ];
}

/** By service; none where the mesh object cannot be asked. */
async function sharesOf(env: Env): Promise<ReadonlyMap<ServiceKey, Share>> {
  try {
    return (await env.MESH.getByName(MESH_OBJECT).forced()).shares ?? new Map();
  } catch {
    return new Map();
  }
}

async function statesOf(env: Env, service: ServiceKey): Promise<BreakerStates | null> {
  try {
    return await env.BREAKER.getByName(service).states();
  } catch {
    return null;
  }
}
