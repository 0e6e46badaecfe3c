// Documents as a user writes them → the snapshot that the data plane gets. For tests of the data plane without a
// registry.
import { compile } from "../../../src/compile/compile.ts";
import type { Snapshot } from "../../../src/model/snapshot/snapshot.ts";
import { parseDocuments } from "../../../src/model/read/parse-documents.ts";

/** Throws when the documents do not parse; findings of the compiler are the test's own business. */
export function compileMesh(yaml: string, revision = 7): Snapshot {
  const parsed = parseDocuments(yaml, "yaml");
  if (!parsed.ok) {
    throw new Error(`${parsed.refusal.detail} ${JSON.stringify(parsed.refusal.errors)}`);
  }
  const documents = parsed.documents.map(({ document }) => document);
  return compile(documents, { revision, now: "2026-01-01T00:00:00Z", localMesh: true }).snapshot;
}
