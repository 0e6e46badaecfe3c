// Reading documents, revisions and their history. Rows become values here and nowhere else.
import type { Document } from "../model/document/document.ts";
import type { IdentityState } from "../model/registry/identity.ts";
import { refOf } from "../model/word/refs.ts";
import type { ChangeRecord, Head, PastDocument, RevisionRecord, StoredDocument } from "../model/registry/registry.ts";
import { identityOf, identityStatements, type IdentityRow } from "./identity.ts";

export interface DocumentKey {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

// Only commit writes bodies, from documents that the schemas passed: what comes back is what went in.
const toDocument = (body: string): Document => JSON.parse(body);

export function headStatement(db: D1Database): D1PreparedStatement {
  return db.prepare(
    `SELECT coalesce(max(n), 0) AS revision, (SELECT value FROM counters WHERE name = 'generation') AS generation,
       (SELECT value FROM counters WHERE name = 'epoch') AS epoch
     FROM revisions`,
  );
}

export async function readHead(db: D1Database): Promise<Head> {
  return headOf(await headStatement(db).all<Head>());
}

export function headOf(result: D1Result<Head> | undefined): Head {
  const { revision, generation, epoch } = result?.results[0] ?? { revision: 0, generation: 0 };
  return { revision, generation, ...(epoch ? { epoch } : {}) };
}

/** Begins an epoch: isolates take the registry as it is, whatever they know. An earlier one changes nothing. */
export async function writeEpoch(db: D1Database, epoch: number): Promise<void> {
  await db
    .prepare(
      `INSERT INTO counters (name, value) VALUES ('epoch', ?1)
       ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)`,
    )
    .bind(epoch)
    .run();
}

interface DocumentRow {
  readonly uid: string;
  readonly body: string;
  readonly status: string | null;
  readonly revision: number;
  readonly generation: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly updated_by: string;
  readonly manager: string;
  readonly apply_set: string | null;
}

const COLUMNS = "uid, body, status, revision, generation, created_at, updated_at, updated_by, manager, apply_set";

const toStored = (row: DocumentRow): StoredDocument => ({
  document: toDocument(row.body),
  uid: row.uid,
  resourceVersion: row.revision,
  generation: row.generation,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  updatedBy: row.updated_by,
  manager: row.manager,
  applySet: row.apply_set,
  status: row.status === null ? null : JSON.parse(row.status),
});

export interface DocumentFilter {
  readonly kind?: string | undefined;
  readonly namespace?: string | undefined;
}

function documentsStatement(db: D1Database, { kind, namespace }: DocumentFilter): D1PreparedStatement {
  return db
    .prepare(
      `SELECT ${COLUMNS}
       FROM documents WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR namespace = ?2)
       ORDER BY kind, namespace, name`,
    )
    .bind(kind ?? null, namespace ?? null);
}

/** Documents by kind, namespace, name, together with the revision that they belong to. */
export async function readListing(
  db: D1Database,
  filter: DocumentFilter,
): Promise<{ head: Head; documents: StoredDocument[] }> {
  // One transaction, so that the documents are those of that revision. Its rows are typed as one kind, having both
  // kinds' columns.
  const [head, documents] = await db.batch<Head & DocumentRow>([headStatement(db), documentsStatement(db, filter)]);
  return { head: headOf(head), documents: (documents?.results ?? []).map(toStored) };
}

/** Documents read at a time: ten thousand at once would hold up whoever shares the database's or our thread. */
const PAGE = 500;
/** Of these, so many are parsed at a time, about two milliseconds. */
const PARSED = 200;
/** How often a mesh that changes while it is read is read again before it is read at one go. */
const PAGED_ATTEMPTS = 3;

export interface MeshRows {
  readonly head: Head;
  readonly documents: StoredDocument[];
  readonly identities: IdentityState;
}

/** All documents and identities, together with the revision that they belong to. */
export async function readMesh(db: D1Database, atATime = PAGE): Promise<MeshRows> {
  for (let attempt = 0; attempt < PAGED_ATTEMPTS; attempt += 1) {
    const read = await readPages(db, atATime);
    if (read !== null) {
      return read;
    }
  }
  return (
    (await readPages(db, ALL)) ?? Promise.reject(new Error("A mesh that is read at one go cannot move meanwhile."))
  );
}

const ALL = 1_000_000;

/** Each page comes with the revision that it belongs to; null = they are not all of one. */
async function readPages(db: D1Database, most: number): Promise<MeshRows | null> {
  const [first, rows, ...identities] = await db.batch<Head & DocumentRow & IdentityRow>([
    headStatement(db),
    pageStatement(db, null, most),
    ...identityStatements(db),
  ]);
  const head = headOf(first);
  const documents: StoredDocument[] = [];
  for (let page: readonly DocumentRow[] = rows?.results ?? []; ;) {
    for (let from = 0; from < page.length; from += PARSED) {
      documents.push(...page.slice(from, from + PARSED).map(toStored));
      await scheduler.wait(0);
    }
    const last = documents.at(-1)?.document;
    if (page.length < most || last === undefined) {
      return { head, documents, identities: identityOf(identities) };
    }
    const [now, next] = await db.batch<Head & DocumentRow>([headStatement(db), pageStatement(db, last, most)]);
    if (headOf(now).revision !== head.revision) {
      return null;
    }
    page = next?.results ?? [];
  }
}

function pageStatement(db: D1Database, after: Document | null, most: number): D1PreparedStatement {
  const key = [after?.kind ?? "", after?.metadata.namespace ?? "", after?.metadata.name ?? ""];
  return db
    .prepare(
      `SELECT ${COLUMNS}
       FROM documents WHERE (kind, namespace, name) > (?1, ?2, ?3) ORDER BY kind, namespace, name LIMIT ?4`,
    )
    .bind(...key, most);
}

export async function readDocument(db: D1Database, key: DocumentKey): Promise<StoredDocument | null> {
  const row = await db
    .prepare(
      `SELECT ${COLUMNS}
       FROM documents WHERE kind = ?1 AND namespace = ?2 AND name = ?3`,
    )
    .bind(key.kind, key.namespace, key.name)
    .first<DocumentRow>();
  return row === null ? null : toStored(row);
}

/** The mesh's documents as of a revision; all of them when it is the newest, none when it is 0. */
export async function readPast(db: D1Database, revision: number): Promise<PastDocument[]> {
  // In SQLite, the bare columns beside max() are those of the row that holds the maximum.
  const { results } = await db
    .prepare(
      `SELECT body, manager, apply_set FROM (
         SELECT kind, namespace, name, max(revision), body, manager, apply_set FROM document_versions
         WHERE revision <= ?1 GROUP BY kind, namespace, name)
       WHERE body IS NOT NULL ORDER BY kind, namespace, name`,
    )
    .bind(revision)
    .all<{ body: string; manager: string; apply_set: string | null }>();
  return results.map((row) => ({
    document: toDocument(row.body),
    manager: row.manager,
    applySet: row.apply_set,
  }));
}

interface RevisionRow {
  readonly n: number;
  readonly at: string;
  readonly actor: string;
  readonly source: string;
  readonly reason: string | null;
  readonly summary: string;
  readonly plan_id: string;
  readonly snapshot_digest: string;
  readonly rolled_back_to: number | null;
}

const toRevision = (row: RevisionRow): RevisionRecord => ({
  revision: row.n,
  at: row.at,
  actor: row.actor,
  source: row.source,
  reason: row.reason,
  summary: JSON.parse(row.summary),
  planId: row.plan_id,
  snapshotDigest: row.snapshot_digest,
  rolledBackTo: row.rolled_back_to,
});

/** Newest first, those before `before` when given. */
export async function readRevisions(
  db: D1Database,
  { limit, before }: { limit: number; before?: number | undefined },
): Promise<RevisionRecord[]> {
  const { results } = await db
    .prepare("SELECT * FROM revisions WHERE n < ?1 ORDER BY n DESC LIMIT ?2")
    .bind(before ?? Number.MAX_SAFE_INTEGER, limit)
    .all<RevisionRow>();
  return results.map(toRevision);
}

/** Of the revisions from one to another, those that changed a document in one of the namespaces. */
export async function readTouched(
  db: D1Database,
  { from, to }: { readonly from: number; readonly to: number },
  namespaces: readonly string[],
): Promise<ReadonlySet<number>> {
  const { results } = await db
    .prepare(
      `SELECT DISTINCT revision FROM document_versions
       WHERE revision BETWEEN ?1 AND ?2 AND namespace IN (SELECT value FROM json_each(?3))`,
    )
    .bind(from, to, JSON.stringify(namespaces))
    .all<{ revision: number }>();
  return new Set(results.map(({ revision }) => revision));
}

interface ChangeRow extends DocumentKey {
  readonly after: string | null;
  readonly removal: "prune" | "delete" | null;
  readonly before: string | null;
}

const toChange = ({ kind, namespace, name, before, after, removal }: ChangeRow): ChangeRecord => ({
  ref: refOf(kind, namespace, name),
  action: removal ?? (before === null ? "create" : "update"),
  before: before === null ? null : toDocument(before),
  after: after === null ? null : toDocument(after),
});

/** A revision and what it changed; null when it was never written. */
export async function readRevision(
  db: D1Database,
  revision: number,
): Promise<(RevisionRecord & { changes: ChangeRecord[] }) | null> {
  const [rows, changes] = await Promise.all([
    db.prepare("SELECT * FROM revisions WHERE n = ?1").bind(revision).first<RevisionRow>(),
    db
      .prepare(
        `SELECT kind, namespace, name, body AS "after", removal,
           (SELECT body FROM document_versions AS old
            WHERE old.kind = now.kind AND old.namespace = now.namespace AND old.name = now.name
              AND old.revision < now.revision
            ORDER BY old.revision DESC LIMIT 1) AS "before"
         FROM document_versions AS now WHERE revision = ?1 ORDER BY kind, namespace, name`,
      )
      .bind(revision)
      .all<ChangeRow>(),
  ]);
  return rows === null ? null : { ...toRevision(rows), changes: changes.results.map(toChange) };
}
