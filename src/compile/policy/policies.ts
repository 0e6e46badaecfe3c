// Which TrafficPolicy holds for what. The most specific target wins whole: rule › route › service › gateway › mesh; of two
// policies on one target the older one. Also says of every policy kind whether its targets exist.
import type { Document, DocumentOf } from "../../model/document/document.ts";
import { parseDuration } from "../../model/document/field/duration.ts";
import { refOf, serviceKey } from "../../model/word/refs.ts";
import type { CallPolicy } from "../../model/snapshot/call-policy.ts";
import type { ServiceKey, Timeouts } from "../../model/snapshot/snapshot.ts";
import type { TargetRef } from "../../model/document/field/target-ref.ts";
import { BUILT_IN_KEY } from "../documents/built-in-gateway.ts";
import { compileCalls } from "./calls.ts";
import type { DocumentIndex } from "../documents/document-index.ts";

const DEFAULT_TIMEOUTS: Timeouts = { requestMs: 15_000, perTryMs: 0 };

/** What one policy says about calls. */
export interface Effective extends Timeouts {
  readonly calls?: CallPolicy;
}

/** By what a policy is attached to; null = no policy is. */
export interface Policies {
  readonly rule: (namespace: string, route: string, rule: string) => Effective | null;
  readonly route: (namespace: string, route: string) => Effective | null;
  readonly service: (key: ServiceKey) => Effective | null;
  readonly gateway: (key: string) => Effective | null;
  /** The mesh's own policy, or the defaults. */
  readonly mesh: Effective;
  /** Policies that lost every one of their targets to an older one: `refOf` → that one's. */
  readonly losers: Conflicts;
}

export type Conflicts = ReadonlyMap<string, readonly Conflict[]>;

/** One target that an older policy holds. */
interface Conflict {
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

export function compilePolicies(world: DocumentIndex): Policies {
  const { holders, losers: conflicts } = holdersOf(world.trafficPolicies);
  const effective = new Map([...holders].map(([key, policy]) => [key, effectiveOf(policy)]));
  const on = (key: string): Effective | null => effective.get(key) ?? null;
  return {
    rule: (namespace, route, rule) => on(`HTTPRoute/${namespace}/${route}#${rule}`),
    route: (namespace, route) => on(`HTTPRoute/${namespace}/${route}`),
    service: (key) => on(`Service/${key}`),
    gateway: (key) => on(`Gateway/${key}`),
    mesh: on("Mesh") ?? DEFAULT_TIMEOUTS,
    losers: conflicts,
  };
}

/** Who holds each target, and who came too late for it. The policies come in the order of their precedence. */
export function holdersOf<One extends Policy>(
  policies: readonly One[],
): { readonly holders: ReadonlyMap<string, One>; readonly losers: Conflicts } {
  const holders = new Map<string, One>();
  const conflicts = new Map<string, Conflict[]>();
  const nameOf = ({ kind, metadata }: One): string => refOf(kind, metadata.namespace, metadata.name);
  for (const policy of policies) {
    const ref = nameOf(policy);
    for (const [index, target] of policy.spec.targetRefs.entries()) {
      const key = targetKey(target, policy.metadata.namespace);
      const holder = holders.get(key);
      if (holder === undefined) holders.set(key, policy);
      else if (holder !== policy) conflicts.set(ref, [...(conflicts.get(ref) ?? []), { index, to: nameOf(holder) }]);
    }
  }
  return { holders, losers: conflicts };
}

/** What a policy in `namespace` is attached to, as one word. */
export function targetKey({ kind, name, sectionName }: TargetRef, namespace: string): string {
  if (kind === "Mesh") return "Mesh";
  return `${kind}/${namespace}/${name}${sectionName === undefined ? "" : `#${sectionName}`}`;
}

function effectiveOf({ spec }: DocumentOf<"TrafficPolicy">): Effective {
  const calls = compileCalls(spec);
  return {
    ...(calls === undefined ? {} : { calls }),
    requestMs: parseDuration(spec.timeouts.request) ?? DEFAULT_TIMEOUTS.requestMs,
    perTryMs: parseDuration(spec.timeouts.perTry ?? "0s") ?? 0,
  };
}

/** Why a target of a policy in `namespace` selects nothing; null when it is there. */
export function missingTarget(target: TargetRef, namespace: string, world: DocumentIndex): string | null {
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

function ruleNames(world: DocumentIndex, namespace: string, name: string): string[] {
  const route = world.routes.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  return (route?.spec.rules ?? []).map((rule, index) => rule.name ?? String(index));
}
