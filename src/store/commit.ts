// The one write that makes a revision. Everything is one D1 batch, that is one transaction: all of it happens, or
// nothing. Its first statement inserts revision base + 1, so of two writers based on the same revision the second one
// fails there. Rows travel as one JSON parameter to json_each, in chunks: D1 takes 100 parameters a statement, and we
// have thousands.
import type { PlanSummary } from "../model/api/apply.ts";
import type { Document } from "../model/document/document.ts";
import type { IdentityState } from "../model/registry/identity.ts";
import type { AuditDraft } from "../model/registry/registry.ts";
import type { Snapshot } from "../model/snapshot/snapshot.ts";
import type { Status } from "../model/registry/status.ts";
import { auditedBatch } from "./audit.ts";
import { chunked } from "./chunks.ts";
import { readHead, type DocumentKey } from "./documents.ts";
import { isDuplicate } from "./error.ts";
import { identityWrites } from "./identity.ts";
import { packSnapshot, snapshotStatements } from "./snapshots.ts";

export interface Commit {
  /** The revision that the change was planned on. */
  readonly base: number;
  readonly at: string;
  readonly actor: string;
  readonly source: string;
  readonly reason: string | null;
  readonly summary: PlanSummary;
  readonly planId: string;
  readonly rolledBackTo: number | null;
  readonly writes: readonly DocumentWrite[];
  readonly removals: readonly (DocumentKey & { readonly removal: "prune" | "delete" })[];
  /** New statuses of documents that do not change otherwise. */
  readonly statuses: readonly (DocumentKey & { readonly status: Status | null })[];
  /** Credentials and contract states before and after; absent: they stay as they are. */
  readonly identities?: { readonly before: IdentityState; readonly after: IdentityState };
  /** Compiled from the documents as they are after this change; its revision is base + 1. */
  readonly snapshot: Snapshot;
  /** `revision` is filled in. */
  readonly audit: AuditDraft;
}

/** A document created or changed. `uid` and `createdAt` of one that exists are kept as they are. */
interface DocumentWrite {
  readonly document: Document;
  readonly uid: string;
  readonly generation: number;
  readonly manager: string;
  readonly applySet: string | null;
  readonly status: Status | null;
}

export type Committed =
  | { readonly ok: true; readonly revision: number }
  | { readonly ok: false; readonly reason: "moved"; readonly revision: number };

/**
 * Makes revision base + 1, or says that the mesh moved and where to. Any other failure is thrown; nothing was written.
 */
export async function commit(db: D1Database, change: Commit): Promise<Committed> {
  const revision = change.base + 1;
  const packed = await packSnapshot(change.snapshot);
  const statements = [
    insertRevision(db, revision, change, packed.digest),
    ...removals(db, revision, change),
    ...writes(db, revision, change),
    ...statuses(db, change),
    ...(change.identities ? identityWrites(db, change.identities.before, change.identities.after) : []),
    ...snapshotStatements(db, revision, packed),
  ];
  try {
    await auditedBatch(db, statements, { ...change.audit, revision });
    return { ok: true, revision };
  } catch (error) {
    if (!isDuplicate(error, "revisions.n")) {
      throw error;
    }
    return { ok: false, reason: "moved", revision: (await readHead(db)).revision };
  }
}

function insertRevision(db: D1Database, n: number, change: Commit, digest: string): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO revisions (n, at, actor, source, reason, summary, plan_id, snapshot_digest, rolled_back_to)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`,
    )
    .bind(
      n,
      change.at,
      change.actor,
      change.source,
      change.reason,
      JSON.stringify(change.summary),
      change.planId,
      digest,
      change.rolledBackTo,
    );
}

function removals(db: D1Database, revision: number, change: Commit): D1PreparedStatement[] {
  const remember = db.prepare(
    `INSERT INTO document_versions (kind, namespace, name, revision, body, removal, manager, apply_set)
     SELECT d.kind, d.namespace, d.name, ?2, NULL, gone.value ->> 'removal', d.manager, d.apply_set
     FROM json_each(?1) AS gone JOIN documents AS d
       ON d.kind = gone.value ->> 'kind' AND d.namespace = gone.value ->> 'namespace' AND d.name = gone.value ->> 'name'`,
  );
  const remove = db.prepare(
    `DELETE FROM documents WHERE (kind, namespace, name) IN
       (SELECT value ->> 'kind', value ->> 'namespace', value ->> 'name' FROM json_each(?1))`,
  );
  return chunked(change.removals).flatMap((rows) => [remember.bind(rows, revision), remove.bind(rows)]);
}

function writes(db: D1Database, revision: number, change: Commit): D1PreparedStatement[] {
  const upsert = db.prepare(
    `INSERT INTO documents (kind, namespace, name, uid, body, status, revision, generation, created_at, updated_at,
       updated_by, manager, apply_set)
     SELECT value ->> '$.document.kind', value ->> '$.document.metadata.namespace',
       value ->> '$.document.metadata.name', value ->> 'uid', value ->> 'document', value ->> 'status', ?2,
       value ->> 'generation', ?3, ?3, ?4, value ->> 'manager', value ->> 'applySet'
     FROM json_each(?1) WHERE true
     ON CONFLICT (kind, namespace, name) DO UPDATE SET body = excluded.body, status = excluded.status,
       revision = excluded.revision, generation = excluded.generation, updated_at = excluded.updated_at,
       updated_by = excluded.updated_by, manager = excluded.manager, apply_set = excluded.apply_set`,
  );
  const remember = db.prepare(
    `INSERT INTO document_versions (kind, namespace, name, revision, body, manager, apply_set)
     SELECT kind, namespace, name, revision, body, manager, apply_set FROM documents WHERE revision = ?1`,
  );
  return [
    ...chunked(change.writes).map((rows) => upsert.bind(rows, revision, change.at, change.actor)),
    remember.bind(revision),
  ];
}

function statuses(db: D1Database, change: Commit): D1PreparedStatement[] {
  const update = db.prepare(
    `UPDATE documents SET status = told.status
     FROM (SELECT value ->> 'kind' AS kind, value ->> 'namespace' AS namespace, value ->> 'name' AS name,
             value ->> 'status' AS status FROM json_each(?1)) AS told
     WHERE documents.kind = told.kind AND documents.namespace = told.namespace AND documents.name = told.name`,
  );
  return chunked(change.statuses).map((rows) => update.bind(rows));
}
