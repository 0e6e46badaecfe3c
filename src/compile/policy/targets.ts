// What policies are attached to: each target as one word, which of a policy's are missing, and which an older policy of
// the same kind holds already. A policy attaches within its own namespace.
import { ruleName } from "../documents/rule-name.ts";
import { refOfDocument, serviceKey } from "../../model/word/refs.ts";
import type { TargetRef } from "../../model/document/field/target-ref.ts";
import { BUILT_IN_KEY } from "../documents/built-in-gateway.ts";
import type { DocumentIndex } from "../documents/document-index.ts";
import type { Policy } from "./kind.ts";

/** Policies that came too late: `refOf` → their targets that an older one holds. */
export type Conflicts = ReadonlyMap<string, readonly Conflict[]>;

/** One target that an older policy holds. */
interface Conflict {
  readonly index: number;
  readonly to: string;
}

/** Who holds each target, and who came too late for it. The policies come in the order of their precedence. */
export function holdersOf<One extends Policy>(
  policies: readonly One[],
): { readonly holders: ReadonlyMap<string, One>; readonly conflicts: Conflicts } {
  const holders = new Map<string, One>();
  const conflicts = new Map<string, Conflict[]>();
  for (const policy of policies) {
    const ref = refOfDocument(policy);
    for (const [index, target] of policy.spec.targetRefs.entries()) {
      const key = targetKey(target, policy.metadata.namespace);
      const holder = holders.get(key);
      if (holder === undefined) {
        holders.set(key, policy);
      } else if (holder !== policy) {
        conflicts.set(ref, [...(conflicts.get(ref) ?? []), { index, to: refOfDocument(holder) }]);
      }
    }
  }
  return { holders, conflicts };
}

/** What a policy in `namespace` is attached to, as one word. */
export function targetKey({ kind, name, sectionName }: TargetRef, namespace: string): string {
  if (kind === "Mesh") {
    return "Mesh";
  }
  return `${kind}/${namespace}/${name}${sectionName === undefined ? "" : `#${sectionName}`}`;
}

/** Why a target of a policy in `namespace` selects nothing; null when it is there. */
export function missingTarget(target: TargetRef, namespace: string, documents: DocumentIndex): string | null {
  const { kind, name = "", sectionName } = target;
  switch (kind) {
    case "Mesh":
      return null;
    case "Gateway":
      if (documents.has(kind, namespace, name) || serviceKey(namespace, name) === BUILT_IN_KEY) {
        return null;
      }
      break;
    case "Service":
      if (documents.has(kind, namespace, name)) {
        return null;
      }
      break;
    case "HTTPRoute": {
      if (!documents.has(kind, namespace, name)) {
        break;
      }
      if (sectionName === undefined || ruleNames(documents, namespace, name).includes(sectionName)) {
        return null;
      }
      return `The HTTPRoute ${namespace}/${name} has no rule named "${sectionName}"`;
    }
  }
  return `There is no ${kind} ${namespace}/${name}`;
}

function ruleNames({ routes }: DocumentIndex, namespace: string, name: string): string[] {
  const route = routes.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  return (route?.spec.rules ?? []).map(ruleName);
}
