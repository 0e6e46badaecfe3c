// What a change may have an effect on: only that is tried out, so that a write costs what it is about and not what
// others have written. Which documents a finding elsewhere can be about is told by hosts and services.
import { intersect } from "../../decide/route/host.ts";
import type { Listener } from "../../model/snapshot/snapshot.ts";
import type { Placement } from "../route/router.ts";
import type { CompiledRoutes } from "../route/routes.ts";
import { partsOfRef } from "../../model/word/refs.ts";

/** Kinds that decide where others' routes are attached: with one of them anything may have moved. */
const FAR_REACHING: ReadonlySet<string> = new Set(["Namespace", "ReferenceGrant", "Override"]);

/** @param changed refs of the documents; undefined = everything is new */
export function affectedBy(
  changed: ReadonlySet<string> | undefined,
  { routes, placements }: CompiledRoutes,
  listeners: readonly Listener[],
): (placement: Placement) => boolean {
  const refs = [...(changed ?? [])];
  if (changed === undefined || refs.some((ref) => FAR_REACHING.has(partsOfRef(ref).kind))) {
    return () => true;
  }
  const hostnames = new Set<string>();
  const services = new Set<string>();
  const ages = new Set<number>();
  for (const [age, { route }] of routes.entries()) {
    if (changed.has(`HTTPRoute/${route.metadata.namespace}/${route.metadata.name}`)) {
      ages.add(age);
    }
  }
  const isOwn = ({ match, order, at }: Placement): boolean =>
    ages.has(order[0]) ||
    ("service" in at
      ? changed.has(`Service/${at.service}`)
      : changed.has(`Gateway/${listeners[match.listener]?.gateway}`));
  for (const placement of placements) {
    if (!isOwn(placement)) {
      continue;
    }
    if ("service" in placement.at) {
      services.add(placement.at.service);
    } else {
      for (const hostname of placement.at.hostnames) {
        hostnames.add(hostname);
      }
    }
  }
  if (hostnames.size === 0 && services.size === 0) {
    return () => false;
  }
  return ({ at }) => {
    if ("service" in at) {
      return services.has(at.service);
    }
    return at.hostnames.some(
      (own) => hostnames.has(own) || [...hostnames].some((hostname) => intersect(own, hostname) !== null),
    );
  };
}
