// What an operator who is limited to namespaces sees of answers about the whole mesh: the part in those namespaces.
import type { ApplyResult } from "../../model/api/apply.ts";
import { coversNamespace, type Operator } from "./operator.ts";

/** Namespace of `<Kind>/<namespace>/<name>`. */
export function namespaceOfRef(ref: string): string {
  return ref.split("/")[1] ?? "";
}

/** Those with a ref in the operator's namespaces. */
export function visible<Item extends { readonly ref: string }>(
  operator: Operator,
  items: readonly Item[],
): readonly Item[] {
  return operator.namespaces === null
    ? items
    : items.filter(({ ref }) => coversNamespace(operator, namespaceOfRef(ref)));
}

export function visiblePart(operator: Operator, result: ApplyResult): ApplyResult {
  return { ...result, items: visible(operator, result.items), warnings: visible(operator, result.warnings) };
}
