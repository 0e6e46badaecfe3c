// What the registry holds, as answers word it.
import { builtInCluster } from "../../compile/documents/cluster-rule.ts";
import { writtenIds } from "../../decide/balance/endpoint-identity.ts";
import type { DocumentOf } from "../../model/document/document.ts";
import type {
  ChangeRecord,
  DynamicEndpoint,
  RevisionRecord,
  StoredDocument,
  TokenRecord,
} from "../../model/registry/registry.ts";
import type { EndpointState } from "../../model/api/endpoints.ts";
import type { ApiToken } from "../../model/api/operators.ts";
import type { Revision, RevisionChange } from "../../model/api/registry.ts";
import type { Resource } from "../../model/api/resource.ts";
import { serviceKey } from "../../model/word/refs.ts";

export function toResource(stored: StoredDocument): Resource {
  const { apiVersion, kind, metadata, spec } = stored.document;
  return {
    apiVersion,
    kind,
    metadata: {
      ...metadata,
      uid: stored.uid,
      resourceVersion: String(stored.resourceVersion),
      generation: stored.generation,
      createdAt: stored.createdAt,
      updatedAt: stored.updatedAt,
      updatedBy: stored.updatedBy,
      manager: stored.manager,
      applySet: stored.applySet,
    },
    spec: { ...spec },
    status: stored.status === null ? null : { ...stored.status },
  };
}

export function toRevision(record: RevisionRecord): Revision {
  const { revision, at, actor, source, reason, summary, rolledBackTo } = record;
  return { revision, at, actor, source, reason, summary, rolledBackTo };
}

export function toChange({ ref, action, before, after }: ChangeRecord): RevisionChange {
  return { ref, action, before: before && { ...before }, after: after && { ...after } };
}

export function toEndpoint(endpoint: DynamicEndpoint): EndpointState {
  const { namespace, service, id, address, cluster, version, weight, priority, draining, ttl, registeredAt } = endpoint;
  return {
    id,
    namespace,
    service,
    ...address,
    cluster,
    version,
    weight,
    priority,
    source: "dynamic",
    draining,
    ttl,
    registeredAt,
    // An endpoint whose lease ran out is gone: one that is there and has a lease was heard from in time.
    health: draining ? "draining" : ttl === null ? "unknown" : "healthy",
    healthSince: null,
    healthCause: null,
    healthFrom: draining || ttl === null ? null : "lease",
  };
}

/** Endpoints that the Service's document lists; ids as the compiler gives them. */
export function staticEndpoints(document: DocumentOf<"Service">, localMesh: boolean): EndpointState[] {
  if (document.apiVersion === "v1") {
    return [];
  }
  const { name: service, namespace } = document.metadata;
  const located = document.spec.endpoints.map(({ url, binding, version }) => ({
    address: url === undefined ? { binding: binding ?? "" } : { url },
    version: version ?? null,
  }));
  const ids = writtenIds(serviceKey(namespace, service), located);
  return document.spec.endpoints.map(({ url, binding, cluster, version, weight, priority }, index): EndpointState => ({
    id: ids[index] ?? "",
    namespace,
    service,
    url,
    binding,
    cluster: cluster ?? builtInCluster(localMesh),
    version: version ?? null,
    weight,
    priority,
    source: "static",
    draining: false,
    health: "unknown",
    healthSince: null,
    healthCause: null,
    healthFrom: null,
    ttl: null,
    registeredAt: null,
  }));
}

/** Everything but the digest. */
export function toToken(record: TokenRecord): ApiToken {
  const { id, name, role, namespaces, expiresAt, createdAt, createdBy, lastUsedAt } = record;
  return { id, name, role, namespaces, expiresAt, createdAt, createdBy, lastUsedAt };
}
