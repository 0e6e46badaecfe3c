// Operators' API tokens: only their digests are kept.
import type { AuditDraft, TokenRecord } from "../model/registry/registry.ts";
import { auditedBatch } from "./audit.ts";

type Stored = Omit<TokenRecord, "namespaces"> & { readonly namespaces: string | null };

const COLUMNS = `id, name, hash, role, namespaces, created_at AS createdAt, created_by AS createdBy,
  expires_at AS expiresAt, last_used_at AS lastUsedAt`;

const toToken = (stored: Stored): TokenRecord => ({
  ...stored,
  namespaces: stored.namespaces === null ? null : JSON.parse(stored.namespaces),
});

export async function createToken(db: D1Database, token: TokenRecord, audit: AuditDraft): Promise<void> {
  const statement = db
    .prepare(
      `INSERT INTO tokens (id, name, hash, role, namespaces, created_at, created_by, expires_at, last_used_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`,
    )
    .bind(
      token.id,
      token.name,
      token.hash,
      token.role,
      token.namespaces === null ? null : JSON.stringify(token.namespaces),
      token.createdAt,
      token.createdBy,
      token.expiresAt,
      token.lastUsedAt,
    );
  await auditedBatch(db, [statement], audit);
}

/** False = there was none. */
export async function deleteToken(db: D1Database, id: string, audit: AuditDraft): Promise<boolean> {
  const known = await db.prepare("SELECT 1 FROM tokens WHERE id = ?1").bind(id).first();
  if (known === null) {
    return false;
  }
  await auditedBatch(db, [db.prepare("DELETE FROM tokens WHERE id = ?1").bind(id)], audit);
  return true;
}

/** Oldest first. */
export async function readTokens(db: D1Database): Promise<TokenRecord[]> {
  const { results } = await db.prepare(`SELECT ${COLUMNS} FROM tokens ORDER BY created_at, id`).all<Stored>();
  return results.map(toToken);
}

/** The token of a digest (SHA-256, hex), expired or not. */
export async function tokenByHash(db: D1Database, hash: string): Promise<TokenRecord | null> {
  const stored = await db.prepare(`SELECT ${COLUMNS} FROM tokens WHERE hash = ?1`).bind(hash).first<Stored>();
  return stored === null ? null : toToken(stored);
}

export async function tokenById(db: D1Database, id: string): Promise<TokenRecord | null> {
  const stored = await db.prepare(`SELECT ${COLUMNS} FROM tokens WHERE id = ?1`).bind(id).first<Stored>();
  return stored === null ? null : toToken(stored);
}

/** Notes that a token was used, once an hour at most: reading the registry must not become writing to it. */
export async function touchToken(db: D1Database, token: TokenRecord, now: string): Promise<void> {
  const HOUR_MS = 3_600_000;
  if (token.lastUsedAt !== null && Date.parse(now) - Date.parse(token.lastUsedAt) < HOUR_MS) {
    return;
  }
  await db.prepare("UPDATE tokens SET last_used_at = ?2 WHERE id = ?1").bind(token.id, now).run();
}
