// The services that the registry knows, each with how many endpoints it has and how they are: what is shown of a
// service whether anybody calls it or not.
import type { Env } from "../../env/env.ts";
import { settingsOf } from "../../env/settings.ts";
import type { EndpointState } from "../../model/api/endpoints.ts";
import type { DocumentOf } from "../../model/document/document.ts";
import { serviceKey } from "../../model/word/refs.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { Store } from "../../store/store.ts";
import { staticEndpoints, toEndpoint } from "../register/to-api.ts";
import { knownHealth, withHealth } from "../view/endpoint-health.ts";

interface KnownService {
  readonly document: DocumentOf<"Service">;
  readonly endpoints: { readonly total: number; readonly healthy: number; readonly draining: number };
  readonly all: readonly EndpointState[];
}

export async function knownServices(
  store: Store,
  env: Env,
  covers: (service: ServiceKey) => boolean,
): Promise<Map<ServiceKey, KnownService>> {
  const [documents, registered, health] = await Promise.all([
    store.documents({ kind: "Service" }),
    store.endpoints({}),
    knownHealth(env),
  ]);
  const byService = Map.groupBy(registered, (one) => serviceKey(one.namespace, one.service));
  const known = new Map<ServiceKey, KnownService>();
  for (const { document } of documents) {
    const key = serviceKey(document.metadata.namespace, document.metadata.name);
    if (document.kind !== "Service" || !covers(key)) {
      continue;
    }
    const all = [
      ...staticEndpoints(document, settingsOf(env).isLocalMesh),
      ...(byService.get(key) ?? []).map(toEndpoint),
    ];
    const endpoints = withHealth(all, health);
    const draining = endpoints.filter((one) => one.draining || one.weight === 0).length;
    const unhealthy = endpoints.filter((one) => !one.draining && one.weight > 0 && one.health === "unhealthy").length;
    const { length: total } = endpoints;
    known.set(key, {
      document,
      endpoints: { total, healthy: total - draining - unhealthy, draining },
      all: endpoints,
    });
  }
  return known;
}
