// References from a route to services → targets, or the reason why there is nothing to send to. Cross-namespace
// references need a ReferenceGrant, but for the service that the route is attached to; see `isForeign`.
import type { BackendObjectRef } from "../../model/document/gateway-api/backend-ref.ts";
import { partsOfKey, serviceKey } from "../../model/word/refs.ts";
import type { ServiceKey, Target } from "../../model/snapshot/snapshot.ts";
import { GATEWAY_GROUP } from "../documents/built-in-gateway.ts";
import type { DocumentIndex } from "../documents/document-index.ts";

/** What is wrong with a reference or with what carries it, for the ResolvedRefs and PartiallyInvalid conditions. */
export interface RouteFault {
  readonly reason: "InvalidKind" | "BackendNotFound" | "RefNotPermitted" | "UnsupportedValue";
  readonly message: string;
  /** JSON Pointer into the route. */
  readonly pointer: string;
}

/** Through what kind of parent a rule is reached. */
export interface RouteContext {
  /**
   * The service of another namespace whose callers it takes; null: a Gateway, or a service of the route's own
   * namespace.
   */
  readonly consumes: ServiceKey | null;
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
  if (isForeign(namespace, key, world)) {
    const missing = `No ReferenceGrant in ${theirs} lets HTTPRoutes of ${namespace}`;
    if (key !== routeContext.consumes) {
      return invalid("RefNotPermitted", `${missing} use ${ref.name}`);
    }
    if (ref.version !== undefined) {
      return invalid("RefNotPermitted", `${missing} choose a version of ${ref.name}, to which the route is attached`);
    }
  }
  if (service === undefined) {
    return invalid("BackendNotFound", `There is no Service ${key}`);
  }
  return { service: key, version: ref.version ?? null };
}

/**
 * Of a namespace that was granted nothing. A route attached to such a service may still lead its own callers there,
 * whom it took from there (GEP-1426), and says no more about the service than they could; see `foreign-backend.ts`.
 */
export function isForeign(namespace: string, service: ServiceKey, world: DocumentIndex): boolean {
  const { namespace: theirs, name } = partsOfKey(service);
  return theirs !== namespace && !isGranted(namespace, theirs, name, world);
}

/** Whether the namespace of a service lets HTTPRoutes of another one use it. */
function isGranted(from: string, to: string, name: string, world: DocumentIndex): boolean {
  return world.grants.some(
    ({ metadata, spec }) =>
      metadata.namespace === to &&
      spec.from.some((peer) => peer.group === GATEWAY_GROUP && peer.kind === "HTTPRoute" && peer.namespace === from) &&
      spec.to.some(
        (peer) =>
          ["", "selvage.dev"].includes(peer.group) &&
          peer.kind === "Service" &&
          (peer.name === undefined || peer.name === name),
      ),
  );
}
