// References from a route to services → targets, or the reason why there is nothing to send to. Cross-namespace references
// need a ReferenceGrant where they would open a service to more callers than it has; see `mayRefer`.
import type { BackendObjectRef } from "../../model/document/gateway-api/backend-ref.ts";
import { serviceKey } from "../../model/word/refs.ts";
import type { Target } from "../../model/snapshot/snapshot.ts";
import type { ServiceView, DocumentIndex } from "../documents/document-index.ts";

/** What is wrong with a reference or with what carries it, for the ResolvedRefs and PartiallyInvalid conditions. */
export interface RouteFault {
  readonly reason: "InvalidKind" | "BackendNotFound" | "RefNotPermitted" | "UnsupportedValue";
  readonly message: string;
  /** JSON Pointer into the route. */
  readonly pointer: string;
}

/** Through what kind of parent a rule is reached. */
export interface RouteContext {
  /** null: through a Gateway. Otherwise the exposure of the services the route is attached to. */
  readonly meshExposure: "mesh" | "public" | null;
}

/** Resolves one reference of an HTTPRoute in `namespace`; faults are added to `faults`. */
export function resolveTarget(
  ref: BackendObjectRef & { readonly version?: string | undefined },
  namespace: string,
  pointer: string,
  routeContext: RouteContext,
  world: DocumentIndex,
  faults: RouteFault[],
): Target {
  const invalid = (reason: "InvalidKind" | "BackendNotFound" | "RefNotPermitted", message: string): Target => {
    faults.push({ reason, message, pointer });
    return { invalid: reason, message };
  };
  if (ref.kind !== "Service" || !["", "selvage.dev"].includes(ref.group)) {
    const of = ref.group === "" ? "" : ` of the group "${ref.group}"`;
    return invalid("InvalidKind", `A backend is a Service, not a ${ref.kind}${of}`);
  }
  const theirs = ref.namespace ?? namespace;
  const key = serviceKey(theirs, ref.name);
  const service = world.services.get(key);
  // Permission comes first: whether a service exists in a namespace that grants nothing is not told.
  if (theirs !== namespace && !mayRefer(namespace, theirs, ref.name, service, routeContext, world)) {
    return invalid("RefNotPermitted", `No ReferenceGrant in ${theirs} lets HTTPRoutes of ${namespace} use ${ref.name}`);
  }
  if (service === undefined) return invalid("BackendNotFound", `There is no Service ${key}`);
  return { service: key, version: ref.version ?? null };
}

/**
 * Through a Gateway a ReferenceGrant is needed. A route attached to services only augments how those are called, so none is
 * needed (GEP-1426), unless it would lead anonymous callers of a public service to one that is not.
 */
function mayRefer(
  from: string,
  to: string,
  name: string,
  service: ServiceView | undefined,
  routeContext: RouteContext,
  world: DocumentIndex,
): boolean {
  if (routeContext.meshExposure === "mesh") return true;
  if (routeContext.meshExposure === "public" && service?.exposure === "public") return true;
  return isGranted(from, to, name, world);
}

/** Whether the namespace of a service lets HTTPRoutes of another one use it. */
export function isGranted(from: string, to: string, name: string, world: DocumentIndex): boolean {
  return world.grants.some(
    ({ metadata, spec }) =>
      metadata.namespace === to &&
      spec.from.some(
        (peer) => peer.group === "gateway.networking.k8s.io" && peer.kind === "HTTPRoute" && peer.namespace === from,
      ) &&
      spec.to.some(
        (peer) =>
          ["", "selvage.dev"].includes(peer.group) &&
          peer.kind === "Service" &&
          (peer.name === undefined || peer.name === name),
      ),
  );
}
