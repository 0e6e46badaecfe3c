// A service's OpenAPI description, from its document or from where that says.
import { builtInCluster, clusterRule } from "../../compile/documents/cluster-rule.ts";
import type { Env } from "../../env/env.ts";
import { settingsOf } from "../../env/settings.ts";
import type { DocumentOf } from "../../model/document/document.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { Store } from "../../store/store.ts";
import { staticEndpoints, toEndpoint } from "../register/to-api.ts";
import { fetchOpenApi } from "./fetch-openapi.ts";

type Description =
  | { readonly ok: true; readonly value: Record<string, unknown>; readonly document: DocumentOf<"Service"> }
  | { readonly ok: false; readonly refusal: Refusal };

export async function readDescription(store: Store, env: Env, ns: string, svc: string): Promise<Description> {
  const stored = await store.document("Service", ns, svc);
  const document = stored?.document;
  if (document?.kind !== "Service") {
    return { ok: false, refusal: { problem: "notFound", detail: `There is no service ${ns}/${svc}.` } };
  }
  const openapi = document.apiVersion === "v1" ? undefined : document.spec.openapi;
  if (openapi?.inline !== undefined) {
    return { ok: true, value: openapi.inline, document };
  }
  if (openapi?.url === undefined) {
    const detail = `The service ${ns}/${svc} has no OpenAPI description.`;
    return { ok: false, refusal: { problem: "notFound", detail } };
  }
  const fetched = await fetchOpenApi(openapi.url, await mayBePrivate(store, document, openapi.url, env));
  return fetched.ok ? { ok: true, value: { ...fetched.value }, document } : fetched;
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
