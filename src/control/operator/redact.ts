// What an operator who is limited to namespaces sees of answers about the whole mesh: the part in those namespaces.
import type { ApplyResult } from "../../model/api/apply.ts";
import type { Revision } from "../../model/api/registry.ts";
import type { BreakerStates } from "../../model/message/objects.ts";
import { coversNamespace, type Operator } from "./operator.ts";
import { partsOfKey, partsOfRef } from "../../model/word/refs.ts";

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

/** What stands for the name of a document of another namespace. */
export const WITHHELD = "withheld";

/** `RateLimitPolicy/shop/per-client/burst`, or a word that names no document. */
export const seenName = (operator: Operator, name: string): string =>
  operator.namespaces === null || !name.includes("/") || coversNamespace(operator, partsOfRef(name).namespace)
    ? name
    : WITHHELD;

/** What a breaker does, without the names of others' policies that have it do so. */
export function seenStates(operator: Operator, states: BreakerStates): BreakerStates {
  const of = <Row extends { readonly policy: string }>(rows: readonly Row[]): Row[] =>
    rows.map((row) => ({
      ...row,
      policy: coversNamespace(operator, partsOfKey(row.policy).namespace) ? row.policy : WITHHELD,
    }));
  const { rows, slots, retries } = states;
  // An object of an earlier release tells no caps and no allowances.
  return { ...states, rows: of(rows), slots: of(slots ?? []), retries: of(retries ?? []) };
}

/** Counts without the names of others' policies and routes that had a say in them. */
export function seenRows<Row extends { readonly route: string; readonly policy: string }>(
  operator: Operator,
  rows: readonly Row[],
): readonly Row[] {
  return operator.namespaces === null
    ? rows
    : rows.map((row) => ({ ...row, route: seenName(operator, row.route), policy: seenName(operator, row.policy) }));
}

/** A revision that changed nothing of the operator's namespaces is a number and a time. */
export function seenRevision(operator: Operator, revision: Revision, isTheirs: boolean): Revision {
  const [, ...ref] = revision.source.split(/[ /]/);
  const isAbout = ref.length > 1 && ref[1] !== undefined && coversNamespace(operator, ref[1]);
  return operator.namespaces === null || isTheirs || isAbout
    ? revision
    : { ...revision, actor: WITHHELD, source: WITHHELD, reason: null };
}
