// docs/storage.md names every table and every key that the code writes, and no other.
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect, it } from "vitest";

const root = new URL("../..", import.meta.url).pathname;
const read = (path: string): string => readFileSync(root + path, "utf8");
const files = (pattern: string): string[] => globSync(pattern, { cwd: root }).sort();
const page = read("docs/storage.md");

/** First cells of the page's tables, without what stands for a variable part: `lease:<key>` → `lease:`. */
const named = [...page.matchAll(/^\| `([^`<]+)[^`]*` +\|/gm)].map(([, name = ""]) => name);

const TABLE = /CREATE TABLE (?:IF NOT EXISTS )?(\w+)/g;
const tables = files("{migrations/*.sql,durable/**/*.ts}").flatMap((path) =>
  [...read(path).matchAll(TABLE)].map(([, name = ""]) => name),
);

const CALL = /(?:kv|storage)\.(?:put|get|delete)(?:<[^()]*?>)?\(\s*([^,)]+)|prefix: ([A-Z_]+)/g;
const LITERAL = /^"([^"]+)"$/;

/** The keys that one file reads and writes, as far as they are said by a literal or by a constant of the file. */
function keysOf(text: string): string[] {
  const constants = new Map([...text.matchAll(/^const ([A-Z_]+) = "([^"]+)";$/gm)].map(([, name, key]) => [name, key]));
  return [...text.matchAll(CALL)].flatMap(([, first = "", prefix = ""]) => {
    const expression = (first || prefix).trim();
    const literal = LITERAL.exec(expression)?.[1];
    if (literal !== undefined) {
      return [literal];
    }
    const constant = /^[A-Z_]+/.exec(expression)?.[0];
    return constant === undefined ? [] : [constants.get(constant) ?? `${constant}, whatever that is`];
  });
}

const keys = new Map(files("durable/**/*.ts").map((path) => [path, keysOf(read(path))]));

it("every table and every key is on the page", () => {
  const missing = [...tables, ...[...keys.values()].flat()].filter((name) => !named.includes(name));
  expect([...new Set(missing)], "add them to docs/storage.md: content, life, what their loss costs").toEqual([]);
});

it("what is on the page is in the code", () => {
  const written = new Set([...tables, ...[...keys.values()].flat()]);
  expect(named.filter((name) => !written.has(name))).toEqual([]);
});

it("a file that writes says its keys by literals or constants, where this test sees them", () => {
  const silent = [...keys].filter(([path, found]) => found.length === 0 && /\.put[<(]/.test(read(path)));
  expect(silent.map(([path]) => path)).toEqual([]);
});

it("every class of objects has a section", () => {
  const classes = files("durable/*.ts").flatMap((path) =>
    [...read(path).matchAll(/class (\w+) extends DurableObject/g)].map(([, name = ""]) => ({ name, path })),
  );
  expect(classes.length).toBeGreaterThan(5);
  for (const { name, path } of classes) {
    expect(page, basename(path)).toContain(`### ${name}\n`);
  }
});
