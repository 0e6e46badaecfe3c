// Policies that cannot do what they say: targets that are not there, targets that an older policy holds, failover without
// anything that tells which endpoints are healthy.
import type { DocumentOf } from "../../model/document/document.ts";
import type { Finding } from "../../model/word/finding.ts";
import { refOf, serviceKey } from "../../model/word/refs.ts";
import { isPolicy, missingTarget, type Conflicts, type Policy } from "../policy/policies.ts";
import type { DocumentIndex } from "../documents/document-index.ts";

export function lintPolicies(world: DocumentIndex, conflicts: Conflicts): Finding[] {
  return world.documents.flatMap((document) => {
    if (!isPolicy(document)) return [];
    const ref = refOf(document.kind, document.metadata.namespace, document.metadata.name);
    const failover = document.kind === "TrafficPolicy" ? failoverFindings(document, ref, world) : [];
    return [...targetFindings(document, ref, world), ...lossFindings(ref, conflicts), ...failover];
  });
}

function targetFindings(policy: Policy, ref: string, world: DocumentIndex): Finding[] {
  const { targetRefs } = policy.spec;
  if (targetRefs.length === 0 && policy.kind !== "FaultPolicy") {
    const message = "The policy has no targetRefs: it selects nothing";
    const hint = "Name what it is for, such as {kind: Service, name: orders}.";
    return [{ severity: "warning", code: "SLV1311", ref, pointer: "/spec/targetRefs", message, hint }];
  }
  const missing = targetRefs.flatMap((target, index): Finding[] => {
    const message = missingTarget(target, policy.metadata.namespace, world);
    if (message === null) return [];
    const hint = "A policy attaches within its own namespace: correct the name, or move the policy.";
    return [{ severity: "warning", code: "SLV1209", ref, pointer: `/spec/targetRefs/${index}`, message, hint }];
  });
  if (missing.length === 0 || missing.length < targetRefs.length) return missing;
  const message = "None of the policy's targets exists: it selects nothing";
  return [...missing, { severity: "warning", code: "SLV1311", ref, pointer: "/spec/targetRefs", message }];
}

function lossFindings(ref: string, conflicts: Conflicts): Finding[] {
  return (conflicts.get(ref) ?? []).map(({ index, to }) => {
    const message = `${to} holds this target and comes first (the older policy, then by name)`;
    const hint = "Merge the two policies.";
    return { severity: "warning", code: "SLV1210", ref, pointer: `/spec/targetRefs/${index}`, message, hint };
  });
}

function failoverFindings(
  { metadata, spec }: DocumentOf<"TrafficPolicy">,
  ref: string,
  world: DocumentIndex,
): Finding[] {
  if (spec.failover === undefined || spec.outlierDetection !== undefined) return [];
  const services = spec.targetRefs.flatMap(({ kind, name = "" }) =>
    kind === "Service" ? (world.services.get(serviceKey(metadata.namespace, name)) ?? []) : [],
  );
  // A target that is no service covers services of which nothing is known here.
  const onlyServices = spec.targetRefs.every(({ kind }) => kind === "Service");
  if (onlyServices && services.every(({ healthCheck }) => healthCheck !== null)) return [];
  const message =
    "Failover has nothing to go by: the policy has no outlierDetection, and a service it covers no healthCheck";
  const hint = "Add outlierDetection: {} here, or healthCheck to the Service.";
  return [{ severity: "warning", code: "SLV1307", ref, pointer: "/spec/failover", message, hint }];
}
