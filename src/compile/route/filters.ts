// Filters of documents → filters of the snapshot: everything resolved and defaulted, so that the data plane only acts.
// What cannot be done here becomes `Unsupported`, which answers 500: a filter is never silently skipped.
import { operatorPath, operatorPrefix } from "../../model/word/operator-path.ts";
import { serviceKey } from "../../model/word/refs.ts";
import type { HTTPPathModifier, HTTPRouteFilter } from "../../model/document/gateway-api/http-route-filter.ts";
import type { Filter, HeaderPair, PathModifier, Target } from "../../model/snapshot/snapshot.ts";
import { resolveTarget, type RouteFault, type RouteContext } from "./references.ts";
import type { DocumentIndex } from "../documents/document-index.ts";

/** What a filter is compiled in: its route's namespace, and where faults go. */
export interface FilterContext {
  readonly namespace: string;
  readonly routeContext: RouteContext;
  readonly world: DocumentIndex;
  readonly faults: RouteFault[];
  /** Index of the FaultPolicy of a key; null when there is none. */
  readonly faultNamed: (key: string) => number | null;
}

export function compileFilters(filters: readonly HTTPRouteFilter[], pointer: string, context: FilterContext): Filter[] {
  return filters.map((filter, index) => compileFilter(filter, `${pointer}/${index}`, context));
}

function compileFilter(filter: HTTPRouteFilter, pointer: string, context: FilterContext): Filter {
  switch (filter.type) {
    case "RequestHeaderModifier":
      return { type: filter.type, ...modifier(filter.requestHeaderModifier) };
    case "ResponseHeaderModifier":
      return { type: filter.type, ...modifier(filter.responseHeaderModifier) };
    case "RequestRedirect": {
      const { scheme, hostname, port, statusCode } = filter.requestRedirect;
      const path = pathModifier(filter.requestRedirect.path);
      if (path !== null && "unusable" in path) {
        return unusablePath(path, `${pointer}/requestRedirect/path`, context);
      }
      return {
        type: filter.type,
        scheme: scheme ?? null,
        hostname: hostname ?? null,
        port: port ?? null,
        path,
        status: statusCode,
      };
    }
    case "DirectResponse": {
      const { statusCode, body } = filter.directResponse;
      return { type: filter.type, status: statusCode, body: body?.string ?? null };
    }
    case "URLRewrite": {
      const path = pathModifier(filter.urlRewrite.path);
      if (path !== null && "unusable" in path) {
        return unusablePath(path, `${pointer}/urlRewrite/path`, context);
      }
      return { type: filter.type, hostname: filter.urlRewrite.hostname ?? null, path };
    }
    case "RequestMirror": {
      const { backendRef, percent, fraction } = filter.requestMirror;
      const target = resolve(backendRef, `${pointer}/requestMirror/backendRef`, context);
      const share = fraction ?? { numerator: percent ?? 100, denominator: 100 };
      return { type: filter.type, target, ...share };
    }
    case "CORS": {
      const { maxAge, ...rest } = filter.cors;
      return { type: filter.type, ...rest, maxAgeSeconds: maxAge };
    }
    case "ExternalAuth":
      return externalAuth(filter.externalAuth, pointer, context);
    case "ExtensionRef":
      return extension(filter.extensionRef, `${pointer}/extensionRef`, context);
  }
}

/** No policy of a service holds for what a filter sends to it, so another namespace's must be granted in any case. */
function resolve(ref: Parameters<typeof resolveTarget>[0], pointer: string, context: FilterContext): Target {
  return resolveTarget(ref, context.namespace, pointer, { consumes: null }, context.world, context.faults);
}

type ExternalAuthSpec = Extract<HTTPRouteFilter, { type: "ExternalAuth" }>["externalAuth"];

function externalAuth(auth: ExternalAuthSpec, pointer: string, context: FilterContext): Filter {
  if (auth.protocol === "GRPC") {
    const message = "External authorization over gRPC cannot be asked: the Workers runtime has no trailers; use HTTP";
    context.faults.push({ reason: "UnsupportedValue", message, pointer: `${pointer}/externalAuth/protocol` });
    return { type: "Unsupported", name: "ExternalAuth/GRPC", message };
  }
  const at = `${pointer}/externalAuth/backendRef`;
  const path = operatorPrefix(auth.http.path);
  if (!path.ok) {
    return unusablePath({ unusable: path.detail }, `${pointer}/externalAuth/http/path`, context);
  }
  let target = resolve(auth.backendRef, at, context);
  const { namespace = context.namespace, name, port } = auth.backendRef;
  const ports = context.world.services.get(serviceKey(namespace, name))?.ports ?? [];
  // Ports of backends are not looked at, but a guard must be exactly the one that was named.
  if ("service" in target && port !== undefined && ports.length > 0 && !ports.includes(port)) {
    const message = `The Service ${target.service} has no port ${port}; it has ${ports.join(", ")}`;
    context.faults.push({ reason: "BackendNotFound", message, pointer: `${at}/port` });
    target = { invalid: "BackendNotFound", message };
  }
  return {
    type: "ExternalAuth",
    target,
    path: path.path,
    allowedHeaders: lowerCase(auth.http.allowedHeaders),
    allowedResponseHeaders: lowerCase(auth.http.allowedResponseHeaders),
    maxBodyBytes: auth.forwardBody?.maxSize ?? 0,
  };
}

type ExtensionRef = Extract<HTTPRouteFilter, { type: "ExtensionRef" }>["extensionRef"];

/** FaultPolicies of the route's namespace are all that can be named. */
function extension(ref: ExtensionRef, pointer: string, context: FilterContext): Filter {
  const known = ref.group === "selvage.dev" && ref.kind === "FaultPolicy";
  const fault = known ? context.faultNamed(serviceKey(context.namespace, ref.name)) : null;
  if (fault !== null) {
    return { type: "Fault", fault };
  }
  const message = known
    ? `There is no FaultPolicy ${context.namespace}/${ref.name}`
    : `The mesh has no filter ${ref.kind} of the group "${ref.group}"; requests of the rule are answered 500`;
  context.faults.push({ reason: known ? "BackendNotFound" : "InvalidKind", message, pointer });
  return { type: "Unsupported", name: `${ref.group}/${ref.kind}/${ref.name}`, message };
}

function modifier(from: {
  readonly set: readonly { readonly name: string; readonly value: string }[];
  readonly add: readonly { readonly name: string; readonly value: string }[];
  readonly remove: readonly string[];
}): { set: HeaderPair[]; add: HeaderPair[]; remove: string[] } {
  const pair = ({ name, value }: { readonly name: string; readonly value: string }): HeaderPair => [name, value];
  return { set: from.set.map(pair), add: from.add.map(pair), remove: [...from.remove] };
}

/** In canonical form. What has none was written before the mesh asked for one: schemas take no such path. */
function pathModifier(path: HTTPPathModifier | undefined): PathModifier | { readonly unusable: string } | null {
  if (path === undefined) {
    return null;
  }
  const { type } = path;
  const found =
    type === "ReplaceFullPath" ? operatorPath(path.replaceFullPath) : operatorPrefix(path.replacePrefixMatch);
  return found.ok ? { type, value: found.path } : { unusable: found.detail };
}

function unusablePath({ unusable }: { readonly unusable: string }, pointer: string, { faults }: FilterContext): Filter {
  const message = `${unusable}; requests of the rule are answered 500`;
  faults.push({ reason: "UnsupportedValue", message, pointer });
  return { type: "Unsupported", name: "path", message };
}

function lowerCase(names: readonly string[]): string[] {
  return names.map((name) => name.toLowerCase());
}
