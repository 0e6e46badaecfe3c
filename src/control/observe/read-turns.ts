// What happened by itself: breakers and Rollouts that turned, endpoints that were ejected or began to fail. Asked of a
// bounded number of objects; one that does not answer tells nothing.
import { guardedServices } from "../../decide/breaker/guarded-services.ts";
import { shownName } from "../../decide/balance/endpoint-identity.ts";
import type { Env } from "../../env/env.ts";
import type { MeshChange } from "../../model/api/signals.ts";
import type { BreakerTurn } from "../../model/message/objects.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { Store } from "../../store/store.ts";
import { knownHealth } from "../view/endpoint-health.ts";

const MOST_OBJECTS = 50;

export async function readTurns(
  store: Store,
  env: Env,
  covers: (service: ServiceKey) => boolean,
): Promise<MeshChange[]> {
  const { revision } = await store.head();
  const [snapshot, { probed, troubles }] = await Promise.all([store.snapshot(revision), knownHealth(env)]);
  const guarded = (snapshot === null ? [] : guardedServices(snapshot)).filter(covers).slice(0, MOST_OBJECTS);
  const dealt = Object.entries(snapshot?.services ?? {}).flatMap(([key, { rollout }]) => (rollout ? [key] : []));
  const [turns, rollouts] = await Promise.all([
    Promise.all(guarded.map(async (service) => turnsOf(env, service))),
    Promise.all(
      dealt
        .filter(covers)
        .slice(0, MOST_OBJECTS)
        .map(async (service) => rolloutTurns(env, service)),
    ),
  ]);
  const unhealthy = [...probed].flatMap(([service, rows]) =>
    rows
      .filter(({ state }) => state === "unhealthy")
      .map(({ endpoint, since, cause }) => ill(service, `endpoint ${endpoint} fails its health checks`, since, cause)),
  );
  const failing = troubles.map(({ service, endpoint, state, since, told }) =>
    ill(service, `endpoint ${endpoint} is ${state}, by the calls sent to it`, since, told),
  );
  return [...turns.flat(), ...rollouts.flat(), ...unhealthy, ...failing];
}

async function turnsOf(env: Env, service: ServiceKey): Promise<MeshChange[]> {
  try {
    const { turns } = await env.BREAKER.getByName(service).states();
    return (turns ?? []).map((turn) => ofTurn(service, turn));
  } catch {
    return [];
  }
}

async function rolloutTurns(env: Env, service: ServiceKey): Promise<MeshChange[]> {
  try {
    const view = (await env.ROLLOUT?.getByName(service).view()) ?? null;
    return (view?.turns ?? []).map(({ at, phase, weight, reason, actor }) => ({
      at: new Date(at).toISOString(),
      kind: "rollout",
      service,
      actor,
      revision: null,
      title: `version ${view?.terms.canary} is ${phase} at ${weight} %`,
      detail: `Rollout/${view?.terms.rollout}: ${reason}`,
    }));
  } catch {
    return [];
  }
}

function ofTurn(service: ServiceKey, { at, policy, target, to }: BreakerTurn): MeshChange {
  const which = `${target.startsWith("e:") ? "endpoint" : "version"} ${shownName(target)}`;
  const isEjected = to === "ejected";
  return {
    at: new Date(at).toISOString(),
    kind: isEjected ? "ejection" : "breaker",
    service,
    actor: null,
    revision: null,
    title: isEjected ? `${which} was ejected` : `the breaker of ${which} is ${to}`,
    detail: `TrafficPolicy/${policy}`,
  };
}

function ill(service: ServiceKey, title: string, since: number, detail: string | null): MeshChange {
  const at = new Date(since).toISOString();
  return { at, kind: "health", service, actor: null, revision: null, title, detail };
}
