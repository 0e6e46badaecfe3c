// RateLimitPolicies → limits of the snapshot, by what they are attached to. They add up: a request is under those of the
// mesh, the Gateway it came through, its service, its route and its rule, and every one of them must have room. A Tier's
// limits are in the same table; contracts point to them.
import type { DocumentOf } from "../../model/document/document.ts";
import { parseDuration } from "../../model/document/field/duration.ts";
import type { LimitTerms } from "../../model/snapshot/limit-terms.ts";
import { TIER_LIMITS, type KeyPart, type Limit } from "../../model/snapshot/limit.ts";
import type { LimitSpec } from "../../model/document/kind/rate-limit.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import { targetKey } from "./policies.ts";
import { keyPart } from "../documents/key-part.ts";

/** Indexes into `table`, by what the policies are attached to. */
export interface Limits {
  readonly table: readonly Limit[];
  readonly mesh: readonly number[];
  readonly gateway: (key: string) => readonly number[];
  readonly service: (key: ServiceKey) => readonly number[];
  readonly route: (namespace: string, route: string, rule: string) => readonly number[];
  /** Of the Tier `<namespace>/<name>`. */
  readonly tier: (key: string) => readonly number[];
}

const NONE: readonly number[] = [];
/** In a shorter window not all requests, only half of them, may come at once unless the policy says how many. */
const SHORT_WINDOW_MS = 10_000;

export function compileLimits(
  policies: readonly DocumentOf<"RateLimitPolicy">[],
  tiers: ReadonlyMap<string, DocumentOf<"Tier">> = new Map(),
): Limits {
  const table: Limit[] = [];
  const attached = new Map<string, number[]>();
  for (const policy of policies) {
    const first = table.length;
    table.push(...limitsOf(policy));
    const indexes = table.slice(first).map((_, at) => first + at);
    const targets = new Set(policy.spec.targetRefs.map((target) => targetKey(target, policy.metadata.namespace)));
    for (const target of targets) attached.set(target, [...(attached.get(target) ?? NONE), ...indexes]);
  }
  const ofTiers = new Map<string, readonly number[]>();
  for (const [key, { spec }] of tiers) {
    ofTiers.set(
      key,
      spec.limits.map((_, at) => table.length + at),
    );
    table.push(...spec.limits.map((limit) => compileTierLimit(key, limit)));
  }
  const on = (key: string): readonly number[] => attached.get(key) ?? NONE;
  return {
    table,
    mesh: on("Mesh"),
    gateway: (key) => on(`Gateway/${key}`),
    service: (key) => on(`Service/${key}`),
    route: (namespace, route, rule) => [
      ...on(`HTTPRoute/${namespace}/${route}`),
      ...on(`HTTPRoute/${namespace}/${route}#${rule}`),
    ],
    tier: (key) => ofTiers.get(key) ?? NONE,
  };
}

/** Several lists as one, each limit once. */
export function merged(...lists: readonly (readonly number[])[]): readonly number[] {
  return [...new Set(lists.flat())];
}

/** The arithmetic of a limit, its burst filled in. */
export function termsOf({
  algorithm,
  requests,
  window,
  burst,
}: Pick<LimitSpec, "algorithm" | "requests" | "window" | "burst">): LimitTerms {
  const windowMs = parseDuration(window) ?? 1000;
  const usual = windowMs < SHORT_WINDOW_MS ? Math.max(1, Math.ceil(requests / 2)) : requests;
  return { algorithm, requests, windowMs, burst: burst ?? usual };
}

function limitsOf({ metadata, spec }: DocumentOf<"RateLimitPolicy">): Limit[] {
  const policy = `${metadata.namespace}/${metadata.name}`;
  const of = { policy, headers: spec.headers };
  if (spec.sla && spec.limits.length === 0) return [{ ...compileLimit(SLA_ONLY, of), sla: "only" }];
  return spec.limits.map((limit) => ({ ...compileLimit(limit, of), ...(spec.sla ? { sla: "own" as const } : {}) }));
}

/** Stands for the tier's limits where a policy has none of its own. Harmless to a release that does not know it. */
const SLA_ONLY: LimitSpec = {
  name: "sla",
  requests: 1_000_000_000,
  window: "1s",
  key: [],
  mode: "local",
  algorithm: "gcra",
  whenUnavailable: "allow",
  shadow: true,
};

/** Counted for each application, whatever else its key says. The headers' dialect is that of the policy it stands in for. */
function compileTierLimit(tier: string, limit: LimitSpec): Limit {
  const compiled = compileLimit(limit, { policy: `${TIER_LIMITS}${tier}`, headers: "ietf" });
  const client: KeyPart = { from: "client" };
  return compiled.key.some(({ from }) => from === "client")
    ? compiled
    : { ...compiled, key: [client, ...compiled.key] };
}

function compileLimit(limit: LimitSpec, of: Pick<Limit, "policy" | "headers">): Limit {
  return {
    policy: of.policy,
    name: limit.name,
    terms: termsOf(limit),
    mode: limit.mode,
    key: limit.key.map(keyPart),
    whenUnavailable: limit.whenUnavailable,
    shadow: limit.shadow,
    queue:
      limit.queue === undefined
        ? null
        : { maxWaitMs: parseDuration(limit.queue.maxWait) ?? 1000, max: limit.queue.max },
    headers: of.headers,
  };
}
