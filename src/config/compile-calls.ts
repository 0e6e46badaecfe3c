// The sections of a TrafficPolicy that act on a call's tries and endpoints, with durations in milliseconds. Which policy
// holds for what is decided in compile-policies.ts.
import { parseDuration } from "../model/duration.ts";
import type { Balance, CallPolicy, CallRetry } from "../model/call-policy.ts";
import type { TrafficPolicySpec } from "../model/traffic-policy.ts";
import { keyPart } from "./key-part.ts";

/** @returns undefined when the policy has none of these sections */
export function compileCalls({ retry, loadBalancer, failover }: TrafficPolicySpec): CallPolicy | undefined {
  if (retry === undefined && loadBalancer === undefined && failover === undefined) return undefined;
  return {
    retry: retry === undefined ? null : compileRetry(retry),
    balance: loadBalancer === undefined ? null : compileBalance(loadBalancer),
    failover: failover ?? null,
  };
}

function compileRetry({ attempts, on, methods, backoff, budget }: NonNullable<TrafficPolicySpec["retry"]>): CallRetry {
  const baseMs = parseDuration(backoff.base) ?? 0;
  return { attempts, on, methods, baseMs, maxMs: Math.max(baseMs, parseDuration(backoff.max) ?? 0), budget };
}

function compileBalance({ policy, key }: NonNullable<TrafficPolicySpec["loadBalancer"]>): Balance {
  return policy === "ring-hash" ? { policy, key: keyPart(key ?? "client") } : { policy };
}
