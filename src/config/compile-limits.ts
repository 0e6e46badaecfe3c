// RateLimitPolicies → limits of the snapshot, by what they are attached to. They add up: a request is under those of the
// mesh, the Gateway it came through, its service, its route and its rule, and every one of them must have room.
import type { DocumentOf } from "../model/document.ts";
import { parseDuration } from "../model/duration.ts";
import type { LimitTerms } from "../model/lease.ts";
import type { Limit } from "../model/limit.ts";
import type { LimitSpec } from "../model/rate-limit.ts";
import type { ServiceKey } from "../model/snapshot.ts";
import { targetKey } from "./compile-policies.ts";
import { keyPart } from "./key-part.ts";

/** Indexes into `table`, by what the policies are attached to. */
export interface Limits {
  readonly table: readonly Limit[];
  readonly mesh: readonly number[];
  readonly gateway: (key: string) => readonly number[];
  readonly service: (key: ServiceKey) => readonly number[];
  readonly route: (namespace: string, route: string, rule: string) => readonly number[];
}

const NONE: readonly number[] = [];
/** In a shorter window not all requests, only half of them, may come at once unless the policy says how many. */
const SHORT_WINDOW_MS = 10_000;

export function compileLimits(policies: readonly DocumentOf<"RateLimitPolicy">[]): Limits {
  const table: Limit[] = [];
  const attached = new Map<string, number[]>();
  for (const policy of policies) {
    const first = table.length;
    table.push(...policy.spec.limits.map((limit) => compileLimit(policy, limit)));
    const indexes = policy.spec.limits.map((_, at) => first + at);
    const targets = new Set(policy.spec.targetRefs.map((target) => targetKey(target, policy.metadata.namespace)));
    for (const target of targets) attached.set(target, [...(attached.get(target) ?? NONE), ...indexes]);
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

function compileLimit({ metadata, spec }: DocumentOf<"RateLimitPolicy">, limit: LimitSpec): Limit {
  return {
    policy: `${metadata.namespace}/${metadata.name}`,
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
    headers: spec.headers,
  };
}
