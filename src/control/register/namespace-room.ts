// How much operators who are limited to namespaces may write there: every write compiles the whole mesh, and every
// isolate loads all of it, so what one namespace holds is paid by everybody. Operators of the whole mesh know what they
// do, and are not bound.
import type { PlannedChange } from "../../change/plan.ts";
import type { Document } from "../../model/document/document.ts";
import { partsOfRef } from "../../model/word/refs.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { Operator } from "../operator/operator.ts";

export const MOST_DOCUMENTS = 1000;
export const MOST_BYTES = 512 * 1024;

/** Registered endpoints are told to every isolate, too. */
const MOST_ENDPOINTS = 1000;

/** null = there is room for another one. @param registered those in the namespace */
export function lacksEndpointRoom(operator: Operator, namespace: string, registered: number): Refusal | null {
  if (operator.namespaces === null || registered < MOST_ENDPOINTS) {
    return null;
  }
  const detail =
    `The namespace "${namespace}" has ${registered} registered endpoints; operators who are limited to namespaces may have ` +
    `${MOST_ENDPOINTS} in each. Remove some, or ask an operator of the whole mesh to register them.`;
  return { problem: "forbidden", detail, extensions: { requiredNamespace: "*" } };
}

type Change = Pick<PlannedChange, "ref" | "action" | "before" | "after">;

/** null = there is room, or the namespace does not grow. @param next the whole mesh as it would be */
export function lacksRoom(operator: Operator, changes: readonly Change[], next: readonly Document[]): Refusal | null {
  if (operator.namespaces === null) {
    return null;
  }
  const touched = Map.groupBy(changes, ({ ref }) => partsOfRef(ref).namespace);
  for (const [namespace, own] of touched) {
    if (growth(own) <= 0) {
      continue;
    }
    const documents = next.filter(({ metadata }) => metadata.namespace === namespace);
    const bytes = documents.reduce((sum, document) => sum + sizeOf(document), 0);
    if (documents.length <= MOST_DOCUMENTS && bytes <= MOST_BYTES) {
      continue;
    }
    const detail =
      `The namespace "${namespace}" would hold ${documents.length} documents of ${Math.ceil(bytes / 1024)} KiB together; ` +
      `operators who are limited to namespaces may have ${MOST_DOCUMENTS} of ${MOST_BYTES / 1024} KiB in each. ` +
      `Remove some, or ask an operator of the whole mesh to write them.`;
    return { problem: "forbidden", detail, extensions: { requiredNamespace: "*" } };
  }
  return null;
}

function growth(changes: readonly Change[]): number {
  return changes.reduce((sum, { before, after }) => {
    const [was, is] = [before?.document ?? null, after];
    return sum + (is === null ? 0 : sizeOf(is)) - (was === null ? 0 : sizeOf(was));
  }, 0);
}

/** Characters of its spec; a service's description for people is not compiled. */
function sizeOf({ kind, spec }: Document): number {
  if (kind !== "Service" || !("openapi" in spec)) {
    return JSON.stringify(spec).length;
  }
  return JSON.stringify({ ...spec, openapi: undefined }).length;
}
