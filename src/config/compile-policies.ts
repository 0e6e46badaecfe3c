// Which TrafficPolicy holds for what. The most specific target wins whole: rule › route › service › gateway › mesh; of two
// policies on one target the older one. Also says of every policy kind whether its targets exist.
import type { Document, DocumentOf } from "../model/document.ts";
import { parseDuration } from "../model/duration.ts";
import { refOf, serviceKey } from "../model/keys.ts";
import type { ServiceKey, Timeouts } from "../model/snapshot.ts";
import type { TargetRef } from "../model/target-ref.ts";
import { BUILT_IN_KEY } from "./built-in-gateway.ts";
import type { World } from "./compile-world.ts";

const DEFAULT_TIMEOUTS: Timeouts = { requestMs: 15_000, perTryMs: 0 };

/** Timeouts by what a policy is attached to; null = no policy is. */
export interface Policies {
  readonly rule: (namespace: string, route: string, rule: string) => Timeouts | null;
  readonly route: (namespace: string, route: string) => Timeouts | null;
  readonly service: (key: ServiceKey) => Timeouts | null;
  readonly gateway: (key: string) => Timeouts | null;
  /** The mesh's own policy, or the defaults. */
  readonly mesh: Timeouts;
  /** Policies that lost every one of their targets to an older one: `refOf` → that one's. */
  readonly losers: ReadonlyMap<string, readonly Loss[]>;
}

/** One target that an older policy holds. */
export interface Loss {
  readonly index: number;
  readonly to: string;
}

/** Any document with `targetRefs`. */
export type Policy = Extract<Document, { spec: { targetRefs: readonly TargetRef[] } }>;

export function isPolicy(document: Document): document is Policy {
  return (
    document.kind === "TrafficPolicy" ||
    document.kind === "RateLimitPolicy" ||
    document.kind === "AuthenticationPolicy" ||
    document.kind === "AuthorizationPolicy" ||
    document.kind === "FaultPolicy"
  );
}

export function compilePolicies(world: World): Policies {
  const holders = new Map<string, { readonly ref: string; readonly timeouts: Timeouts }>();
  const losers = new Map<string, Loss[]>();
  for (const policy of world.trafficPolicies) {
    const { namespace, name } = policy.metadata;
    const ref = refOf(policy.kind, namespace, name);
    for (const [index, target] of policy.spec.targetRefs.entries()) {
      const key = targetKey(target, namespace);
      const holder = holders.get(key);
      if (holder === undefined) holders.set(key, { ref, timeouts: timeoutsOf(policy) });
      else if (holder.ref !== ref) losers.set(ref, [...(losers.get(ref) ?? []), { index, to: holder.ref }]);
    }
  }
  const on = (key: string): Timeouts | null => holders.get(key)?.timeouts ?? null;
  return {
    rule: (namespace, route, rule) => on(`HTTPRoute/${namespace}/${route}#${rule}`),
    route: (namespace, route) => on(`HTTPRoute/${namespace}/${route}`),
    service: (key) => on(`Service/${key}`),
    gateway: (key) => on(`Gateway/${key}`),
    mesh: on("Mesh") ?? DEFAULT_TIMEOUTS,
    losers,
  };
}

/** What a policy is attached to, as one string. */
export function targetKey({ kind, name, sectionName }: TargetRef, namespace: string): string {
  if (kind === "Mesh") return "Mesh";
  return `${kind}/${namespace}/${name}${sectionName === undefined ? "" : `#${sectionName}`}`;
}

function timeoutsOf({ spec }: DocumentOf<"TrafficPolicy">): Timeouts {
  return {
    requestMs: parseDuration(spec.timeouts.request) ?? DEFAULT_TIMEOUTS.requestMs,
    perTryMs: parseDuration(spec.timeouts.perTry ?? "0s") ?? 0,
  };
}

/** Why a target of a policy in `namespace` selects nothing; null when it is there. */
export function missingTarget(target: TargetRef, namespace: string, world: World): string | null {
  const { kind, name = "", sectionName } = target;
  switch (kind) {
    case "Mesh":
      return null;
    case "Gateway":
      if (world.has(kind, namespace, name) || serviceKey(namespace, name) === BUILT_IN_KEY) return null;
      break;
    case "Service":
      if (world.has(kind, namespace, name)) return null;
      break;
    case "HTTPRoute": {
      if (!world.has(kind, namespace, name)) break;
      if (sectionName === undefined || ruleNames(world, namespace, name).includes(sectionName)) return null;
      return `The HTTPRoute ${namespace}/${name} has no rule named "${sectionName}"`;
    }
  }
  return `There is no ${kind} ${namespace}/${name}`;
}

function ruleNames(world: World, namespace: string, name: string): string[] {
  const route = world.routes.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  return (route?.spec.rules ?? []).map((rule, index) => rule.name ?? String(index));
}
