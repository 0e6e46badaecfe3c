// What an operator who is limited to namespaces sees of answers about the whole mesh: the part in those namespaces.
import type { ApplyResult } from "../../model/api/apply.ts";
import { coversNamespace, type Operator } from "./operator.ts";
import { partsOfRef } from "../../model/word/refs.ts";

/** Those with a ref in the operator's namespaces. */
export function visible<Item extends { readonly ref: string }>(
  operator: Operator,
  items: readonly Item[],
): readonly Item[] {
  return operator.namespaces === null
    ? items
    : items.filter(({ ref }) => coversNamespace(operator, partsOfRef(ref).namespace));
}

export function visiblePart(operator: Operator, result: ApplyResult): ApplyResult {
  return { ...result, items: visible(operator, result.items), warnings: visible(operator, result.warnings) };
}
