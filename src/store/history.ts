// How far back history can be read: revisions beyond that go, and with them the versions of documents that only they
// had.
/** Revisions that are always kept. */
const REVISIONS_KEPT = 1000;
/** And those younger than this, however many. */
export const REVISIONS_KEPT_MS = 30 * 24 * 3_600_000;
/** Versions dropped in one run: D1 gives a statement thirty seconds. */
const VERSIONS_AT_ONCE = 5000;

/**
 * Drops old revisions, then the versions that no revision left needs. Of each document the newest version below the
 * oldest revision is kept: it is what that revision has, and what its first change is told against. A removal goes
 * last, once nothing older is there that would come back to life.
 * @param before time of the oldest revision that is kept for its age, RFC 3339
 */
export async function trimHistory(db: D1Database, before: string): Promise<void> {
  await db.batch([
    db
      .prepare("DELETE FROM revisions WHERE n <= (SELECT max(n) FROM revisions) - ?1 AND at < ?2")
      .bind(REVISIONS_KEPT, before),
    db
      .prepare(
        `DELETE FROM document_versions WHERE rowid IN (
           SELECT old.rowid FROM document_versions AS old, (SELECT min(n) AS oldest FROM revisions) AS kept
           WHERE old.revision < kept.oldest AND CASE
             WHEN old.body IS NULL THEN NOT EXISTS (SELECT 1 FROM document_versions AS older
               WHERE older.kind = old.kind AND older.namespace = old.namespace AND older.name = old.name
                 AND older.revision < old.revision)
             ELSE EXISTS (SELECT 1 FROM document_versions AS newer
               WHERE newer.kind = old.kind AND newer.namespace = old.namespace AND newer.name = old.name
                 AND newer.revision > old.revision AND newer.revision < kept.oldest) END
           LIMIT ?1)`,
      )
      .bind(VERSIONS_AT_ONCE),
  ]);
}
