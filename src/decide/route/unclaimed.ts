// Whether anybody has said anything about a host: a route, or a listener of a user's Gateway. Where nobody has, the
// mesh may speak for itself.
import type { Router } from "../../model/snapshot/snapshot.ts";
import { wider } from "./host.ts";

/** @param host lower-case, without port */
export function isUnclaimed({ entries, hosts, named }: Router, host: string): boolean {
  const claims = [entries["*"], hosts.HTTP, hosts.HTTPS, named];
  for (let pattern: string | null = host; pattern !== null; pattern = wider(pattern)) {
    for (const claim of claims) {
      if (claim !== undefined && Object.hasOwn(claim, pattern)) {
        return false;
      }
    }
  }
  return true;
}
