// Which policies hold for a service, and which of them only would if a more specific one of their kind did not: what a
// document says of its targets, read as docs/kinds.md says. Names and targets only; the mesh itself decides by its
// snapshot.
import type { Resource } from "../../model/api/resource.ts";
import { records } from "../../status/conditions.ts";
import { refOfDocument, type ScopedName } from "../../model/word/refs.ts";
import { leadsTo } from "./service-routes.ts";

/** The most specific first. */
const places = ["rule", "route", "service", "gateway", "mesh"] as const;
type Place = (typeof places)[number];

interface Attached {
  readonly policy: Resource;
  readonly place: Place;
  /** What it is attached to, in its own words. */
  readonly target: string;
}

interface PolicyInEffect extends Attached {
  /** Ref of the policy that takes its place; null = it holds. */
  readonly hiddenBy: string | null;
}

/** Of these the most specific wins whole; of the others every one must pass. */
const winning = new Set(["TrafficPolicy", "FaultPolicy", "AuthenticationPolicy"]);

export function policiesOf(service: ScopedName, resources: readonly Resource[]): readonly PolicyInEffect[] {
  const routes = resources.filter((one) => one.kind === "HTTPRoute" && leadsTo(one, service));
  const found = resources.flatMap((policy) =>
    records(policy.spec.targetRefs).flatMap((target) => {
      const place = placeOf(policy, target, service, routes);
      const section = typeof target.sectionName === "string" ? `#${target.sectionName}` : "";
      const words = `${String(target.kind)} ${String(target.name ?? "")}${section}`;
      return place === null ? [] : [{ policy, place, target: words }];
    }),
  );
  const sorted = found.toSorted((a, b) => places.indexOf(a.place) - places.indexOf(b.place));
  return sorted.map(({ policy, place, target }) => ({
    policy,
    place,
    target,
    hiddenBy: hiderOf(policy, place, sorted),
  }));
}

function placeOf(
  policy: Resource,
  target: Readonly<Record<string, unknown>>,
  { namespace, name }: ScopedName,
  routes: readonly Resource[],
): Place | null {
  const isNear = policy.metadata.namespace === namespace;
  switch (target.kind) {
    case "Mesh":
      return "mesh";
    case "Gateway":
      return "gateway";
    case "Service":
      return isNear && target.name === name ? "service" : null;
    case "HTTPRoute": {
      const isOurs = routes.some(
        ({ metadata }) => metadata.name === target.name && metadata.namespace === policy.metadata.namespace,
      );
      return isOurs ? (target.sectionName === undefined ? "route" : "rule") : null;
    }
    default:
      return null;
  }
}

/** A rule or a route speaks for its own requests only, so that what is wider goes on holding for all others. */
function hiderOf(policy: Resource, place: Place, all: readonly Attached[]): string | null {
  if (!winning.has(policy.kind)) {
    return null;
  }
  const hider = all.find(
    (other) =>
      other.policy.kind === policy.kind &&
      other.place === "service" &&
      places.indexOf(other.place) < places.indexOf(place),
  );
  return hider === undefined ? null : refOfDocument(hider.policy);
}
