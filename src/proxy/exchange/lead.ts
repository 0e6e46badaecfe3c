// Redirects of a service to itself lead to where the caller found it: nobody is told the address that the mesh asked.
import { PLACES, type AskedBy } from "../../decide/route/own-location.ts";
import type { Endpoint } from "../../model/snapshot/snapshot.ts";
import type { Exchange } from "./exchange.ts";
import { originOf } from "./outgoing.ts";

type Address = Endpoint["address"];

/** To look is cheaper than to copy. */
export function namesPlaces(headers: Headers, address: Address): boolean {
  return "url" in address && PLACES.some(([name]) => headers.has(name));
}

export function lead(headers: Headers, address: Address, by: AskedBy): void {
  if (!("url" in address)) {
    return;
  }
  for (const [name, tell] of PLACES) {
    const said = headers.get(name);
    if (said !== null) {
      headers.set(name, tell(said, address.url, by));
    }
  }
}

/** By the rule, and whatever it did to the path. */
export function routedBy({ admitted, routed }: Exchange): AskedBy {
  const { addressPrefix, matchedPath: matchedPrefix, plan } = routed;
  return { origin: originOf(admitted), addressPrefix, matchedPrefix, rewrite: plan.rewrite?.path ?? null };
}
