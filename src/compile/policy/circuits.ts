// TrafficPolicies → circuits of the snapshot: breaker, ejection, concurrency and retry budget as numbers. One policy holds for a call, whole: the most
// specific one, rule › route › service › gateway › mesh, even when it has none of the sections; of two on one target the older.
import type { DocumentOf } from "../../model/document/document.ts";
import type { Circuit } from "../../model/snapshot/circuit.ts";
import type { ConcurrencyTerms } from "../../model/snapshot/concurrency-terms.ts";
import { parseDuration } from "../../model/document/field/duration.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { TrafficPolicySpec } from "../../model/document/kind/traffic-policy.ts";
import { targetKey } from "./policies.ts";

export interface Circuits {
  readonly table: readonly Circuit[];
  /** Each: index into `table`; -1 = a policy that guards nothing; null = no policy. */
  readonly route: (namespace: string, route: string, rule: string) => number | null;
  readonly service: (key: ServiceKey) => number | null;
  readonly gateway: (key: string) => number | null;
  readonly mesh: number | null;
}

const GUARDS_NOTHING = -1;

export function compileCircuits(policies: readonly DocumentOf<"TrafficPolicy">[]): Circuits {
  const table: Circuit[] = [];
  const holders = new Map<string, number>();
  for (const policy of policies) {
    const circuit = circuitOf(policy);
    const index = circuit === null ? GUARDS_NOTHING : table.push(circuit) - 1;
    for (const target of policy.spec.targetRefs) {
      const key = targetKey(target, policy.metadata.namespace);
      if (!holders.has(key)) holders.set(key, index);
    }
  }
  const on = (key: string): number | null => holders.get(key) ?? null;
  return {
    table,
    route: (namespace, route, rule) =>
      on(`HTTPRoute/${namespace}/${route}#${rule}`) ?? on(`HTTPRoute/${namespace}/${route}`),
    service: (key) => on(`Service/${key}`),
    gateway: (key) => on(`Gateway/${key}`),
    mesh: on("Mesh"),
  };
}

/** The member of a snapshot entry, from those that could hold, most specific first. */
export function circuitMember(...candidates: readonly (number | null)[]): { readonly circuit?: number } {
  const index = candidates.find((one) => one !== null) ?? GUARDS_NOTHING;
  return index === GUARDS_NOTHING ? {} : { circuit: index };
}

function circuitOf({ metadata, spec }: DocumentOf<"TrafficPolicy">): Circuit | null {
  const { circuitBreaker, outlierDetection, concurrency, retry } = spec;
  if (![circuitBreaker, outlierDetection, concurrency, retry].some((section) => section !== undefined)) return null;
  return {
    policy: `${metadata.namespace}/${metadata.name}`,
    breaker:
      circuitBreaker === undefined
        ? null
        : {
            windowMs: milliseconds(circuitBreaker.window),
            minRequests: circuitBreaker.minRequests,
            failurePercent: circuitBreaker.failurePercent,
            slowCallPercent: circuitBreaker.slowCallPercent,
            openForMs: milliseconds(circuitBreaker.openFor),
            maxOpenForMs: milliseconds(circuitBreaker.maxOpenFor),
            halfOpenRequests: circuitBreaker.halfOpenRequests,
          },
    slowCallMs: circuitBreaker === undefined ? 0 : milliseconds(circuitBreaker.slowCallDuration),
    outlier:
      outlierDetection === undefined
        ? null
        : {
            consecutiveFailures: outlierDetection.consecutiveFailures,
            intervalMs: milliseconds(outlierDetection.interval),
            baseEjectionMs: milliseconds(outlierDetection.baseEjection),
            maxEjectionMs: milliseconds(outlierDetection.maxEjection),
            maxEjectionPercent: outlierDetection.maxEjectionPercent,
            ...(outlierDetection.failurePercent === undefined
              ? {}
              : { failurePercent: outlierDetection.failurePercent }),
          },
    ...(concurrency === undefined ? {} : { concurrency: concurrencyOf(concurrency) }),
    ...(retry === undefined ? {} : { retryBudget: retry.budget }),
  };
}

function concurrencyOf(section: NonNullable<TrafficPolicySpec["concurrency"]>): ConcurrencyTerms {
  const { max, queue, adaptive, priority } = section;
  return {
    max,
    queue,
    adaptive: adaptive === undefined ? null : { min: Math.min(adaptive.min, max), tolerance: adaptive.tolerance },
    priority: priority === undefined ? null : { ...priority, header: priority.header.toLowerCase() },
  };
}

/** The schema has checked the text. */
function milliseconds(text: string): number {
  return parseDuration(text) ?? 0;
}
