// TrafficPolicy: how calls are made (timeouts, tries, endpoints) and what guards them (breaker, ejection, concurrency).
import { parseDuration } from "../../model/document/field/duration.ts";
import type { Held, PolicyTables } from "../../model/snapshot/policies.ts";
import type { Timeouts } from "../../model/snapshot/traffic.ts";
import { serviceKey } from "../../model/word/refs.ts";
import { compileCalls } from "./calls.ts";
import { compileCircuit } from "./circuit.ts";
import type { PolicyContext, KindOf, PolicyOf, Told } from "./kind.ts";

/** Where no TrafficPolicy holds. */
const DEFAULT_TIMEOUTS: Timeouts = { requestMs: 15_000, perTryMs: 0 };

export const traffic: KindOf<"TrafficPolicy", "traffic"> = {
  kind: "TrafficPolicy",
  table: "traffic",
  attaches: "calls",
  mode: "most-specific-wins",
  compile: ({ metadata, spec }) => {
    const policy = `${metadata.namespace}/${metadata.name}`;
    const idleMs = spec.timeouts.idle === undefined ? null : parseDuration(spec.timeouts.idle);
    const timeouts = {
      requestMs: parseDuration(spec.timeouts.request) ?? DEFAULT_TIMEOUTS.requestMs,
      perTryMs: parseDuration(spec.timeouts.perTry ?? "0s") ?? 0,
      ...(idleMs === null ? {} : { idleMs }),
    };
    return [{ policy, timeouts, calls: compileCalls(spec), circuit: compileCircuit(policy, spec) }];
  },
  lint: failoverFindings,
};

/** Of the policy that holds at a place. */
export function timeoutsOf(tables: PolicyTables, { policies }: Held): Timeouts {
  const held = policies.traffic === undefined ? undefined : tables.traffic?.[policies.traffic];
  return held?.timeouts ?? DEFAULT_TIMEOUTS;
}

/** Failover without anything that tells which endpoints are healthy. */
function failoverFindings(
  { metadata, spec }: PolicyOf<"TrafficPolicy">,
  { documents }: Pick<PolicyContext, "documents">,
): Told[] {
  if (spec.failover === undefined || spec.outlierDetection !== undefined) {
    return [];
  }
  const services = spec.targetRefs.flatMap(({ kind, name = "" }) =>
    kind === "Service" ? (documents.services.get(serviceKey(metadata.namespace, name)) ?? []) : [],
  );
  // A target that is no service covers services of which nothing is known here.
  const onlyServices = spec.targetRefs.every(({ kind }) => kind === "Service");
  if (onlyServices && services.every(({ healthCheck }) => healthCheck !== null)) {
    return [];
  }
  const message =
    "Failover has nothing to go by: the policy has no outlierDetection, and a service it covers no healthCheck";
  const hint = "Add outlierDetection: {} here, or healthCheck to the Service.";
  return [{ severity: "warning", code: "SLV1307", pointer: "/spec/failover", message, hint }];
}
