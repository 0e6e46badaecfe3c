// A plan and what the compiler made of it, as rows: what each document carries besides its text; and as an answer.
import { mapped, type Steps } from "../compile/documents/steps.ts";
import type { StoredDocument } from "../model/registry/registry.ts";
import type { Status } from "../model/registry/status.ts";
import { refOfDocument } from "../model/word/refs.ts";
import type { ApplyResult, PlanSummary } from "../model/api/apply.ts";
import type { Plan, PlannedChange } from "./plan.ts";
import type { Commit } from "../store/commit.ts";

/** When each document of the would-be mesh was first written: of equal routes, the oldest wins. */
export function createdAtOf(
  documents: readonly StoredDocument[],
  changes: readonly PlannedChange[],
  now: string,
): Map<string, string> {
  const createdAt = new Map(documents.map((one) => [refOfDocument(one.document), one.createdAt]));
  for (const { ref, before } of changes) {
    if (before === null) {
      createdAt.set(ref, now);
    }
  }
  return createdAt;
}

/** What each document's status says before the change, by ref. */
export function statusesOf(documents: readonly StoredDocument[]): Map<string, Status> {
  return new Map(documents.flatMap((one) => (one.status ? [[refOfDocument(one.document), one.status]] : [])));
}

/** Generation of each document after the change: it counts changes of `spec`, not of labels. */
export function generationsAfter(
  documents: readonly StoredDocument[],
  changes: readonly PlannedChange[],
): Map<string, number> {
  const generations = new Map(documents.map((one) => [refOfDocument(one.document), one.generation]));
  for (const { ref, after, patch } of changes) {
    const known = generations.get(ref);
    const specChanged = patch.some(({ path }) => path.startsWith("/spec"));
    if (after === null) {
      generations.delete(ref);
    } else {
      generations.set(ref, known === undefined ? 1 : known + (specChanged ? 1 : 0));
    }
  }
  return generations;
}

/** Units of two statuses. */
const COMPARED = 0.3;

/** The rows of a commit. Documents that do not change are written only when the compiler says something new of them. */
export function* rowsOf(
  documents: readonly StoredDocument[],
  changes: readonly PlannedChange[],
  generations: ReadonlyMap<string, number>,
  statuses: ReadonlyMap<string, Status>,
): Steps<Pick<Commit, "writes" | "removals" | "statuses">> {
  const changed = new Set(changes.map(({ ref }) => ref));
  const writes = changes.flatMap(({ ref, before, after, manager, applySet }) => {
    if (after === null) {
      return [];
    }
    const uid = before?.uid ?? crypto.randomUUID();
    const status = statuses.get(ref) ?? null;
    return [{ document: after, uid, generation: generations.get(ref) ?? 1, manager, applySet, status }];
  });
  const removals = changes.flatMap(({ before, action }) =>
    before !== null && (action === "prune" || action === "delete") ? [{ ...keyOf(before), removal: action }] : [],
  );
  const moved = yield* mapped(documents, COMPARED, (one) => {
    const ref = refOfDocument(one.document);
    const status = statuses.get(ref) ?? null;
    const same = changed.has(ref) || JSON.stringify(status) === JSON.stringify(one.status);
    return same ? [] : [{ ...keyOf(one), status }];
  });
  return { writes, removals, statuses: moved.flat() };
}

/** What a write that is only tried would have stored. */
export function triedOf(
  writes: Commit["writes"],
  changes: readonly PlannedChange[],
  revision: number,
  { now, actor }: { readonly now: string; readonly actor: string },
): StoredDocument[] {
  const before = new Map(changes.map((one) => [one.ref, one.before]));
  return writes.map((row) => {
    const createdAt = before.get(refOfDocument(row.document))?.createdAt ?? now;
    return { ...row, resourceVersion: revision, createdAt, updatedAt: now, updatedBy: actor };
  });
}

function keyOf({ document: { kind, metadata } }: StoredDocument) {
  return { kind, namespace: metadata.namespace, name: metadata.name };
}

export function summaryOf({ changes }: Plan): PlanSummary {
  const count = (...actions: PlannedChange["action"][]): number =>
    changes.filter(({ action }) => actions.includes(action)).length;
  return {
    create: count("create"),
    update: count("update"),
    unchanged: count("unchanged"),
    prune: count("prune", "delete"),
  };
}

export function itemsOf({ changes }: Plan): ApplyResult["items"] {
  return changes.map(({ ref, action, before, patch }) => ({
    ref,
    action,
    from: before === null ? null : String(before.resourceVersion),
    patch,
  }));
}
