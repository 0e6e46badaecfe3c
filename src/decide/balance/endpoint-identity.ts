// What an endpoint is known by: its address and version within its service, not its place in a list or the name that it
// was registered with. What is remembered about one (sessions, ejections, breakers) is remembered under that, so a list
// can be reordered, and what stands at a new address starts clean.
import { nameInTarget } from "../../model/snapshot/circuit.ts";
import type { Endpoint, ServiceKey } from "../../model/snapshot/snapshot.ts";

/** Ids that no registration may take. */
export const WRITTEN_PREFIX = "static-";
/** Between a target's name and what tells one life of it from another; no id and no version holds it. */
const MARK = "~";

type Located = Pick<Endpoint, "address" | "version">;

/**
 * Ids for the endpoints that a Service document lists, in the order of the list. The same address twice is told apart
 * by a number behind it.
 *
 * @example writtenIds("shop/orders", [{ address: { url: "https://a.example" }, version: "v1" }]) // ["static-6c0d…"]
 */
export function writtenIds(service: ServiceKey, endpoints: readonly Located[]): string[] {
  const seen = new Map<string, number>();
  return endpoints.map((endpoint) => {
    const id = `${WRITTEN_PREFIX}${digest(service, endpoint)}`;
    const count = (seen.get(id) ?? 0) + 1;
    seen.set(id, count);
    return count === 1 ? id : `${id}-${count}`;
  });
}

/** For one that registered under a name of its own: the name, and where it is now. */
export function registeredKey(service: ServiceKey, endpoint: Located & Pick<Endpoint, "id">): string {
  return `${endpoint.id}${MARK}${digest(service, endpoint)}`;
}

/** What is remembered about the endpoint is remembered under this. */
export function endpointIdentity({ id, key }: Pick<Endpoint, "id" | "key">): string {
  return key ?? id;
}

/**
 * What stands for these endpoints together: the same while the one of them stays whose key comes first, another one
 * once all of them have been replaced.
 */
export function groupMark(endpoints: readonly Endpoint[]): string {
  let first: string | null = null;
  for (const endpoint of endpoints) {
    const key = endpointIdentity(endpoint);
    if (first === null || key < first) {
      first = key;
    }
  }
  return first === null ? "" : `${MARK}${hash(first, 0x811c9dc5)}`;
}

/** A target's name as people know it. */
export function shownName(target: string): string {
  const [name = ""] = nameInTarget(target).split(MARK, 1);
  return name;
}

function digest(service: ServiceKey, { address, version }: Located): string {
  const text = JSON.stringify([service, addressText(address), version]);
  return hash(text, 0x811c9dc5) + hash(text, 0x9e3779b9).slice(0, 4);
}

/** One text for one place, however it is written. */
function addressText(address: Endpoint["address"]): string {
  if ("binding" in address) {
    return `binding ${address.binding}`;
  }
  return URL.canParse(address.url) ? new URL(address.url).href : address.url;
}

/** FNV-1a, mixed by the last steps of MurmurHash3. */
function hash(text: string, seed: number): string {
  let word = seed;
  for (let at = 0; at < text.length; at++) {
    word = Math.imul(word ^ text.charCodeAt(at), 0x01000193);
  }
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return ((word ^ (word >>> 16)) >>> 0).toString(16).padStart(8, "0");
}
