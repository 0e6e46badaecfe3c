// The URL of one try: an endpoint's address with the canonical path behind it. Text, not a URL object: the canonical path is
// one that no URL parser changes again.
import type { Endpoint } from "../../model/snapshot/snapshot.ts";

/** @param origin scheme and authority for a service binding, which has no address of its own */
export function endpointUrl(endpoint: Endpoint, origin: string, path: string, search: string): string {
  const { address } = endpoint;
  const base = "url" in address ? address.url : origin;
  return (base.endsWith("/") ? base.slice(0, -1) : base) + path + search;
}
