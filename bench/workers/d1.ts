// D1 for a raw workerd, which has the binding but no database behind it: one SQLite Durable Object that speaks the
// binding's protocol. Statements run in one transaction, in order, all or nothing, as D1 documents for `batch`. Counts
// statements.
import { DurableObject } from "cloudflare:workers";

interface Env {
  readonly DATABASE: DurableObjectNamespace<Database>;
}

interface Statement {
  readonly sql: string;
  readonly params?: readonly (string | number | null | readonly number[])[] | null;
}

let statementsRun = 0;

export class Database extends DurableObject<Env> {
  override async fetch(request: Request): Promise<Response> {
    const body = (await request.json()) as Statement | Statement[];
    const statements = Array.isArray(body) ? body : [body];
    statementsRun += statements.length;
    try {
      return Response.json(this.ctx.storage.transactionSync(() => statements.map((one) => this.#run(one))));
    } catch (error) {
      return Response.json({ success: false, error: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Several statements at once, without parameters: the schema. */
  migrate(sql: string): void {
    this.ctx.storage.sql.exec(sql);
  }

  #run({ sql, params }: Statement): object {
    const values = (params ?? []).map((value) => (Array.isArray(value) ? new Uint8Array(value).buffer : value));
    const cursor = this.ctx.storage.sql.exec(sql, ...(values as (string | number | null | ArrayBuffer)[]));
    const columns = cursor.columnNames;
    const rows = [...cursor.raw()].map((row) =>
      row.map((value) => (value instanceof ArrayBuffer ? [...new Uint8Array(value)] : value)),
    );
    const { changes, id } = this.#changes();
    const meta = {
      served_by: "bench",
      duration: 0,
      changes: cursor.rowsWritten > 0 ? changes : 0,
      last_row_id: id,
      changed_db: cursor.rowsWritten > 0,
      size_after: this.ctx.storage.sql.databaseSize,
      rows_read: cursor.rowsRead,
      rows_written: cursor.rowsWritten,
    };
    return { success: true, results: { columns, rows }, meta };
  }

  #changes(): { changes: number; id: number } {
    return this.ctx.storage.sql
      .exec<{ changes: number; id: number }>("SELECT changes() AS changes, last_insert_rowid() AS id")
      .one();
  }
}

const database = (env: Env): DurableObjectStub<Database> => env.DATABASE.getByName("d1");

/** What the binding calls. */
export default {
  fetch: (request: Request, env: Env): Promise<Response> => database(env).fetch(request),
};

/** What the benchmark calls: POST a schema, GET how many statements have run. */
export const bench = {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (request.method === "POST") {
      await database(env).migrate(await request.text());
    }
    return Response.json({ statementsRun });
  },
};
