// Credentials and contract states in the registry. Read with the documents, in one transaction; written only by a
// commit, as the difference of two states.
import type { ClientRecord, ContractBar, ContractRecord, IdentityState } from "../model/registry/identity.ts";
import { chunked } from "./chunks.ts";

/** A row of any of the three tables: `batch` knows one type of row. */
export type IdentityRow = Omit<ClientRecord, "secrets"> & { readonly secrets: string } & Omit<
    ContractRecord,
    "former"
  > & {
    readonly former: string | null;
  } & ContractBar;

/** What `identityOf` reads, in its order. */
export function identityStatements(db: D1Database): D1PreparedStatement[] {
  return [
    db.prepare(
      `SELECT id, kind, namespace, name, created_at AS createdAt, created_by AS createdBy, secrets
       FROM clients ORDER BY kind, namespace, name`,
    ),
    db.prepare(
      `SELECT namespace, name, application, service, tier, state, at, by, reason, former
       FROM contract_states ORDER BY namespace, name`,
    ),
    db.prepare("SELECT application, service, at, by FROM contract_bars ORDER BY application, service"),
  ];
}

const toClient = (row: IdentityRow): ClientRecord => ({ ...row, secrets: JSON.parse(row.secrets) });

function toContract({ former, ...row }: IdentityRow): ContractRecord {
  return former === null ? row : { ...row, former: JSON.parse(former) };
}

export async function readIdentities(db: D1Database): Promise<IdentityState> {
  return identityOf(await db.batch<IdentityRow>(identityStatements(db)));
}

export function identityOf([clients, contracts, bars]: readonly D1Result<IdentityRow>[]): IdentityState {
  return {
    clients: (clients?.results ?? []).map(toClient),
    contracts: (contracts?.results ?? []).map(toContract),
    bars: bars?.results ?? [],
  };
}

/** Turns `before` into `after`: rows that are gone, then rows that are new or changed. */
export function identityWrites(db: D1Database, before: IdentityState, after: IdentityState): D1PreparedStatement[] {
  const clients = difference(before.clients, after.clients, ({ id }) => id);
  const contracts = difference(before.contracts, after.contracts, ({ namespace, name }) => `${namespace}/${name}`);
  const bars = difference(before.bars, after.bars, ({ application, service }) => `${application} ${service}`);
  return [
    ...bound(
      db,
      clients.gone.map(({ id }) => id),
      "DELETE FROM clients WHERE id IN (SELECT value FROM json_each(?1))",
    ),
    ...bound(
      db,
      contracts.gone.map(({ namespace, name }) => ({ namespace, name })),
      `DELETE FROM contract_states WHERE (namespace, name) IN
         (SELECT value ->> 'namespace', value ->> 'name' FROM json_each(?1))`,
    ),
    ...bound(
      db,
      bars.gone.map(({ application, service }) => ({ application, service })),
      `DELETE FROM contract_bars WHERE (application, service) IN
         (SELECT value ->> 'application', value ->> 'service' FROM json_each(?1))`,
    ),
    ...bound(
      db,
      clients.put,
      `INSERT INTO clients (id, kind, namespace, name, created_at, created_by, secrets)
       SELECT value ->> 'id', value ->> 'kind', value ->> 'namespace', value ->> 'name', value ->> 'createdAt',
         value ->> 'createdBy', value -> 'secrets' FROM json_each(?1) WHERE true
       ON CONFLICT (id) DO UPDATE SET secrets = excluded.secrets`,
    ),
    ...bound(
      db,
      contracts.put,
      `INSERT OR REPLACE INTO contract_states (namespace, name, application, service, tier, state, at, by, reason, former)
       SELECT value ->> 'namespace', value ->> 'name', value ->> 'application', value ->> 'service', value ->> 'tier',
         value ->> 'state', value ->> 'at', value ->> 'by', value ->> 'reason', value -> 'former' FROM json_each(?1)`,
    ),
    ...bound(
      db,
      bars.put,
      `INSERT OR REPLACE INTO contract_bars (application, service, at, by)
       SELECT value ->> 'application', value ->> 'service', value ->> 'at', value ->> 'by' FROM json_each(?1)`,
    ),
  ];
}

function bound(db: D1Database, rows: readonly unknown[], sql: string): D1PreparedStatement[] {
  const statement = db.prepare(sql);
  return chunked(rows).map((part) => statement.bind(part));
}

function difference<Row>(
  before: readonly Row[],
  after: readonly Row[],
  keyOf: (row: Row) => string,
): { readonly gone: readonly Row[]; readonly put: readonly Row[] } {
  if (before === after) {
    return { gone: [], put: [] };
  }
  const known = new Map(before.map((row) => [keyOf(row), row]));
  const kept = new Set(after.map(keyOf));
  return {
    gone: before.filter((row) => !kept.has(keyOf(row))),
    put: after.filter((row) => JSON.stringify(known.get(keyOf(row))) !== JSON.stringify(row)),
  };
}
