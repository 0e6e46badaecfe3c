// The demo's way into the registry: the public admin API, used as any operator or agent would use it. Manifests are
// applied once; every running copy is registered with a lease and kept alive by heartbeats.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { ApplyResult } from "../../model/api/apply.ts";
import type { EndpointRequest, HeartbeatRequest, HeartbeatResult } from "../../model/api/endpoints.ts";
import type { ResourceList } from "../../model/api/resource.ts";
import type { ApiClient, Failure } from "../session/client.ts";
import type { Running } from "./demo-process.ts";

const LABEL = "app=bookstore";
/** Lease of an endpoint; several heartbeats fit into it. */
const TTL = "30s";
const HEARTBEAT_MS = 8_000;

/**
 * Applies the manifests of a folder, unless the mesh has resources of the bookstore already: what somebody changed
 * since then stays changed. Answers null, or why the mesh did not take them.
 */
export async function applyManifests(client: ApiClient, folder: string): Promise<Failure | null> {
  const known = await client.call<ResourceList>("GET", "/resources", { query: { labelSelector: LABEL } });
  if (!known.ok) {
    return known.failure;
  }
  if (known.value.items.length > 0) {
    return null;
  }
  const manifests = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  const content = manifests.map((name) => readFileSync(join(folder, name), "utf8")).join("\n---\n");
  const applied = await client.call<ApplyResult>("POST", "/apply", {
    query: { manager: "demo" },
    text: { type: "application/yaml", content },
  });
  return applied.ok ? null : applied.failure;
}

const idOf = (one: Running): string => `demo-${one.version}`;
const place = (one: Running): string => `/namespaces/default/services/${one.service}/endpoints/${idOf(one)}`;

/** Answers null, or why not: the service is not in the registry any more, for one. */
export async function registerDemo(client: ApiClient, one: Running): Promise<Failure | null> {
  const body: Partial<EndpointRequest> = { url: one.url, version: one.version, ttl: TTL };
  const answer = await client.call("PUT", place(one), { body });
  return answer.ok ? null : answer.failure;
}

export async function deregister(client: ApiClient, one: Running): Promise<void> {
  await client.call("DELETE", place(one));
}

/**
 * Heartbeats for whatever `living` answers, until the returned function is called. What has lapsed is registered again.
 */
export function keepAlive(client: ApiClient, living: () => readonly Running[]): () => void {
  const timer = setInterval(() => void beat(client, living()), HEARTBEAT_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** A mesh that cannot be reached now is asked again at the next beat, well within the lease. */
async function beat(client: ApiClient, living: readonly Running[]): Promise<void> {
  if (living.length === 0) {
    return;
  }
  const endpoints = living.map((one) => ({ namespace: "default", service: one.service, id: idOf(one) }));
  const body: HeartbeatRequest = { endpoints };
  const answer = await client.call<HeartbeatResult>("POST", "/heartbeats", { body });
  if (!answer.ok) {
    return;
  }
  const lapsed = answer.value.results.filter(({ ok }) => !ok);
  const again = living.filter((one) => lapsed.some(({ service, id }) => service === one.service && id === idOf(one)));
  await Promise.all(again.map((one) => registerDemo(client, one)));
}
