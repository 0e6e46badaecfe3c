// How endpoints are: what health checks and the calls of isolates say of them, laid over what their leases say. Asked
// of the mesh object, whom probers and isolates tell: nobody is woken, or made, by somebody who only looks.
import type { Env } from "../../env/env.ts";
import type { EndpointState } from "../../model/api/endpoints.ts";
import type { CallTrouble } from "../../model/message/call-notes.ts";
import type { HealthRow } from "../../model/message/health.ts";
import { MESH_OBJECT, serviceKey } from "../../model/word/refs.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";

export interface KnownHealth {
  /** Of every service that is being probed. */
  readonly probed: ReadonlyMap<ServiceKey, readonly HealthRow[]>;
  readonly troubles: readonly CallTrouble[];
}

/** Empty when the mesh object cannot be asked. */
export async function knownHealth(env: Pick<Env, "MESH">): Promise<KnownHealth> {
  const mesh = env.MESH.getByName(MESH_OBJECT);
  const [probed, troubles] = await Promise.allSettled([mesh.health(), mesh.troubles()]);
  return {
    probed: probed.status === "fulfilled" ? probed.value : new Map(),
    // An object of an earlier release hears of none.
    troubles: troubles.status === "fulfilled" ? troubles.value : [],
  };
}

/**
 * The same endpoints, with what is known of them. Checks say more than calls do: they are asked for, and go on without
 * callers.
 */
export function withHealth(endpoints: readonly EndpointState[], { probed, troubles }: KnownHealth): EndpointState[] {
  return endpoints.map((endpoint) => {
    if (endpoint.draining) {
      return endpoint;
    }
    const service = serviceKey(endpoint.namespace, endpoint.service);
    const row = probed.get(service)?.find((one) => one.endpoint === endpoint.id);
    const trouble = troubles.find((one) => one.service === service && one.endpoint === endpoint.id);
    if (row?.state === "unhealthy" || (row?.state === "healthy" && trouble === undefined)) {
      return checked(endpoint, row);
    }
    if (trouble === undefined) {
      return endpoint;
    }
    const isDown = trouble.state === "down" || trouble.state === "hung";
    return {
      ...endpoint,
      health: isDown ? "unhealthy" : row?.state === "healthy" ? "healthy" : endpoint.health,
      healthSince: timeOf(trouble.since),
      healthCause: trouble.told,
      healthFrom: "calls",
    };
  });
}

function checked(endpoint: EndpointState, { state, since, cause }: HealthRow): EndpointState {
  const healthCause = state === "unhealthy" ? (cause ?? "Its health checks fail.") : null;
  return { ...endpoint, health: state, healthSince: timeOf(since), healthCause, healthFrom: "checks" };
}

const timeOf = (ms: number): string => new Date(ms).toISOString();
