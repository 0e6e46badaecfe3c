// Migrations are applied once, in order, and written into wrangler's own record.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { migrate, type Database } from "../../../src/cli/local/migrate.ts";

/**
 * SQLite behind the part of D1 that is used: several statements in one `prepare` are fine, a batch is a transaction.
 */
class LocalDatabase implements Database {
  readonly sqlite = new DatabaseSync(":memory:");

  prepare(sql: string): ReturnType<Database["prepare"]> {
    const { sqlite } = this;
    const statement = (values: SQLInputValue[]): ReturnType<Database["prepare"]> => ({
      bind: (...bound) => statement(bound),
      run: async () => {
        if (values.length === 0 && !sql.startsWith("SELECT")) {
          sqlite.exec(sql);
          return { results: [] };
        }
        return { results: sqlite.prepare(sql).all(...values) };
      },
    });
    return statement([]);
  }

  async batch(statements: readonly ReturnType<Database["prepare"]>[]): Promise<void> {
    this.sqlite.exec("BEGIN");
    try {
      for (const one of statements) {
        await one.run();
      }
      this.sqlite.exec("COMMIT");
    } catch (error) {
      this.sqlite.exec("ROLLBACK");
      throw error;
    }
  }

  names(): unknown[] {
    return this.sqlite.prepare("SELECT name FROM d1_migrations ORDER BY id").all();
  }
}

let folder: string;
let database: LocalDatabase;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "selvage-migrate-"));
  database = new LocalDatabase();
});
afterEach(() => rmSync(folder, { recursive: true }));
const write = (name: string, sql: string): void => writeFileSync(join(folder, name), sql);

describe("migrate", () => {
  it("applies what is missing, by number, and only once", async () => {
    write("10_last.sql", "INSERT INTO a VALUES ('last');");
    write("0001_first.sql", "CREATE TABLE a(x); INSERT INTO a VALUES ('first; still first');");
    write("notes.txt", "not SQL");
    expect(await migrate(database, folder)).toEqual(["0001_first.sql", "10_last.sql"]);
    expect(await migrate(database, folder)).toEqual([]);
    write("0011_more.sql", "INSERT INTO a VALUES ('more');");
    expect(await migrate(database, folder)).toEqual(["0011_more.sql"]);
    expect(database.sqlite.prepare("SELECT x FROM a").all()).toEqual([
      { x: "first; still first" },
      { x: "last" },
      { x: "more" },
    ]);
  });

  it("leaves nothing of a migration that fails, and applies it when it is mended", async () => {
    write("0001_first.sql", "CREATE TABLE a(x); INSERT INTO nowhere VALUES (1);");
    await expect(migrate(database, folder)).rejects.toThrow("no such table: nowhere");
    expect(database.names()).toEqual([]);
    write("0001_first.sql", "CREATE TABLE a(x);");
    expect(await migrate(database, folder)).toEqual(["0001_first.sql"]);
    expect(database.names()).toEqual([{ name: "0001_first.sql" }]);
  });

  it("refuses, in words, data that a newer version has written", async () => {
    write("0001_first.sql", "CREATE TABLE a(x);");
    write("0002_newer.sql", "CREATE TABLE b(x);");
    await migrate(database, folder);
    rmSync(join(folder, "0002_newer.sql"));
    write("0003_missing.sql", "CREATE TABLE c(x);");
    await expect(migrate(database, folder)).rejects.toThrow("newer version of Selvage (0002_newer.sql)");
    expect(database.names()).toHaveLength(2);
  });
});
