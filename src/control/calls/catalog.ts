// The catalog: which services there are, where callers reach them, who answers, and what they speak.
import { settingsOf } from "../../env/settings.ts";
import * as z from "zod";
import { builtInCluster, clusterRule } from "../../compile/documents/cluster-rule.ts";
import type { Store } from "../../store/store.ts";
import type { Env } from "../../env/env.ts";
import { type CatalogService, catalogSchema } from "../../model/api/endpoints.ts";
import type { DocumentOf } from "../../model/document/document.ts";
import type { DynamicEndpoint } from "../../model/registry/registry.ts";
import { serviceKey, servicePath } from "../../model/word/refs.ts";
import { type KnownHealth, knownHealth, withHealth } from "../view/endpoint-health.ts";
import { fetchOpenApi } from "../view/fetch-openapi.ts";
import { noBody } from "../register/json-body.ts";
import { coversNamespace, lacksNamespace } from "../operator/operator.ts";
import { API_PREFIX, type ControlApp, register } from "../register/register.ts";
import { namespaceParameter, serviceParameter } from "../http/route-parameters.ts";
import { staticEndpoints, toEndpoint } from "../register/to-api.ts";

const tag = "catalog";

export function registerCatalog(app: ControlApp): void {
  register(app, {
    id: "getCatalog",
    method: "get",
    path: "/catalog",
    role: "viewer",
    scope: "each",
    writes: false,
    tag,
    summary: "Services with their addresses, versions, endpoints and descriptions.",
    params: z.object({}),
    query: z.object({ namespace: namespaceParameter.optional() }),
    body: noBody,
    answer: catalogSchema,
    refusals: [],
    async handle({ query: { namespace }, store, env, operator }) {
      const outside = namespace === undefined ? null : lacksNamespace(operator, namespace);
      if (outside) {
        return outside;
      }
      const [{ head, documents }, registered, health] = await Promise.all([
        store.listing({ kind: "Service", namespace }),
        store.endpoints({ namespace }),
        knownHealth(env),
      ]);
      const byService = Map.groupBy(registered, (one) => serviceKey(one.namespace, one.service));
      const items = documents.flatMap(({ document }) => {
        if (document.kind !== "Service" || !coversNamespace(operator, document.metadata.namespace)) {
          return [];
        }
        const { namespace, name } = document.metadata;
        return [toCatalogService(document, byService.get(serviceKey(namespace, name)) ?? [], health, env)];
      });
      return { body: { items, revision: head.revision } };
    },
  });

  register(app, {
    id: "getServiceOpenApi",
    method: "get",
    path: "/catalog/{ns}/{svc}/openapi.json",
    role: "viewer",
    scope: "path",
    writes: false,
    tag,
    summary: "The service's OpenAPI description: the inline one, or fetched from where the Service says.",
    description: "Fetched without redirects, for at most 5 s and 2 MiB; YAML is answered as JSON.",
    params: z.object({ ns: namespaceParameter, svc: serviceParameter }),
    query: z.object({}),
    body: noBody,
    answer: z.looseObject({}).meta({ id: "OpenApiDescription", description: "An OpenAPI document." }),
    refusals: ["notFound", "upstreamFailed", "deadlineExceeded"],
    async handle({ params: { ns, svc }, store, env }) {
      const stored = await store.document("Service", ns, svc);
      const document = stored?.document;
      if (document?.kind !== "Service") {
        return { problem: "notFound", detail: `There is no service ${ns}/${svc}.` };
      }
      const openapi = document.apiVersion === "v1" ? undefined : document.spec.openapi;
      if (openapi?.inline !== undefined) {
        return { body: openapi.inline };
      }
      if (openapi?.url === undefined) {
        return { problem: "notFound", detail: `The service ${ns}/${svc} has no OpenAPI description.` };
      }
      const fetched = await fetchOpenApi(openapi.url, await mayBePrivate(store, document, openapi.url, env));
      return fetched.ok ? { body: { ...fetched.value } } : fetched.refusal;
    },
  });
}

function toCatalogService(
  document: DocumentOf<"Service">,
  registered: readonly DynamicEndpoint[],
  health: KnownHealth,
  env: Env,
): CatalogService {
  const { name, namespace, labels } = document.metadata;
  const spec = document.apiVersion === "v1" ? null : document.spec;
  const { isLocalMesh, meshDomain } = settingsOf(env);
  const all = [...staticEndpoints(document, isLocalMesh), ...registered.map(toEndpoint)];
  const endpoints = withHealth(all, health);
  return {
    namespace,
    name,
    description: spec?.description ?? null,
    owner: spec?.owner ?? null,
    exposure: spec?.exposure ?? "mesh",
    labels,
    addresses: [
      `${servicePath({ namespace, name })}/`,
      ...(meshDomain === null ? [] : [`https://${name}.${namespace}.${meshDomain}/`]),
    ],
    versions: [...Map.groupBy(endpoints, ({ version }) => version)].map(([version, those]) => ({
      version,
      endpoints: those.length,
    })),
    endpoints,
    openapi: spec?.openapi ? `${API_PREFIX}/catalog/${namespace}/${name}/openapi.json` : null,
    links: spec?.links ?? [],
  };
}

/**
 * Whether the cluster that has an endpoint of the same origin allows private addresses; else the built-in cluster's
 * word.
 */
async function mayBePrivate(store: Store, document: DocumentOf<"Service">, url: string, env: Env): Promise<boolean> {
  const localMesh = settingsOf(env).isLocalMesh;
  const { namespace, name } = document.metadata;
  const registered = (await store.endpoints({ namespace, service: name })).map(toEndpoint);
  const near = [...staticEndpoints(document, localMesh), ...registered].find(
    (endpoint) => endpoint.url !== undefined && URL.parse(endpoint.url)?.origin === URL.parse(url)?.origin,
  );
  const cluster = near?.cluster ?? builtInCluster(localMesh);
  const found = (await store.document("Cluster", "default", cluster))?.document;
  return clusterRule(cluster, found?.kind === "Cluster" ? found : undefined, localMesh)?.allowPrivate ?? false;
}
