// What a write would do to the documents of the mesh, worked out before anything is compiled or written. Pure: the same
// documents and options give the same plan, which is what lets `diff` show what `apply` will do.
import { patchBetween } from "../decide/text/json-patch.ts";
import type { PatchOperation } from "../model/api/apply.ts";
import type { Document } from "../model/document/document.ts";
import type { Finding } from "../model/word/finding.ts";
import type { IdentityState } from "../model/registry/identity.ts";
import { refOfDocument } from "../model/word/refs.ts";
import type { Refusal } from "../model/word/problem.ts";
import type { StoredDocument } from "../model/registry/registry.ts";
import { pruned } from "./plan-prune.ts";

export interface PlanOptions {
  /** The apply set that the incoming documents are, or null: each is its own. */
  readonly set?: string | null;
  /** Remove documents of the set that are not among the incoming ones. */
  readonly prune?: boolean;
  /** Prune up to so many, whatever share of the set they are. */
  readonly pruneMax?: number | null;
  readonly manager: string;
  /** Documents to remove, by ref. Those that do not exist are passed over. */
  readonly remove?: readonly string[];
}

/** What happens to one document. `after` null = it is removed; `before` null = it is new. */
export interface PlannedChange {
  readonly ref: string;
  readonly action: "create" | "update" | "unchanged" | "prune" | "delete";
  readonly before: StoredDocument | null;
  readonly after: Document | null;
  readonly manager: string;
  readonly applySet: string | null;
  readonly patch: readonly PatchOperation[];
}

export interface Plan {
  /** Incoming documents in their order, then removals. */
  readonly changes: readonly PlannedChange[];
  /** All documents of the mesh as they would be. */
  readonly next: readonly Document[];
  readonly findings: readonly Finding[];
  /** Credentials and contract states, where the change is about them; absent: they follow the documents. */
  readonly identities?: IdentityState;
}

export type Planned = { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly refusal: Refusal };

export function plan(current: readonly StoredDocument[], incoming: readonly Document[], options: PlanOptions): Planned {
  const stored = new Map(current.map((one) => [refOfDocument(one.document), one]));
  const set = options.set ?? null;
  const claimed = stolen(incoming, stored, set);
  if (claimed) {
    return { ok: false, refusal: claimed };
  }

  const findings: Finding[] = [];
  const changes = [...onePerRef(incoming, findings).entries()].map(([ref, document]) => {
    const before = stored.get(ref) ?? null;
    if (before !== null && yields(document, before.document)) {
      findings.push(yielded(ref));
      return keep(ref, before);
    }
    return write(ref, before, document, { manager: options.manager, applySet: set ?? before?.applySet ?? null });
  });

  const named = new Set(changes.map(({ ref }) => ref));
  const removals = (options.remove ?? []).flatMap((ref) => planRemoval(ref, stored, "delete"));
  if (options.prune && set !== null) {
    const outcome = pruned(current, named, set, options.pruneMax ?? null);
    if (!outcome.ok) {
      return outcome;
    }
    findings.push(...outcome.findings);
    removals.push(...outcome.refs.flatMap((ref) => planRemoval(ref, stored, "prune")));
  }
  return {
    ok: true,
    plan: { changes: [...changes, ...removals], next: after(stored, [...changes, ...removals]), findings },
  };
}

/** The would-be mesh of some changes. */
export function after(stored: ReadonlyMap<string, StoredDocument>, changes: readonly PlannedChange[]): Document[] {
  const next = new Map([...stored].map(([ref, { document }]) => [ref, document]));
  for (const change of changes) {
    if (change.after === null) {
      next.delete(change.ref);
    } else {
      next.set(change.ref, change.after);
    }
  }
  return [...next.values()];
}

/** Create, update or leave one document. Joining a set is a change, though nothing of the document itself is. */
export function write(
  ref: string,
  before: StoredDocument | null,
  document: Document,
  { manager, applySet }: { readonly manager: string; readonly applySet: string | null },
): PlannedChange {
  if (before === null) {
    const patch = [{ op: "add" as const, path: "", value: document }];
    return { ref, action: "create", before, after: document, manager, applySet, patch };
  }
  const patch = patchBetween(before.document, document);
  if (applySet !== before.applySet) {
    patch.push({ op: "replace", path: "/metadata/applySet", value: applySet });
  }
  if (patch.length === 0) {
    return keep(ref, before);
  }
  return { ref, action: "update", before, after: document, manager, applySet, patch };
}

function keep(ref: string, before: StoredDocument): PlannedChange {
  const { document, manager, applySet } = before;
  return { ref, action: "unchanged", before, after: document, manager, applySet, patch: [] };
}

export function planRemoval(
  ref: string,
  stored: ReadonlyMap<string, StoredDocument>,
  action: "prune" | "delete",
): PlannedChange[] {
  const before = stored.get(ref);
  if (before === undefined) {
    return [];
  }
  const { manager, applySet } = before;
  return [{ ref, action, before, after: null, manager, applySet, patch: [{ op: "remove", path: "" }] }];
}

/** Whether the document is a Kubernetes Service where the registry has a richer entry of the same name. */
const yields = (document: Document, other: Document): boolean =>
  document.kind === "Service" && document.apiVersion === "v1" && other.apiVersion !== "v1";

const yielded = (ref: string): Finding => ({
  severity: "warning",
  code: "SLV1020",
  ref,
  pointer: "/apiVersion",
  message: "The v1 Service changes nothing: a selvage.dev/v1 Service of this name is the registry entry.",
  hint: "Leave the v1 Service out, or delete the selvage.dev/v1 one first.",
});

/**
 * One document for each ref: of a core and a selvage.dev Service the latter. Other pairs the parser does not let
 * through.
 */
function onePerRef(incoming: readonly Document[], findings: Finding[]): Map<string, Document> {
  const chosen = new Map<string, Document>();
  for (const document of incoming) {
    const ref = refOfDocument(document);
    const other = chosen.get(ref);
    if (other === undefined || !(yields(document, other) || yields(other, document))) {
      chosen.set(ref, document);
    } else {
      findings.push(yielded(ref));
      chosen.set(ref, yields(document, other) ? other : document);
    }
  }
  return chosen;
}

/** 409 when a document belongs to another set: two sources of truth would undo each other's work for ever. */
function stolen(
  incoming: readonly Document[],
  stored: ReadonlyMap<string, StoredDocument>,
  set: string | null,
): Refusal | null {
  if (set === null) {
    return null;
  }
  const errors = incoming.flatMap((document, index) => {
    const ref = refOfDocument(document);
    const owner = stored.get(ref)?.applySet ?? null;
    if (owner === null || owner === set) {
      return [];
    }
    return [{ pointer: `#/${index}`, detail: `${ref} belongs to the set "${owner}".` }];
  });
  if (errors.length === 0) {
    return null;
  }
  return {
    problem: "ownedBySet",
    detail: `${errors.length === 1 ? "A document belongs" : `${errors.length} documents belong`} to another set than "${set}".`,
    errors,
  };
}
