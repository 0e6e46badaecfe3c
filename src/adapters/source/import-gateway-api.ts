// Gateway API manifests → the documents the mesh takes. They are kept as written: only what servers wrote is taken off,
// and kinds that mean nothing here are told with the reason.
import { namesakeHint, unsupportedKind } from "../../model/document/unsupported-kinds.ts";
import type { Imported, ImportNote, PlainDocument } from "./import-note.ts";
import { judgeDocument } from "./judge-document.ts";
import { openDocuments, readMetadata, type SourceDocument } from "./source-documents.ts";
import { fromPointer } from "../../model/word/json-pointer.ts";

const GATEWAY_API = ["gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/v1beta1"];

const KEPT: Readonly<Record<string, readonly string[]>> = {
  Gateway: GATEWAY_API,
  HTTPRoute: GATEWAY_API,
  ReferenceGrant: GATEWAY_API,
  Namespace: ["v1"],
  Service: ["v1"],
};

/** @param values parsed files: documents, arrays of them, `List`s */
export function importGatewayApi(values: readonly unknown[]): Imported {
  const documents: PlainDocument[] = [];
  const notes: ImportNote[] = [];
  const seen = new Set<string>();
  for (const source of openDocuments(values)) {
    const { root } = source;
    const kept = isKept(source) ? keepDocument(source) : null;
    if (kept === null) {
      root.drop(whyNot(source));
    } else if (seen.has(root.ref)) {
      root.drop(`${root.ref} is in the input twice: the first one is kept`);
    } else {
      seen.add(root.ref);
      documents.push(...kept);
    }
    notes.push(...root.notes);
  }
  return { documents, notes };
}

/** Is it a document that the mesh takes as it stands? */
export function isKept({ kind, apiVersion }: SourceDocument): boolean {
  return Object.hasOwn(KEPT, kind) && KEPT[kind]?.includes(apiVersion) === true;
}

/** The document without what servers wrote, or none and notes when the parser refuses it. */
export function keepDocument(source: SourceDocument): readonly PlainDocument[] {
  const { root, apiVersion, kind, name, namespace } = source;
  const own = readMetadata(source);
  const spec = root.at("spec");
  spec.take();
  const written = root.at("metadata").at("namespace");
  const metadata = { name, ...(written.present && kind !== "Namespace" ? { namespace } : {}), ...own };
  const document = { apiVersion, kind, metadata, ...(spec.present ? { spec: spec.value } : {}) };
  root.tellRest({});
  const refused = judgeDocument(document, root.ref, true);
  for (const { pointer, message } of refused) {
    fieldAt(source, pointer).drop(message);
  }
  return refused.length > 0 ? [] : [document];
}

function fieldAt({ root }: SourceDocument, pointer: string): SourceDocument["root"] {
  return fromPointer(pointer).reduce((field, key) => {
    return /^\d+$/.test(key) ? (field.items()[Number(key)] ?? field) : field.at(key);
  }, root);
}

/** Why a document is not taken. */
export function whyNot({ kind, apiVersion, root }: SourceDocument): string {
  if (kind === "Document" && !root.at("kind").present) {
    return "It has no kind: it is no Kubernetes document";
  }
  if (apiVersion.startsWith("selvage.dev/")) {
    return "It is a document of the mesh already: apply it as it stands";
  }
  const namesake = namesakeHint(kind, apiVersion);
  if (namesake !== null) {
    return `It is a ${kind} of somebody else's (${apiVersion}). ${namesake}`;
  }
  const reason = unsupportedKind(kind);
  if (reason !== null) {
    return `The mesh has no ${kind}: ${reason.why}. ${reason.instead}`;
  }
  if (Object.hasOwn(KEPT, kind)) {
    return `The mesh does not know the version ${apiVersion || "(none)"} of ${kind}; it takes ${KEPT[kind]?.join(" and ")}`;
  }
  return `The mesh has no ${kind} (${apiVersion || "no apiVersion"}): nothing here corresponds to it`;
}
