// What health checks say of endpoints, laid over what their leases say. Asked of the mesh object, which probers tell: no
// prober is woken, or made, by somebody who only looks.
import type { Env } from "../../env/env.ts";
import type { EndpointState } from "../../model/api/endpoints.ts";
import type { HealthRow } from "../../model/message/health.ts";
import { MESH_OBJECT, serviceKey } from "../../model/word/refs.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";

export type HealthMap = ReadonlyMap<ServiceKey, readonly HealthRow[]>;

/** Of every service that is being probed; empty when the mesh object cannot be asked. */
export async function probedHealth(env: Pick<Env, "MESH">): Promise<HealthMap> {
  try {
    return await env.MESH.getByName(MESH_OBJECT).health();
  } catch {
    return new Map();
  }
}

/** The same endpoints, with what their probes say where anybody probes them. */
export function withHealth(endpoints: readonly EndpointState[], health: HealthMap): EndpointState[] {
  return endpoints.map((endpoint) => {
    const rows = health.get(serviceKey(endpoint.namespace, endpoint.service)) ?? [];
    const state = rows.find((row) => row.endpoint === endpoint.id)?.state ?? "unknown";
    return endpoint.draining || state === "unknown" ? endpoint : { ...endpoint, health: state };
  });
}
