// Dynamic registration: an endpoint is written to the registry, its lease to the presence object of its cluster, and
// the mesh is told. In that order: a crash in between leaves an endpoint without a lease, which the minutely sweep
// mends.
import type { Env } from "../env/env.ts";
import { parseDuration } from "../model/document/field/duration.ts";
import type { EndpointRequest } from "../model/api/endpoints.ts";
import { nameSchema } from "../model/document/field/names.ts";
import type { Refusal } from "../model/word/problem.ts";
import type { AuditDraft, DynamicEndpoint } from "../model/registry/registry.ts";
import { announce } from "../change/announce.ts";
import { builtInCluster } from "../compile/documents/cluster-rule.ts";
import { WRITTEN_PREFIX } from "../decide/balance/endpoint-identity.ts";
import { refuseAddress } from "./endpoint-address.ts";
import { leaseOf } from "./lease-of.ts";
import type { EndpointKey } from "../store/endpoints.ts";
import type { Store } from "../store/store.ts";
import { endpointKey } from "../model/word/refs.ts";

type Objects = Pick<Env, "MESH" | "PRESENCE">;
type Refused = { readonly ok: false; readonly refusal: Refusal };

const MIN_TTL_MS = 1000;
const MAX_TTL_MS = 24 * 3_600_000;

const refuse = (refusal: Refusal): Refused => ({ ok: false, refusal });

interface Registering {
  /** RFC 3339. */
  readonly now: string;
  readonly localMesh: boolean;
  /** Written with the registration, when it changes anything. */
  readonly audit: AuditDraft;
}

type Registered = { readonly ok: true; readonly endpoint: DynamicEndpoint; readonly created: boolean } | Refused;

/** Registers or replaces an endpoint, and starts its lease when it has a ttl. Registering it again ends a drain. */
export async function registerEndpoint(
  objects: Objects,
  store: Store,
  key: EndpointKey,
  request: EndpointRequest,
  { now, localMesh, audit }: Registering,
): Promise<Registered> {
  const cluster = request.cluster ?? builtInCluster(localMesh);
  const bad =
    refuseId(key.id) ?? refuseTtl(request.ttl) ?? (await refuseAddress(store, { key, cluster, request, localMesh }));
  if (bad) {
    return refuse(bad);
  }

  const before = await store.endpoint(key);
  const ttlMs = request.ttl === undefined ? null : parseDuration(request.ttl);
  const endpoint: DynamicEndpoint = {
    ...key,
    address: request.binding === undefined ? { url: request.url ?? "" } : { binding: request.binding },
    cluster,
    version: request.version ?? null,
    weight: request.weight,
    priority: request.priority,
    draining: false,
    ttl: request.ttl ?? null,
    ttlMs,
    lease: ttlMs === null ? null : crypto.randomUUID(),
    registeredAt: before?.registeredAt ?? now,
    registeredBy: audit.actor,
  };
  // Agents register again whenever they start: what changes nothing is no news for the mesh.
  const renewed =
    before !== null && sameToCallers(before, endpoint) && (await store.renewRegistration(key, endpoint.lease));
  const written = renewed ? null : await store.putEndpoint(endpoint, audit);
  if (written !== null) {
    await announce(objects, written.head);
  }
  await startLease(objects, endpoint);
  return { ok: true, endpoint, created: written?.created === true };
}

function sameToCallers(before: DynamicEndpoint, after: DynamicEndpoint): boolean {
  const told = ({ address, cluster, version, weight, priority, draining, ttl }: DynamicEndpoint): string =>
    JSON.stringify([address, cluster, version, weight, priority, draining, ttl]);
  return told(before) === told(after);
}

function refuseId(id: string): Refusal | null {
  if (nameSchema.safeParse(id).success && !id.startsWith(WRITTEN_PREFIX)) {
    return null;
  }
  return {
    problem: "endpointRefused",
    detail: id.startsWith(WRITTEN_PREFIX)
      ? `Ids that start with "static-" belong to the endpoints of Service documents.`
      : `"${id.slice(0, 80)}" is not an endpoint id: use 1 to 63 lower-case letters, digits and hyphens.`,
  };
}

function refuseTtl(ttl: string | undefined): Refusal | null {
  const ms = ttl === undefined ? MIN_TTL_MS : parseDuration(ttl);
  if (ms !== null && ms >= MIN_TTL_MS && ms <= MAX_TTL_MS) {
    return null;
  }
  const detail = `The ttl "${ttl}" is not a duration from 1s to 24h.`;
  return { problem: "endpointRefused", detail, errors: [{ pointer: "#/ttl", detail }] };
}

type Changed = { readonly ok: true; readonly endpoint: DynamicEndpoint } | Refused;

/** Removes an endpoint and its lease. */
export async function deregisterEndpoint(
  objects: Objects,
  store: Store,
  key: EndpointKey,
  { now, audit }: Pick<Registering, "now" | "audit">,
): Promise<Changed> {
  const endpoint = await store.endpoint(key);
  if (endpoint === null) {
    return refuse(unknownEndpoint(key));
  }
  await announce(objects, await store.deleteEndpoint(key, now, audit));
  try {
    await objects.PRESENCE.getByName(endpoint.cluster).drop(endpointKey(key));
  } catch {
    // The lease ends by itself, or with the next sweep; the endpoint is gone already.
  }
  return { ok: true, endpoint };
}

/** Takes the endpoint out of the choice for new requests; it stays registered, and keeps its lease. */
export async function drainEndpoint(
  objects: Objects,
  store: Store,
  key: EndpointKey,
  { audit }: Pick<Registering, "audit">,
): Promise<Changed> {
  const endpoint = await store.endpoint(key);
  if (endpoint === null) {
    return refuse(unknownEndpoint(key));
  }
  if (!endpoint.draining) {
    await announce(objects, await store.drainEndpoint(key, audit));
  }
  return { ok: true, endpoint: { ...endpoint, draining: true } };
}

const unknownEndpoint = (key: EndpointKey): Refusal => ({
  problem: "notFound",
  detail: `The service ${key.namespace}/${key.service} has no registered endpoint "${key.id}".`,
});

/** False = the presence object could not be reached; the sweep starts the lease within a minute. */
export async function startLease(objects: Pick<Env, "PRESENCE">, endpoint: DynamicEndpoint): Promise<boolean> {
  const lease = leaseOf(endpoint);
  if (lease === null) {
    return true;
  }
  try {
    await objects.PRESENCE.getByName(endpoint.cluster).grant([lease]);
    return true;
  } catch {
    return false;
  }
}
