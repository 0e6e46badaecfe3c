// Endpoints that get no calls at the moment although nothing is known against their health: what they answered lately
// had the mesh leave them out.
import type { ServiceBreakers } from "../../model/api/breakers.ts";
import { endpointKey } from "../../model/word/refs.ts";

interface LeftOut {
  readonly word: "ejected" | "breaker open";
  /** RFC 3339; null = not known. */
  readonly until: string | null;
}

/** What was told a moment ago may be over `now`. By `<namespace>/<service>/<id>`. */
export function leftOutOf(services: readonly ServiceBreakers[], now: number): ReadonlyMap<string, LeftOut> {
  const found = new Map<string, LeftOut>();
  for (const { namespace, service, breakers } of services) {
    for (const { target, name: id, state, until, ejectedUntil } of breakers) {
      const key = endpointKey({ namespace, service, id });
      if (target === "endpoint" && state === "open") {
        found.set(key, { word: "breaker open", until });
      } else if (target === "endpoint" && ejectedUntil !== null && Date.parse(ejectedUntil) > now) {
        found.set(key, { word: "ejected", until: ejectedUntil });
      }
    }
  }
  return found;
}
