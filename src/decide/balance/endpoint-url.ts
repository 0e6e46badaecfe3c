// The URL of one try: an endpoint's address with the canonical path behind it. Text, not a URL object: the canonical
// path is one that no URL parser changes again.
import type { Endpoint } from "../../model/snapshot/snapshot.ts";

/** @param origin scheme and authority for a service binding, which has no address of its own */
export function endpointUrl(endpoint: Endpoint, origin: string, path: string, search: string): string {
  const { address } = endpoint;
  const base = "url" in address ? address.url : origin;
  return (base.endsWith("/") ? base.slice(0, -1) : base) + path + search;
}

/** As much of a service binding as the mesh needs. */
interface Fetching {
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** The mesh's own: as an endpoint, it would be a way to the admin API past the host and the checks that guard it. */
const OWN_BINDING = "CONTROL";

/**
 * Service bindings are named by users, so no type of an env can declare them. @returns null = there is none of that
 * name
 */
export function serviceBinding(env: object, name: string): Fetching | null {
  const bound: unknown = name !== OWN_BINDING && Object.hasOwn(env, name) ? Reflect.get(env, name) : null;
  return isFetching(bound) ? bound : null;
}

function isFetching(value: unknown): value is Fetching {
  return typeof value === "object" && value !== null && "fetch" in value && typeof value.fetch === "function";
}
