// Brings the local D1 up to date with migrations/*.sql and keeps wrangler's own record of it, so that
// `wrangler d1 migrations apply --local --persist-to <data>` sees what was applied here, and the other way round.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The part of a D1 binding that is used here. */
export interface Database {
  prepare(sql: string): Statement;
  batch(statements: Statement[]): Promise<unknown>;
}

interface Statement {
  bind(...values: string[]): Statement;
  run(): Promise<{ results: unknown[] }>;
}

const table = `CREATE TABLE IF NOT EXISTS "d1_migrations"(
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);`;

/**
 * Applies what is missing, each file in one transaction, in the order of their leading numbers; answers their names.
 */
export async function migrate(database: Database, folder: string): Promise<string[]> {
  await database.prepare(table).run();
  const { results } = await database.prepare(`SELECT name FROM "d1_migrations" ORDER BY id`).run();
  const applied = new Set(results.map((row) => nameOf(row)));
  const files = await migrationFiles(folder);
  const newer = [...applied].find((name) => !files.some((file) => file === name));
  if (newer !== undefined) {
    throw new Error(
      `the data were written by a newer version of Selvage (${String(newer)}): run that one, or give other --data`,
    );
  }
  const missing = files.filter((name) => !applied.has(name));
  for (const name of missing) {
    const sql = await readFile(join(folder, name), "utf8");
    const record = database.prepare(`INSERT INTO "d1_migrations" (name) VALUES (?)`).bind(name);
    await database.batch([database.prepare(sql), record]);
  }
  return missing;
}

/** Beside the database, and gone with it: the names of the files that were applied to it. */
const NOTE = join("v3", "migrated");

/** Whether everything was applied to the database of this data folder, as far as is known without opening it. */
export async function wereApplied(data: string, folder: string): Promise<boolean> {
  const noted = await readFile(join(data, NOTE), "utf8").catch(() => "");
  return noted === (await migrationFiles(folder)).join("\n");
}

export async function noteApplied(data: string, folder: string): Promise<void> {
  await writeFile(join(data, NOTE), (await migrationFiles(folder)).join("\n"));
}

/** `0001_registry.sql` before `0010_x.sql` before `0100_y.sql`. */
async function migrationFiles(folder: string): Promise<string[]> {
  const number = (name: string): number => Number.parseInt(name, 10);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql"));
  return names.sort((a, b) => number(a) - number(b) || (a < b ? -1 : 1));
}

const nameOf = (row: unknown): unknown =>
  typeof row === "object" && row !== null && "name" in row ? row.name : undefined;
