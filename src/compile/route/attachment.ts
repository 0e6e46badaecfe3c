// An HTTPRoute's parents → where its rules are in force: listeners with the hostnames both sides have in common, or
// services (GAMMA). One answer for each parentRef, with the Accepted condition that tells its author.
import { intersect } from "../../decide/route/host.ts";
import type { DocumentOf } from "../../model/document/document.ts";
import { partsOfKey, serviceKey } from "../../model/word/refs.ts";
import type { LabelSelector } from "../../model/document/field/label-selector.ts";
import type { ParentRef } from "../../model/document/gateway-api/parent-ref.ts";
import type { Listener, ServiceKey } from "../../model/snapshot/snapshot.ts";
import { BUILT_IN_KEY, GATEWAY_GROUP } from "../documents/built-in-gateway.ts";
import { draft, type Draft } from "../documents/conditions.ts";
import type { CompiledGateway, CompiledListener, Listeners } from "./listeners.ts";
import type { Claimant, HostnameOwners } from "./hostname-claims.ts";
import type { DocumentIndex } from "../documents/document-index.ts";

type Route = DocumentOf<"HTTPRoute">;

/** One listener that carries the route, and for which hosts. */
interface AttachmentPlace {
  readonly listener: number;
  readonly hostnames: readonly string[];
}

export interface Attachment {
  readonly parentRef: Readonly<Record<string, unknown>>;
  /** Index into `spec.parentRefs`; null for a parent the route did not write down. */
  readonly index: number | null;
  readonly accepted: Draft;
  /** Key of the Gateway, where there is one. */
  readonly gateway: string | null;
  readonly places: readonly AttachmentPlace[];
  /** Hostnames of the route that are another's there, and why. */
  readonly withheld: ReadonlyMap<string, string>;
  readonly service: { readonly key: ServiceKey; readonly port: number | null } | null;
}

const NONE: ReadonlyMap<string, string> = new Map();
const ACCEPTED = draft("Accepted", true, "Accepted", "The route is accepted");

/** Every parent of the route; those not accepted have no places and no service. */
export function attach(route: Route, world: DocumentIndex, listeners: Listeners, owners: HostnameOwners): Attachment[] {
  const { parentRefs, useDefaultGateways } = route.spec;
  const attachments = parentRefs.map((ref, index) => {
    if (ref.kind === "Service") {
      return toService(route, ref, index, world);
    }
    return toGateway(route, ref, index, world, { listeners, owners });
  });
  const implied = useDefaultGateways === "All" ? defaultGateways(world) : [];
  if (parentRefs.length === 0 && implied.length === 0) {
    implied.push(BUILT_IN_KEY);
  }
  for (const key of implied) {
    const ref = { group: GATEWAY_GROUP, kind: "Gateway", ...partsOfKey(key) };
    attachments.push(toGateway(route, ref, null, world, { listeners, owners }));
  }
  return attachments;
}

function defaultGateways(world: DocumentIndex): string[] {
  return [...world.gateways].flatMap(([key, gateway]) => (gateway.spec.defaultScope === "All" ? [key] : []));
}

function refused(
  ref: ParentRef,
  index: number | null,
  reason: string,
  message: string,
  gateway: string | null,
): Attachment {
  const accepted = draft("Accepted", false, reason, message);
  return { parentRef: ref, index, accepted, gateway, places: [], withheld: NONE, service: null };
}

function toService(route: Route, ref: ParentRef, index: number, world: DocumentIndex): Attachment {
  // A Service of any of these groups is the same registry entry; the third is what an absent group defaults to.
  if (!["", "selvage.dev", GATEWAY_GROUP].includes(ref.group)) {
    return refused(ref, index, "NoMatchingParent", `There are no Services of the group "${ref.group}"`, null);
  }
  const key = serviceKey(ref.namespace ?? route.metadata.namespace, ref.name);
  const service = world.services.get(key);
  if (service === undefined) {
    return refused(ref, index, "NoMatchingParent", `There is no Service ${key}`, null);
  }
  // Ours have no ports; there a port is accepted and means nothing, as in backendRefs.
  const port = service.ports.length === 0 ? null : (ref.port ?? null);
  if (port !== null && !service.ports.includes(port)) {
    const message = `The Service ${key} has no port ${port}; it has ${service.ports.join(", ")}`;
    return refused(ref, index, "NoMatchingParent", message, null);
  }
  return {
    parentRef: ref,
    index,
    accepted: ACCEPTED,
    gateway: null,
    places: [],
    withheld: NONE,
    service: { key, port },
  };
}

function toGateway(
  route: Route,
  ref: ParentRef,
  index: number | null,
  world: DocumentIndex,
  { listeners, owners }: { readonly listeners: Listeners; readonly owners: HostnameOwners },
): Attachment {
  if (ref.kind !== "Gateway" || ref.group !== GATEWAY_GROUP) {
    const message = `A route attaches to a Gateway or a Service, not to ${ref.kind} of the group "${ref.group}"`;
    return refused(ref, index, "NoMatchingParent", message, null);
  }
  const key = serviceKey(ref.namespace ?? route.metadata.namespace, ref.name);
  const gateway = listeners.gateways.get(key);
  if (gateway === undefined) {
    return refused(ref, index, "NoMatchingParent", `There is no Gateway ${key}`, key);
  }
  const named = gateway.listeners.filter((listener) => isMeant(listener, ref, gateway));
  if (named.length === 0) {
    const wanted = [
      ref.sectionName === undefined ? "" : ` named "${ref.sectionName}"`,
      ref.port === undefined ? "" : ` on port ${ref.port}`,
    ].join("");
    return refused(ref, index, "NoMatchingParent", `The Gateway ${key} has no listener${wanted}`, key);
  }
  const allowing = named.filter((listener) => allows(listener, gateway, route, world));
  if (allowing.length === 0) {
    return refused(ref, index, "NotAllowedByListeners", whyNotAllowed(named, route), key);
  }
  const places = allowing.flatMap((listener) => {
    const hostnames = commonHostnames(listener.hostname, route.spec.hostnames);
    return listener.index === null || hostnames.length === 0 ? [] : [{ listener: listener.index, hostnames }];
  });
  if (places.length === 0) {
    const theirs = allowing.map((listener) => listener.hostname).join(", ");
    const message = `None of the route's hostnames (${route.spec.hostnames.join(", ")}) fits the listeners' (${theirs})`;
    return refused(ref, index, "NoMatchingListenerHostname", message, key);
  }
  return ofOwner({ parentRef: ref, index, gateway: key, places }, route, listeners, owners);
}

/** Without the hostnames that are another's. */
function ofOwner(
  found: Pick<Attachment, "parentRef" | "index" | "places"> & { readonly gateway: string },
  route: Route,
  listeners: Listeners,
  owners: HostnameOwners,
): Attachment {
  const withheld = new Map<string, string>();
  const places = found.places.flatMap(({ listener, hostnames }): AttachmentPlace[] => {
    const at = listeners.table[listener];
    const own = hostnames.filter((hostname) => {
      const claimant = at === undefined ? null : claimantAt(at, route.metadata.namespace, hostname);
      const refusal = claimant === null ? null : owners.refusal(claimant);
      if (refusal !== null) {
        withheld.set(hostname, refusal);
      }
      return refusal === null;
    });
    return own.length === 0 ? [] : [{ listener, hostnames: own }];
  });
  const why = [...withheld.values()].join("; ");
  const accepted = withheld.size === 0 ? ACCEPTED : draft("Accepted", places.length > 0, "HostnameOwned", why);
  return { ...found, accepted, places, withheld, service: null };
}

/** As whose a hostname is asked for at a listener; null = it names no host. */
export function claimantAt({ gateway, hostname: named }: Listener, author: string, hostname: string): Claimant | null {
  if (hostname === "*") {
    return null;
  }
  if (gateway === BUILT_IN_KEY) {
    return { hostname, namespace: author, author, place: "built-in" };
  }
  const { namespace } = partsOfKey(gateway);
  return { hostname, namespace, author, place: named === "*" ? "open" : "below" };
}

function isMeant({ spec }: CompiledListener, ref: ParentRef, gateway: CompiledGateway): boolean {
  if (ref.sectionName !== undefined && ref.sectionName !== spec.name) {
    return false;
  }
  return ref.port === undefined || ref.port === spec.port || gateway.builtIn;
}

function allows(listener: CompiledListener, gateway: CompiledGateway, route: Route, world: DocumentIndex): boolean {
  if (listener.index === null || !listener.takesRoutes) {
    return false;
  }
  const { from, selector } = listener.spec.allowedRoutes.namespaces;
  const { namespace } = route.metadata;
  switch (from) {
    case "All":
      return true;
    case "Same":
      return namespace === gateway.document.metadata.namespace;
    case "Selector":
      return selector !== undefined && selects(selector, world.labelsOf(namespace));
    case "None":
      return false;
  }
}

function whyNotAllowed(named: readonly CompiledListener[], route: Route): string {
  const reasons = named.map(({ spec, fault, takesRoutes }) => {
    if (fault !== null) {
      return `"${spec.name}" is not in service: ${fault}`;
    }
    if (!takesRoutes) {
      return `"${spec.name}" takes no HTTPRoutes`;
    }
    const { from } = spec.allowedRoutes.namespaces;
    return `"${spec.name}" takes no routes from the namespace ${route.metadata.namespace} (from: ${from})`;
  });
  return `No listener takes the route: ${reasons.join("; ")}`;
}

/** Both parts of a label selector must hold; an empty one selects everything. */
function selects(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const valueOf = (key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  if (!Object.entries(selector.matchLabels).every(([key, value]) => valueOf(key) === value)) {
    return false;
  }
  return selector.matchExpressions.every(({ key, operator, values }) => {
    const value = valueOf(key);
    if (operator === "Exists") {
      return value !== undefined;
    }
    if (operator === "DoesNotExist") {
      return value === undefined;
    }
    // NotIn holds for a label that is not there, as in Kubernetes.
    return (value !== undefined && values.includes(value)) === (operator === "In");
  });
}

/** The hosts that both a listener and a route speak for; the listener's own when the route names none. */
function commonHostnames(listener: string, route: readonly string[]): string[] {
  if (route.length === 0) {
    return [listener];
  }
  const common = route.flatMap((hostname) => intersect(listener, hostname) ?? []);
  return [...new Set(common)];
}
