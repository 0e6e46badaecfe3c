// What importers of Rollouts share: documents in their order, each translated once, judged by the mesh's own parser,
// one Rollout for a service. Documents that the mesh takes as they stand (core Services, HTTPRoutes …) pass through.
import type { Imported, ImportNote, PlainDocument } from "../source/import-note.ts";
import { isKept, keepDocument, whyNot } from "../source/import-gateway-api.ts";
import { judgeDocument } from "../source/judge-document.ts";
import { firstOfEach, openDocuments, type SourceDocument } from "../source/source-documents.ts";

/** Notes go to the source's root. Null: its kind is none of this importer's. */
type TranslateRollout = (source: SourceDocument, all: readonly SourceDocument[]) => RolloutDocument | "nothing" | null;

export interface RolloutDocument extends PlainDocument {
  readonly spec: { readonly service: string };
}

/** @param values parsed files: documents, arrays of them, `List`s */
export function importRollouts(values: readonly unknown[], translate: TranslateRollout): Imported {
  const sources = openDocuments(values);
  const documents: PlainDocument[] = [];
  const notes: ImportNote[] = [];
  const isFirst = firstOfEach();
  /** Who has it, by service. */
  const taken = new Map<string, string>();
  for (const source of sources) {
    if (isFirst(source)) {
      documents.push(...made(source, translate(source, sources), taken));
    }
    notes.push(...source.root.notes);
  }
  return { documents, notes };
}

function made(
  source: SourceDocument,
  rollout: ReturnType<TranslateRollout>,
  taken: Map<string, string>,
): readonly PlainDocument[] {
  const { root, namespace } = source;
  if (rollout === "nothing") {
    return [];
  }
  if (rollout === null) {
    if (isKept(source)) {
      return keepDocument(source);
    }
    root.drop(whyNot(source));
    return [];
  }
  const refused = judgeDocument(rollout, root.ref, false);
  for (const { message } of refused) {
    root.drop(message);
  }
  const service = `${namespace}/${rollout.spec.service}`;
  const other = taken.get(service);
  if (other !== undefined) {
    root.drop(`The Service ${service} has a Rollout already, from ${other}: it can have one`);
  }
  if (refused.length > 0 || other !== undefined) {
    return [];
  }
  taken.set(service, root.ref);
  return [rollout];
}
