// Which endpoint of a service takes a try: weighted at random among those of the wanted version that are not drained,
// in the group of the best priority. Health, load and locality are not known here.
import type { Endpoint } from "../../model/snapshot/snapshot.ts";

/**
 * @param version null = any
 * @param tried endpoints that already failed this request: used again only when there is no other
 * @param random uniform in [0, 1)
 * @returns null when no endpoint can be used
 */
export function pickEndpoint(
  endpoints: readonly Endpoint[],
  version: string | null,
  tried: readonly string[],
  random: number,
): Endpoint | null {
  return draw(endpoints, version, tried, random) ?? (tried.length === 0 ? null : draw(endpoints, version, [], random));
}

function draw(
  endpoints: readonly Endpoint[],
  version: string | null,
  tried: readonly string[],
  random: number,
): Endpoint | null {
  const usable = (endpoint: Endpoint): boolean =>
    endpoint.weight > 0 && (version === null || endpoint.version === version) && !tried.includes(endpoint.id);
  let best = Number.POSITIVE_INFINITY;
  let total = 0;
  for (const endpoint of endpoints) {
    if (endpoint.priority > best || !usable(endpoint)) {
      continue;
    }
    if (endpoint.priority < best) {
      best = endpoint.priority;
      total = 0;
    }
    total += endpoint.weight;
  }
  let left = random * total;
  let last: Endpoint | null = null;
  for (const endpoint of endpoints) {
    if (endpoint.priority !== best || !usable(endpoint)) {
      continue;
    }
    last = endpoint;
    left -= endpoint.weight;
    if (left < 0) {
      return endpoint;
    }
  }
  // Only reached when rounding leaves a crumb.
  return last;
}
