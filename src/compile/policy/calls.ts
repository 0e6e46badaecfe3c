// The sections of a TrafficPolicy that act on a call's tries and endpoints, with durations in milliseconds.
import { parseDuration } from "../../model/document/field/duration.ts";
import type { Balance, CallPolicy, CallRetry } from "../../model/snapshot/call-policy.ts";
import type { TrafficPolicySpec } from "../../model/document/kind/traffic-policy.ts";
import { keyPart } from "../documents/key-part.ts";

/** @returns null when the policy has none of these sections */
export function compileCalls({ retry, loadBalancer, failover }: TrafficPolicySpec): CallPolicy | null {
  if (retry === undefined && loadBalancer === undefined && failover === undefined) {
    return null;
  }
  return {
    retry: retry === undefined ? null : compileRetry(retry),
    balance: loadBalancer === undefined ? null : compileBalance(loadBalancer),
    failover: failover ?? null,
  };
}

function compileRetry(retry: NonNullable<TrafficPolicySpec["retry"]>): CallRetry {
  const { attempts, on, methods, backoff, budget, hedge } = retry;
  const baseMs = parseDuration(backoff.base) ?? 0;
  const maxMs = Math.max(baseMs, parseDuration(backoff.max) ?? 0);
  const copies = hedge === undefined ? {} : { hedge: { afterMs: parseDuration(hedge.after) ?? 0, max: hedge.max } };
  return { attempts, on, methods, baseMs, maxMs, budget, ...copies };
}

function compileBalance({ policy, key }: NonNullable<TrafficPolicySpec["loadBalancer"]>): Balance {
  return policy === "ring-hash" ? { policy, key: keyPart(key ?? "client") } : { policy };
}
