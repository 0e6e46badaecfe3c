// How documents and services are named in keys: plain strings, nothing to parse. Free of zod, so the data plane may use it.

/** `<Kind>/<namespace>/<name>`: the storage identity of a document. Names hold no slash, so two documents never collide. */
export function refOf(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

/** The name of the one mesh object. */
export const MESH_OBJECT = "mesh";

/** The name of the one object that holds the mesh's keys. */
export const KEY_RING = "mesh";

/** `<namespace>/<name>`: a service in the snapshot. */
export function serviceKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
