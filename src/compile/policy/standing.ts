// What becomes of a policy by what it is attached to: its `Accepted` condition, and the findings that say the same with
// a hint. Alike for every kind.
import type { Finding } from "../../model/word/finding.ts";
import { refOf, refOfDocument } from "../../model/word/refs.ts";
import { draft, type Draft } from "../documents/conditions.ts";
import type { DocumentIndex } from "../documents/document-index.ts";
import type { Policy, PolicyKind } from "./kind.ts";
import { missingTarget, type Conflicts } from "./targets.ts";

const SELECTS_NOTHING = "The policy has no targetRefs: it selects nothing";

export function policyCondition(
  policy: Policy,
  { detached }: Pick<PolicyKind, "detached">,
  documents: DocumentIndex,
  conflicts: Conflicts,
): Draft {
  const { namespace, name } = policy.metadata;
  const { targetRefs } = policy.spec;
  const missing = targetRefs.flatMap((target) => missingTarget(target, namespace, documents) ?? []);
  const lost = conflicts.get(refOf(policy.kind, namespace, name)) ?? [];
  if (targetRefs.length === 0) {
    return detached === undefined
      ? draft("Accepted", false, "TargetNotFound", SELECTS_NOTHING)
      : draft("Accepted", true, "Accepted", detached);
  }
  if (missing.length === targetRefs.length) {
    return draft("Accepted", false, "TargetNotFound", missing.join("; "));
  }
  if (lost.length + missing.length >= targetRefs.length) {
    return draft("Accepted", false, "Conflicted", `Held by ${[...new Set(lost.map(({ to }) => to))].join(", ")}`);
  }
  const rest = missing.length === 0 ? "" : `; not found: ${missing.join("; ")}`;
  return draft("Accepted", true, "Accepted", `The policy is attached${rest}`);
}

export function targetFindings(
  policy: Policy,
  { detached }: Pick<PolicyKind, "detached">,
  documents: DocumentIndex,
  conflicts: Conflicts,
): Finding[] {
  const ref = refOfDocument(policy);
  const { targetRefs } = policy.spec;
  if (targetRefs.length === 0 && detached === undefined) {
    const hint = "Name what it is for, such as {kind: Service, name: orders}.";
    return [{ severity: "warning", code: "SLV1311", ref, pointer: "/spec/targetRefs", message: SELECTS_NOTHING, hint }];
  }
  const found = targetRefs.flatMap((target, index): Finding[] => {
    const message = missingTarget(target, policy.metadata.namespace, documents);
    const hint = "A policy attaches within its own namespace: correct the name, or move the policy.";
    const pointer = `/spec/targetRefs/${index}`;
    return message === null ? [] : [{ severity: "warning", code: "SLV1209", ref, pointer, message, hint }];
  });
  if (targetRefs.length > 0 && found.length === targetRefs.length) {
    const message = "None of the policy's targets exists: it selects nothing";
    found.push({ severity: "warning", code: "SLV1311", ref, pointer: "/spec/targetRefs", message });
  }
  for (const { index, to } of conflicts.get(ref) ?? []) {
    const message = `${to} holds this target and comes first (the older policy, then by name)`;
    const pointer = `/spec/targetRefs/${index}`;
    found.push({ severity: "warning", code: "SLV1210", ref, pointer, message, hint: "Merge the two policies." });
  }
  return found;
}
