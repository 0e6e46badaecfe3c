// The catalogue as operators see it: every service with its addresses, endpoints and their health.
import type { Env } from "../../env/env.ts";
import { settingsOf } from "../../env/settings.ts";
import type { Catalog, CatalogService } from "../../model/api/endpoints.ts";
import type { DocumentOf } from "../../model/document/document.ts";
import type { DynamicEndpoint } from "../../model/registry/registry.ts";
import { serviceKey, servicePath, type ScopedName } from "../../model/word/refs.ts";
import type { Store } from "../../store/store.ts";
import { API_PREFIX } from "../register/register.ts";
import { staticEndpoints, toEndpoint } from "../register/to-api.ts";
import { type KnownHealth, knownHealth, withHealth } from "./endpoint-health.ts";

/** @param namespace undefined = every one */
export async function wholeCatalog(store: Store, env: Env, namespace: string | undefined): Promise<Catalog> {
  const [{ head, documents }, registered, health] = await Promise.all([
    store.listing({ kind: "Service", namespace }),
    store.endpoints({ namespace }),
    knownHealth(env),
  ]);
  const byService = Map.groupBy(registered, (one) => serviceKey(one.namespace, one.service));
  const items = documents.flatMap(({ document }) => {
    if (document.kind !== "Service") {
      return [];
    }
    const { namespace, name } = document.metadata;
    return [toCatalogService(document, byService.get(serviceKey(namespace, name)) ?? [], health, env)];
  });
  return { items, revision: head.revision };
}

/** Where callers reach it through the mesh. */
export function addressesOf({ namespace, name }: ScopedName, env: Env): string[] {
  const { meshDomain } = settingsOf(env);
  const own = meshDomain === null ? [] : [`https://${name}.${namespace}.${meshDomain}/`];
  return [`${servicePath({ namespace, name })}/`, ...own];
}

function toCatalogService(
  document: DocumentOf<"Service">,
  registered: readonly DynamicEndpoint[],
  health: KnownHealth,
  env: Env,
): CatalogService {
  const { name, namespace, labels } = document.metadata;
  const spec = document.apiVersion === "v1" ? null : document.spec;
  const { isLocalMesh } = settingsOf(env);
  const all = [...staticEndpoints(document, isLocalMesh), ...registered.map(toEndpoint)];
  const endpoints = withHealth(all, health);
  return {
    namespace,
    name,
    description: spec?.description ?? null,
    owner: spec?.owner ?? null,
    exposure: spec?.exposure ?? "mesh",
    labels,
    addresses: addressesOf({ namespace, name }, env),
    versions: [...Map.groupBy(endpoints, ({ version }) => version)].map(([version, those]) => ({
      version,
      endpoints: those.length,
    })),
    endpoints,
    openapi: spec?.openapi ? `${API_PREFIX}/catalog/${namespace}/${name}/openapi.json` : null,
    links: spec?.links ?? [],
  };
}
