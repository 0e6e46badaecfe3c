// The sections of a TrafficPolicy that guard calls, as numbers: breaker, ejection, concurrency and retry budget.
import { parseDuration } from "../../model/document/field/duration.ts";
import type { TrafficPolicySpec } from "../../model/document/kind/traffic-policy.ts";
import type { Circuit } from "../../model/snapshot/circuit.ts";
import type { ConcurrencyTerms } from "../../model/snapshot/concurrency-terms.ts";

/** @returns null when the policy has none of these sections */
export function compileCircuit(policy: string, spec: TrafficPolicySpec): Circuit | null {
  const { circuitBreaker, outlierDetection, concurrency, retry } = spec;
  if (![circuitBreaker, outlierDetection, concurrency, retry].some((section) => section !== undefined)) {
    return null;
  }
  return {
    policy,
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
