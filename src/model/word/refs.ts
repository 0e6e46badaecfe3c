// How documents, services and endpoints are named in keys, and the parts of a key: made and taken apart here only.
// Names hold no slash, so two of them never collide. Free of zod, so the data plane may use it.

export interface ScopedName {
  readonly namespace: string;
  readonly name: string;
}

/** `<Kind>/<namespace>/<name>`: the storage identity of a document. */
export function refOf(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

/** The same of a document at hand. */
export function refOfDocument({ kind, metadata }: { readonly kind: string; readonly metadata: ScopedName }): string {
  return refOf(kind, metadata.namespace, metadata.name);
}

export function partsOfRef(ref: string): ScopedName & { readonly kind: string } {
  const [kind, rest] = cut(ref);
  return { kind, ...partsOfKey(rest) };
}

/** What decided, as `selvage-decision` names it: a document, and the entry of it: `HTTPRoute/shop/orders/0`. */
export function partsOfPolicy(policy: string): ScopedName & { readonly kind: string; readonly entry: string | null } {
  const [kind, rest] = cut(policy);
  const [namespace, below] = cut(rest);
  const [name, entry] = cut(below);
  return { kind, namespace, name, entry: entry === "" ? null : entry };
}

/** The name of the one mesh object. */
export const MESH_OBJECT = "mesh";

/** The name of the one object that holds the mesh's keys. */
export const KEY_RING = "mesh";

/** `<namespace>/<name>`: a service in the snapshot. */
export function serviceKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** Of a service, a route, a Gateway: of whatever has a key of namespace and name. */
export function partsOfKey(key: string): ScopedName {
  const [namespace, name] = cut(key);
  return { namespace, name };
}

/** Where every service is reached, with whatever stands behind it: `/svc/<name>.<namespace>`. */
export function servicePath({ namespace, name }: ScopedName): string {
  return `/svc/${name}.${namespace}`;
}

/** What a document in `namespace` means by `name` or `<namespace>/<name>`. */
export function scopedName(text: string, namespace: string): ScopedName {
  return text.includes("/") ? partsOfKey(text) : { namespace, name: text };
}

/** `<namespace>/<service>/<id>`: an endpoint. */
export function endpointKey({ namespace, service, id }: EndpointName): string {
  return `${namespace}/${service}/${id}`;
}

export function partsOfEndpointKey(key: string): EndpointName {
  const [namespace, rest] = cut(key);
  const [service, id] = cut(rest);
  return { namespace, service, id };
}

interface EndpointName {
  readonly namespace: string;
  readonly service: string;
  readonly id: string;
}

/** Before the first slash, and after it. */
function cut(text: string): [before: string, after: string] {
  const slash = text.indexOf("/");
  return slash === -1 ? [text, ""] : [text.slice(0, slash), text.slice(slash + 1)];
}
