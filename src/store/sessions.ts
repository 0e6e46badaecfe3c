// Browser sessions of operators: only digests of their secrets are kept.
import type { AuditDraft } from "../model/registry/registry.ts";
import { SESSION_IDLE_MS, type SessionRecord } from "../model/registry/session.ts";
import { auditedBatch } from "./audit.ts";

type Stored = Omit<SessionRecord, "proof"> & { readonly proof: string };

/** @param replaces digest of a session of the same browser, which ends */
export async function createSession(
  db: D1Database,
  { hash, proof, createdAt, seenAt, expiresAt }: SessionRecord,
  replaces: string | null,
  audit: AuditDraft,
): Promise<void> {
  const statements = [
    db
      .prepare("INSERT INTO sessions (hash, proof, created_at, seen_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)")
      .bind(hash, JSON.stringify(proof), createdAt, seenAt, expiresAt),
  ];
  if (replaces !== null) {
    statements.push(db.prepare("DELETE FROM sessions WHERE hash = ?1").bind(replaces));
  }
  await auditedBatch(db, statements, audit);
}

/** null = there is none, or its time is over. */
export async function findSession(db: D1Database, hash: string, now: number): Promise<SessionRecord | null> {
  const stored = await db
    .prepare(
      `SELECT hash, proof, created_at AS createdAt, seen_at AS seenAt, expires_at AS expiresAt FROM sessions
       WHERE hash = ?1 AND expires_at > ?2 AND seen_at > ?2 - ?3`,
    )
    .bind(hash, now, SESSION_IDLE_MS)
    .first<Stored>();
  return stored === null ? null : { ...stored, proof: JSON.parse(stored.proof) };
}

/** Of sessions and API tokens. */
export async function secretDigests(db: D1Database, now: number): Promise<string[]> {
  const { results } = await db
    .prepare("SELECT hash FROM tokens UNION ALL SELECT hash FROM sessions WHERE expires_at > ?1")
    .bind(now)
    .all<{ readonly hash: string }>();
  return results.map(({ hash }) => hash);
}

/** Notes that the session is used, every five minutes at most: reading must not become writing. */
export async function touchSession(db: D1Database, { hash, seenAt }: SessionRecord, now: number): Promise<void> {
  const EVERY_MS = 5 * 60_000;
  if (now - seenAt < EVERY_MS) {
    return;
  }
  await db.prepare("UPDATE sessions SET seen_at = ?2 WHERE hash = ?1").bind(hash, now).run();
}

export async function deleteSession(db: D1Database, hash: string, audit: AuditDraft): Promise<void> {
  await auditedBatch(db, [db.prepare("DELETE FROM sessions WHERE hash = ?1").bind(hash)], audit);
}

export async function dropSessions(db: D1Database, now: number): Promise<void> {
  await db
    .prepare("DELETE FROM sessions WHERE expires_at <= ?1 OR seen_at <= ?1 - ?2")
    .bind(now, SESSION_IDLE_MS)
    .run();
}
