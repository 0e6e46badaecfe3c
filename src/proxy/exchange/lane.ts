// What a rule and one of its backends come to, whatever the request: its filters by what they do, where it leads and
// what the policies say about the call. Made with the first request that takes it, and gone with its snapshot.
import { planFilters } from "../../decide/route/filter-plan.ts";
import type { PolicyIndexes } from "../../model/snapshot/policies.ts";
import type { Backend, Rule, ServiceEntry, ServiceKey, Snapshot } from "../../model/snapshot/snapshot.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { Destination, Routed } from "./exchange.ts";

type Lane = Pick<Routed, "policy" | "plan" | "destination">;

/** By backend, or by a rule that has none; each is of one snapshot. */
const lanes = new WeakMap<Backend | Rule, Lane>();

/** Without the session of a caller. */
export function laneOf(snapshot: Snapshot, rule: Rule, backend: Backend | null): Lane {
  const of = backend ?? rule;
  const known = lanes.get(of);
  if (known !== undefined) {
    return known;
  }
  const made = newLane(snapshot, rule, backend);
  lanes.set(of, made);
  return made;
}

function newLane(snapshot: Snapshot, rule: Rule, backend: Backend | null): Lane {
  const filters =
    backend === null || backend.filters.length === 0 ? rule.filters : [...rule.filters, ...backend.filters];
  return {
    policy: `HTTPRoute/${rule.route}/${rule.name}`,
    plan: planFilters(filters),
    destination:
      backend === null
        ? {
            problem: "invalidBackend",
            detail: `Rule ${rule.name} of HTTPRoute ${rule.route} has no backend with a weight above 0`,
          }
        : destinationOf(snapshot, backend),
  };
}

function destinationOf(snapshot: Snapshot, backend: Backend): Destination | Refusal {
  const { target, timeouts, policies } = backend;
  if ("invalid" in target) {
    return { problem: "invalidBackend", detail: target.message, extensions: { reason: target.invalid } };
  }
  const { service, version } = target;
  if (serviceNamed(snapshot, service) === null) {
    return {
      problem: "invalidBackend",
      detail: `There is no service ${service}`,
      extensions: { reason: "BackendNotFound" },
    };
  }
  return called(snapshot, { service, version, timeouts, pinned: null }, policies);
}

/** With what the policies and a Rollout say about the call: looked up once, here. */
export function called(
  { policies: tables, services }: Snapshot,
  to: Pick<Destination, "service" | "version" | "timeouts" | "pinned">,
  { traffic, fault }: PolicyIndexes,
): Destination {
  const { calls = null, circuit = null } = (traffic === undefined ? null : tables.traffic?.[traffic]) ?? {};
  const injected = (fault === undefined ? null : tables.fault?.[fault]) ?? null;
  const guarded: Destination =
    circuit === null ? { ...to, calls, fault: injected } : { ...to, calls, fault: injected, circuit };
  const rollout = to.version === null ? services[to.service]?.rollout : undefined;
  return rollout === undefined ? guarded : { ...guarded, rollout };
}

export function serviceNamed(snapshot: Snapshot, service: ServiceKey): ServiceEntry | null {
  // A key always holds a slash, so no name of Object.prototype can be asked for.
  return snapshot.services[service] ?? null;
}
