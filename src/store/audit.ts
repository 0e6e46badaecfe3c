// The audit chain: appended in the same batch as the write it is about, so that neither exists without the other.
import { canonicalJson } from "../decide/text/canonical-json.ts";
import type { AuditDraft, AuditRow } from "../model/registry/registry.ts";
import { sha256Hex } from "../model/word/digest.ts";
import { isDuplicate } from "./error.ts";

/** `prev_hash` of the first row. */
const GENESIS = "0".repeat(64);
/**
 * Writers that lose the race for the next `seq` read the chain's end again; each round one of them wins, so they
 * spread.
 */
const MAX_ATTEMPTS = 40;
const SPREAD_MS = 20;
const MAX_SPREAD_MS = 400;
const VERIFY_PAGE = 1000;

/** What each row's hash covers: everything in it, and through `previousHash` everything before it. */
async function hashOf(row: AuditRow): Promise<string> {
  return sha256Hex(canonicalJson({ ...row, hash: undefined }));
}

/**
 * Runs the statements and appends the audit row, as one transaction. A collision on `audit.seq` alone is tried again
 * (the statements were rolled back with it); any other error is thrown as it comes.
 *
 * @returns the results of the statements
 */
export async function auditedBatch(
  db: D1Database,
  statements: readonly D1PreparedStatement[],
  draft: AuditDraft,
): Promise<D1Result<Record<string, unknown>>[]> {
  for (let attempt = 1; ; attempt++) {
    const last = await db
      .prepare("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
      .first<{ seq: number; hash: string }>();
    const open = { ...asStored(draft), seq: (last?.seq ?? 0) + 1, previousHash: last?.hash ?? GENESIS, hash: "" };
    const row = { ...open, hash: await hashOf(open) };
    try {
      const results = await db.batch<Record<string, unknown>>([...statements, insertRow(db, row)]);
      return results.slice(0, -1);
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isDuplicate(error, "audit.seq")) {
        throw error;
      }
      await scheduler.wait(Math.random() * Math.min(attempt * SPREAD_MS, MAX_SPREAD_MS));
    }
  }
}

/** SQLite holds UTF-8: half a surrogate pair would come back as another character, and the row's hash would not fit. */
function asStored(draft: AuditDraft): AuditDraft {
  const { actor, ip, action, target, reason } = draft;
  return {
    ...draft,
    actor: actor.toWellFormed(),
    ip: ip?.toWellFormed() ?? null,
    action: action.toWellFormed(),
    target: target.toWellFormed(),
    reason: reason?.toWellFormed() ?? null,
  };
}

function insertRow(db: D1Database, row: AuditRow): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO audit (seq, at, actor, role, ip, action, target, outcome, before_digest, after_digest, revision,
         reason, detail, prev_hash, hash)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)`,
    )
    .bind(
      row.seq,
      row.at,
      row.actor,
      row.role,
      row.ip,
      row.action,
      row.target,
      row.outcome,
      row.before,
      row.after,
      row.revision,
      row.reason,
      canonicalJson(row.detail),
      row.previousHash,
      row.hash,
    );
}

const COLUMNS = `seq, at, actor, role, ip, action, target, outcome, before_digest AS "before", after_digest AS "after",
  revision, reason, detail, prev_hash AS previousHash, hash`;

type Stored = Omit<AuditRow, "detail"> & { readonly detail: string };

const toRow = (stored: Stored): AuditRow => ({ ...stored, detail: detailOf(stored.detail) });

function detailOf(text: string): AuditRow["detail"] {
  try {
    return JSON.parse(text);
  } catch {
    return { unreadable: text }; // Only tampering gets here; the row's hash will not fit.
  }
}

/** Newest first, those before `before` when given. */
export async function readAudit(
  db: D1Database,
  { limit, before }: { limit: number; before?: number | undefined },
): Promise<AuditRow[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM audit WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2`)
    .bind(before ?? Number.MAX_SAFE_INTEGER, limit)
    .all<Stored>();
  return results.map(toRow);
}

/** `brokenAt` is the `seq` of the first row that is changed, missing, or does not follow from the one before. */
export type ChainVerification =
  | { readonly ok: true; readonly length: number }
  | { readonly ok: false; readonly length: number; readonly brokenAt: number };

/** Walks the whole chain, from the first row to its recorded length. */
export async function verifyAudit(db: D1Database): Promise<ChainVerification> {
  // Read first: rows appended while walking make the chain longer than this, never shorter.
  const recorded = await db.prepare("SELECT value FROM counters WHERE name = 'audit'").first<number>("value");
  let [length, previousHash] = [0, GENESIS];
  for (;;) {
    const { results } = await db
      .prepare(`SELECT ${COLUMNS} FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2`)
      .bind(length, VERIFY_PAGE)
      .all<Stored>();
    for (const stored of results) {
      const row = toRow(stored);
      const follows = row.seq === length + 1 && row.previousHash === previousHash;
      if (!follows || row.hash !== (await hashOf(row))) {
        return { ok: false, length, brokenAt: length + 1 };
      }
      [length, previousHash] = [row.seq, row.hash];
    }
    if (results.length < VERIFY_PAGE) {
      break;
    }
  }
  return length < (recorded ?? 0) ? { ok: false, length, brokenAt: length + 1 } : { ok: true, length };
}
