// Gateways → listeners: which are in service, which contradict each other, which routes each may carry. Certificates
// are not read: TLS ends at the platform.
import { keepsSlashes } from "../../model/document/field/path-encoding.ts";
import type { DocumentOf } from "../../model/document/document.ts";
import type { GatewayListener } from "../../model/document/gateway-api/gateway.ts";
import type { HostOwners, HostSet, Listener } from "../../model/snapshot/snapshot.ts";
import { BUILT_IN_KEY, builtInGateway, GATEWAY_GROUP } from "../documents/built-in-gateway.ts";
import { draft, type Draft } from "../documents/conditions.ts";
import type { HostnameOwners } from "./hostname-claims.ts";
import type { DocumentIndex } from "../documents/document-index.ts";

export interface CompiledListener {
  readonly spec: GatewayListener;
  /** Lower-case pattern; `*` without a hostname. */
  readonly hostname: string;
  /** Index into `Listeners.table`; null = not in service. */
  readonly index: number | null;
  /** May HTTPRoutes attach? */
  readonly takesRoutes: boolean;
  readonly conditions: readonly Draft[];
  /** Why it is not in service. */
  readonly fault: string | null;
}

export interface CompiledGateway {
  /** `"<namespace>/<name>"`. */
  readonly key: string;
  readonly builtIn: boolean;
  readonly document: DocumentOf<"Gateway">;
  readonly listeners: readonly CompiledListener[];
}

export interface Listeners {
  readonly gateways: ReadonlyMap<string, CompiledGateway>;
  readonly table: readonly Listener[];
  readonly groups: readonly HostOwners[];
  readonly hosts: { readonly HTTP: HostSet; readonly HTTPS: HostSet };
}

/** Every listener of every Gateway, judged. */
export function compileListeners(world: DocumentIndex, owners: HostnameOwners): Listeners {
  const table: Listener[] = [];
  const groups: Map<string, number>[] = [];
  const groupByPort = new Map<string, number>();
  const hosts = { HTTP: new Map<string, true>(), HTTPS: new Map<string, true>() };
  const gateways = new Map<string, CompiledGateway>();
  for (const [key, document] of world.gateways) {
    // An admin's own one in its place has ports and protocols like any other.
    const builtIn = document === builtInGateway;
    const listeners = document.spec.listeners.map((spec): CompiledListener => {
      const hostname = spec.hostname ?? "*";
      const takesRoutes = spec.allowedRoutes.kinds.length === 0 || spec.allowedRoutes.kinds.some(isHttpRoute);
      const protocol = httpProtocol(spec.protocol);
      const conflict = conflictOf(spec, document.spec.listeners);
      const fault =
        parametersFault(document) ??
        (protocol === null ? unsupported(spec) : (conflict ?? foreign(key, document, hostname, owners)));
      const conditions = listenerConditions(spec, fault);
      if (protocol === null || fault !== null) {
        return { spec, hostname, index: null, takesRoutes: false, conditions, fault: fault?.message ?? null };
      }
      const port = builtIn ? 0 : spec.port;
      const group = groupByPort.get(`${key}:${port}`) ?? groups.push(new Map()) - 1;
      groupByPort.set(`${key}:${port}`, group);
      const keeps = spec.pathEncoding === "keep-slashes" || keepsSlashes(document.metadata);
      const listener = { gateway: key, name: spec.name, port, protocol: builtIn ? null : protocol, hostname, group };
      const index = table.push(keeps ? { ...listener, keepsSlashes: true } : listener) - 1;
      groups[group]?.set(hostname, index);
      if (!builtIn) {
        hosts[protocol].set(hostname, true);
      }
      return { spec, hostname, index, takesRoutes, conditions, fault: null };
    });
    gateways.set(key, { key, builtIn, document, listeners });
  }
  return {
    gateways,
    table,
    groups: groups.map((group) => Object.fromEntries(group)),
    hosts: { HTTP: Object.fromEntries(hosts.HTTP), HTTPS: Object.fromEntries(hosts.HTTPS) },
  };
}

/** The kinds a listener reports: HTTPRoute, or nothing. */
export function supportedKinds(listener: CompiledListener): { group: string; kind: string }[] {
  const asked = listener.spec.allowedRoutes.kinds;
  const takes = httpProtocol(listener.spec.protocol) !== null && (asked.length === 0 || asked.some(isHttpRoute));
  return takes ? [{ group: GATEWAY_GROUP, kind: "HTTPRoute" }] : [];
}

function isHttpRoute({ group, kind }: { readonly group: string; readonly kind: string }): boolean {
  return group === GATEWAY_GROUP && kind === "HTTPRoute";
}

function httpProtocol(protocol: string): "HTTP" | "HTTPS" | null {
  const core = protocol.toUpperCase();
  return core === "HTTP" || core === "HTTPS" ? core : null;
}

/** What keeps a listener out of service. */
interface Fault {
  readonly reason:
    "InvalidParameters" | "UnsupportedProtocol" | "ProtocolConflict" | "HostnameConflict" | "HostnameOwned";
  readonly message: string;
}

/** A Gateway that asks for something which the mesh does not know is rejected whole, as the Gateway API says. */
export function parametersFault({ spec }: DocumentOf<"Gateway">): Fault | null {
  const parameters = spec.infrastructure?.parametersRef;
  if (parameters === undefined) {
    return null;
  }
  const { group, kind, name } = parameters;
  const of = group === "" ? "" : ` of the group "${group}"`;
  const message = `The mesh has no parameters of the kind ${kind}${of}: remove infrastructure.parametersRef (${name})`;
  return { reason: "InvalidParameters", message };
}

/** What is another namespace's is not served here. */
function foreign(
  key: string,
  { metadata }: DocumentOf<"Gateway">,
  hostname: string,
  owners: HostnameOwners,
): Fault | null {
  if (key === BUILT_IN_KEY || hostname === "*") {
    return null;
  }
  const { namespace } = metadata;
  const message = owners.refusal({ hostname, namespace, author: namespace, place: "listener" });
  return message === null ? null : { reason: "HostnameOwned", message };
}

function unsupported({ protocol }: GatewayListener): Fault {
  return { reason: "UnsupportedProtocol", message: `The mesh serves HTTP and HTTPS, not ${protocol}` };
}

/**
 * Two listeners on one port must differ in hostname and speak the same protocol, save HTTPS and TLS, told apart by SNI.
 */
function conflictOf(spec: GatewayListener, all: readonly GatewayListener[]): Fault | null {
  const own = spec.protocol.toUpperCase();
  for (const other of all) {
    const theirs = other.protocol.toUpperCase();
    // UDP ports are not TCP ports.
    if (other === spec || other.port !== spec.port || (own === "UDP") !== (theirs === "UDP")) {
      continue;
    }
    const sameHost = (other.hostname ?? "*") === (spec.hostname ?? "*");
    const bothTls = ["HTTPS", "TLS"].includes(own) && ["HTTPS", "TLS"].includes(theirs);
    if (own === theirs && sameHost) {
      const message = `The listener "${other.name}" has the same port, protocol and hostname`;
      return { reason: "HostnameConflict", message };
    }
    if (own !== theirs && (!bothTls || sameHost)) {
      const message = `The listener "${other.name}" speaks ${other.protocol} on the same port ${spec.port}`;
      return { reason: "ProtocolConflict", message };
    }
  }
  return null;
}

function listenerConditions(spec: GatewayListener, fault: Fault | null): Draft[] {
  const wrong = spec.allowedRoutes.kinds.filter((kind) => !isHttpRoute(kind)).map(({ kind }) => kind);
  const conflicted = fault?.reason === "ProtocolConflict" || fault?.reason === "HostnameConflict";
  const accepted = conflicted || fault?.reason === "InvalidParameters" ? "Invalid" : (fault?.reason ?? "Accepted");
  return [
    fault === null
      ? draft("Accepted", true, "Accepted", "The listener is in service")
      : draft("Accepted", false, accepted, fault.message),
    fault === null
      ? draft("Programmed", true, "Programmed", "Requests are served")
      : draft("Programmed", false, "Invalid", fault.message),
    wrong.length === 0
      ? draft("ResolvedRefs", true, "ResolvedRefs", "All references are resolved")
      : draft("ResolvedRefs", false, "InvalidRouteKinds", `Not served here: ${wrong.join(", ")}`),
    conflicted
      ? draft("Conflicted", true, fault.reason, fault.message)
      : draft("Conflicted", false, "NoConflicts", "No other listener claims the same requests"),
  ];
}
