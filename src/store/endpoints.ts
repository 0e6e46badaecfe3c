// Dynamic endpoints in D1. Each change takes the next mesh-wide generation, which is how isolates ask for what is new;
// a removed endpoint stays behind as a tombstone for a day, so that those who ask late hear of it too.
// Read by every isolate, so free of anything a cold start would have to evaluate.
import type { AuditDraft, DynamicEndpoint, EndpointChanges, Head } from "../model/registry/registry.ts";
import { auditedBatch } from "./audit.ts";
import { headOf, headStatement } from "./documents.ts";

export interface EndpointKey {
  readonly namespace: string;
  readonly service: string;
  readonly id: string;
}

interface EndpointRow extends EndpointKey {
  readonly url: string | null;
  readonly binding: string | null;
  readonly cluster: string;
  readonly version: string | null;
  readonly weight: number;
  readonly priority: number;
  readonly draining: number;
  readonly ttl: string | null;
  readonly ttl_ms: number | null;
  readonly lease: string | null;
  readonly registered_at: string;
  readonly registered_by: string;
  readonly deleted_at: string | null;
}

const toEndpoint = (row: EndpointRow): DynamicEndpoint => ({
  namespace: row.namespace,
  service: row.service,
  id: row.id,
  address: row.binding === null ? { url: row.url ?? "" } : { binding: row.binding },
  cluster: row.cluster,
  version: row.version,
  weight: row.weight,
  priority: row.priority,
  draining: row.draining === 1,
  ttl: row.ttl,
  ttlMs: row.ttl_ms,
  lease: row.lease,
  registeredAt: row.registered_at,
  registeredBy: row.registered_by,
});

export interface EndpointFilter {
  readonly namespace?: string | undefined;
  readonly service?: string | undefined;
}

/** Registered endpoints, tombstones left out. */
export async function readEndpoints(
  db: D1Database,
  { namespace, service }: EndpointFilter,
): Promise<DynamicEndpoint[]> {
  const { results } = await db
    .prepare(
      `SELECT * FROM endpoints WHERE deleted_at IS NULL AND (?1 IS NULL OR namespace = ?1)
         AND (?2 IS NULL OR service = ?2) ORDER BY namespace, service, id`,
    )
    .bind(namespace ?? null, service ?? null)
    .all<EndpointRow>();
  return results.map(toEndpoint);
}

/** How many are registered in a namespace. */
export async function countEndpoints(db: D1Database, namespace: string): Promise<number> {
  const count = db.prepare("SELECT count(*) AS n FROM endpoints WHERE namespace = ?1 AND deleted_at IS NULL");
  return (await count.bind(namespace).first<number>("n")) ?? 0;
}

export async function readEndpoint(db: D1Database, key: EndpointKey): Promise<DynamicEndpoint | null> {
  const row = await db
    .prepare("SELECT * FROM endpoints WHERE namespace = ?1 AND service = ?2 AND id = ?3 AND deleted_at IS NULL")
    .bind(key.namespace, key.service, key.id)
    .first<EndpointRow>();
  return row === null ? null : toEndpoint(row);
}

/** Those of the keys that are registered. */
export async function findEndpoints(db: D1Database, keys: readonly EndpointKey[]): Promise<DynamicEndpoint[]> {
  const { results } = await db
    .prepare(
      `SELECT known.* FROM json_each(?1) AS asked JOIN endpoints AS known
         ON known.namespace = asked.value ->> 'namespace' AND known.service = asked.value ->> 'service'
           AND known.id = asked.value ->> 'id'
       WHERE known.deleted_at IS NULL`,
    )
    .bind(JSON.stringify(keys))
    .all<EndpointRow>();
  return results.map(toEndpoint);
}

function changesStatement(db: D1Database, since: number): D1PreparedStatement {
  return db.prepare("SELECT * FROM endpoints WHERE generation > ?1").bind(since);
}

function changesOf(generation: number, rows: readonly EndpointRow[]): EndpointChanges {
  return {
    generation,
    changed: rows.filter((row) => row.deleted_at === null).map(toEndpoint),
    removed: rows
      .filter((row) => row.deleted_at !== null)
      .map(({ namespace, service, id }) => ({ namespace, service, id })),
  };
}

/** What changed after a generation; 0 = everything. */
export async function readEndpointChanges(db: D1Database, since: number): Promise<EndpointChanges> {
  const [head, rows] = await db.batch<Head & EndpointRow>([headStatement(db), changesStatement(db, since)]);
  const { generation, epoch } = headOf(head);
  return { ...changesOf(generation, rows?.results ?? []), ...(epoch === undefined ? {} : { epoch }) };
}

const NEXT = "(SELECT value + 1 FROM counters WHERE name = 'generation')";

/** Takes over the generation that the statements before it gave out, if they gave one out. */
const advance = (db: D1Database): D1PreparedStatement =>
  db.prepare(
    `UPDATE counters SET value = max(value, (SELECT coalesce(max(generation), 0) FROM endpoints))
     WHERE name = 'generation'`,
  );

async function write(db: D1Database, statement: D1PreparedStatement, audit: AuditDraft): Promise<Head> {
  const results = await auditedBatch(db, [statement, advance(db), headStatement(db)], audit);
  // The third statement is the head's, and these are its columns.
  return headOf(results[2] as D1Result<Head> | undefined);
}

/** Registers or replaces; the new lease names this registration. `created`: of several at once, one is the first. */
export async function putEndpoint(
  db: D1Database,
  endpoint: DynamicEndpoint,
  audit: AuditDraft,
): Promise<{ readonly head: Head; readonly created: boolean }> {
  const { address } = endpoint;
  const known = db
    .prepare("SELECT 1 FROM endpoints WHERE namespace = ?1 AND service = ?2 AND id = ?3 AND deleted_at IS NULL")
    .bind(endpoint.namespace, endpoint.service, endpoint.id);
  const statement = db
    .prepare(
      `INSERT INTO endpoints (namespace, service, id, url, binding, cluster, version, weight, priority, draining, ttl,
         ttl_ms, lease, registered_at, registered_by, generation, deleted_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ${NEXT}, NULL)
       ON CONFLICT (namespace, service, id) DO UPDATE SET url = excluded.url, binding = excluded.binding,
         cluster = excluded.cluster, version = excluded.version, weight = excluded.weight, priority = excluded.priority,
         draining = excluded.draining, ttl = excluded.ttl, ttl_ms = excluded.ttl_ms, lease = excluded.lease,
         registered_at = excluded.registered_at, registered_by = excluded.registered_by,
         generation = excluded.generation, deleted_at = NULL`,
    )
    .bind(
      endpoint.namespace,
      endpoint.service,
      endpoint.id,
      "url" in address ? address.url : null,
      "binding" in address ? address.binding : null,
      endpoint.cluster,
      endpoint.version,
      endpoint.weight,
      endpoint.priority,
      endpoint.draining ? 1 : 0,
      endpoint.ttl,
      endpoint.ttlMs,
      endpoint.lease,
      endpoint.registeredAt,
      endpoint.registeredBy,
    );
  const results = await auditedBatch(db, [known, statement, advance(db), headStatement(db)], audit);
  // The fourth statement is the head's, and these are its columns.
  return { head: headOf(results[3] as D1Result<Head> | undefined), created: results[0]?.results.length === 0 };
}

/**
 * The same endpoint registered again: only its lease is new, so nobody need hear of it. False = it is gone meanwhile.
 */
export async function renewRegistration(db: D1Database, key: EndpointKey, lease: string | null): Promise<boolean> {
  const { meta } = await db
    .prepare(`UPDATE endpoints SET lease = ?4 WHERE namespace = ?1 AND service = ?2 AND id = ?3 AND deleted_at IS NULL`)
    .bind(key.namespace, key.service, key.id, lease)
    .run();
  return meta.changes > 0;
}

export function deleteEndpoint(db: D1Database, key: EndpointKey, at: string, audit: AuditDraft): Promise<Head> {
  const statement = db
    .prepare(
      `UPDATE endpoints SET deleted_at = ?4, generation = ${NEXT}
       WHERE namespace = ?1 AND service = ?2 AND id = ?3 AND deleted_at IS NULL`,
    )
    .bind(key.namespace, key.service, key.id, at);
  return write(db, statement, audit);
}

/** Stops new requests to the endpoint; it stays registered. */
export function markDraining(db: D1Database, key: EndpointKey, audit: AuditDraft): Promise<Head> {
  const statement = db
    .prepare(
      `UPDATE endpoints SET draining = 1, generation = ${NEXT}
       WHERE namespace = ?1 AND service = ?2 AND id = ?3 AND deleted_at IS NULL AND draining = 0`,
    )
    .bind(key.namespace, key.service, key.id);
  return write(db, statement, audit);
}

/** Removes the endpoints whose leases ran out, except those that were registered anew meanwhile. */
export function expireEndpoints(
  db: D1Database,
  expired: readonly (EndpointKey & { readonly lease: string })[],
  at: string,
  audit: AuditDraft,
): Promise<Head> {
  const statement = db
    .prepare(
      `UPDATE endpoints SET deleted_at = ?2, generation = ${NEXT}
       WHERE deleted_at IS NULL AND (namespace, service, id, lease) IN (SELECT value ->> 'namespace',
         value ->> 'service', value ->> 'id', value ->> 'lease' FROM json_each(?1))`,
    )
    .bind(JSON.stringify(expired), at);
  return write(db, statement, audit);
}

/** Drops tombstones that everyone has heard of. */
export async function dropTombstones(db: D1Database, before: string): Promise<void> {
  await db.prepare("DELETE FROM endpoints WHERE deleted_at < ?1").bind(before).run();
}
