// The writes of the admin API, as plans: a bundle of documents, one document, the removal of one, and the return to an
// earlier revision. What happens to a plan is change.ts.
import { refOf, refOfDocument } from "../model/word/refs.ts";
import type { Refusal } from "../model/word/problem.ts";
import type { PastDocument, StoredDocument } from "../model/registry/registry.ts";
import { change, type Applied, type MeshState, type WriteOptions } from "./change.ts";
import { after, plan, planRemoval as removal, write, type PlanOptions, type Planned } from "./plan.ts";
import { storageRefusal } from "../store/error.ts";
import type { Store } from "../store/store.ts";
import type { SentDocument } from "./verdict.ts";

export type { Applied, WriteOptions } from "./change.ts";

export interface ApplyOptions extends WriteOptions, Pick<PlanOptions, "set" | "prune" | "pruneMax"> {}

/** All documents or none, as one revision. An unchanged mesh gets none and answers the current one. */
export async function apply(store: Store, incoming: readonly SentDocument[], options: ApplyOptions): Promise<Applied> {
  if (options.prune && (options.set ?? null) === null) {
    return refuse({
      problem: "badParameter",
      detail: "Prune removes what is gone from a set: say which one (set=…).",
      errors: [{ pointer: "#", detail: "prune without set" }],
    });
  }
  const documents = incoming.map(({ document }) => document);
  const [only] = documents;
  const target = documents.length === 1 && only !== undefined ? refOfDocument(only) : "mesh";
  return change(
    store,
    options,
    { incoming, target, rolledBackTo: null },
    (mesh) => meshMoved(mesh, options) ?? plan(mesh.documents, documents, options),
  );
}

/** Creates or replaces one document. */
export async function putOne(store: Store, incoming: SentDocument, options: WriteOptions): Promise<Applied> {
  const target = refOfDocument(incoming.document);
  const origin = { incoming: [{ ...incoming, index: null }], target, rolledBackTo: null };
  return change(
    store,
    options,
    origin,
    (mesh) => documentMoved(mesh, target, options) ?? plan(mesh.documents, [incoming.document], options),
  );
}

/** Removes one document; 404 when it does not exist. */
export async function remove(
  store: Store,
  { kind, namespace, name }: { readonly kind: string; readonly namespace: string; readonly name: string },
  options: WriteOptions,
): Promise<Applied> {
  const target = refOf(kind, namespace, name);
  return change(store, options, { incoming: [], target, rolledBackTo: null }, (mesh) => {
    if (find(mesh, target) === undefined) {
      return refuse({ problem: "notFound", detail: `${target} does not exist.` });
    }
    return documentMoved(mesh, target, options) ?? plan(mesh.documents, [], { ...options, remove: [target] });
  });
}

/** Brings the documents of revision `n` back, as a new revision: history only ever grows. */
export async function rollback(store: Store, n: number, options: WriteOptions): Promise<Applied> {
  try {
    if ((await store.revision(n)) === null) {
      return refuse({ problem: "notFound", detail: `There is no revision ${n} to go back to.` });
    }
    const past = await store.pastDocuments(n);
    return await change(
      store,
      options,
      { incoming: [], target: `revision/${n}`, rolledBackTo: n },
      (mesh) => meshMoved(mesh, options) ?? planReturn(mesh.documents, past),
    );
  } catch (error) {
    const refusal = storageRefusal(error);
    if (refusal === null) {
      throw error;
    }
    return refuse(refusal);
  }
}

/** The changes that make the mesh what it was: contents, managers and sets alike. */
export function planReturn(current: readonly StoredDocument[], past: readonly PastDocument[]): Planned {
  const stored = new Map(current.map((one) => [refOfDocument(one.document), one]));
  const wanted = new Set(past.map(({ document }) => refOfDocument(document)));
  const changes = [
    ...past.map((one) => {
      const ref = refOfDocument(one.document);
      return write(ref, stored.get(ref) ?? null, one.document, one);
    }),
    ...[...stored.keys()].filter((ref) => !wanted.has(ref)).flatMap((ref) => removal(ref, stored, "delete")),
  ];
  return { ok: true, plan: { changes, next: after(stored, changes), findings: [] } };
}

const refuse = (refusal: Refusal) => ({ ok: false as const, refusal });

const find = (mesh: MeshState, ref: string): StoredDocument | undefined =>
  mesh.documents.find((one) => refOfDocument(one.document) === ref);

/** 412 when the mesh is not at the revision that the caller saw. */
function meshMoved({ head }: MeshState, { expected }: WriteOptions): Planned | null {
  if (expected === null || expected === head.revision) {
    return null;
  }
  return refuse({
    problem: "preconditionFailed",
    detail: `The mesh is at revision ${head.revision}, not ${expected}. Look at what changed, and try again.`,
    extensions: { revision: head.revision, currentEtag: `"${head.revision}"` },
    headers: { etag: `"${head.revision}"` },
  });
}

/** 412 when the document is not at the version that the caller saw. */
function documentMoved(mesh: MeshState, ref: string, { expected }: WriteOptions): Planned | null {
  const version = find(mesh, ref)?.resourceVersion ?? 0;
  if (expected === null || expected === version) {
    return null;
  }
  if (version === 0) {
    return refuse({
      problem: "preconditionFailed",
      detail: `${ref} does not exist.`,
      extensions: { currentEtag: null },
    });
  }
  return refuse({
    problem: "preconditionFailed",
    detail:
      expected === 0 ? `${ref} exists, at version ${version}.` : `${ref} is at version ${version}, not ${expected}.`,
    extensions: { currentEtag: `"${version}"` },
    headers: { etag: `"${version}"` },
  });
}
