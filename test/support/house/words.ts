// House rules about words: what verbs may not name, where SQL lives, and what the type checker may not be told.
import { isProduct, type Rule, type Violation } from "./rule.ts";
import type { Source, Word } from "./source.ts";

const flag = (sources: readonly Source[], of: (one: Source) => readonly Word[], test: RegExp): Violation[] =>
  sources.flatMap((one) =>
    of(one)
      .filter(({ text }) => test.test(text))
      .map(({ text, line }) => ({ path: one.path, line, what: text.trim().slice(0, 60) })),
  );

const impure =
  /^(Date|Math\.random|fetch|crypto|console|performance|setTimeout|setInterval|queueMicrotask|process|globalThis|caches)$/;

export const pureVerbs: Rule = {
  rule: "src/decide names no clock, no randomness, no I/O and no globals",
  because: "a verb of plain data is tested with a fixed now, replayed from a receipt, and means the same everywhere",
  mend: "take `now` or `random` as an argument; leave I/O to the stage that asks",
  check: ({ sources }) =>
    flag(
      sources.filter(({ path }) => path.startsWith("src/decide/")),
      (one) => one.names,
      impure,
    ),
  breaks: [
    { files: { "src/decide/a.ts": "export const a = () => Date.now() + Math.random();" }, violations: 2 },
    {
      files: { "src/decide/a.ts": 'const f = fetch;\nconst r = Math["random"];\nconsole.log(crypto);' },
      violations: 4,
    },
  ],
  keeps: {
    "src/decide/a.ts":
      '// Date.now() is not asked\nexport const a = (now: { Date: string }) => now.Date + "Math.random()";',
    "src/proxy/pipeline.ts": "export const now = Date.now();",
  },
};

const statement =
  /^\s*(SELECT\s[\s\S]*\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|REPLACE\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|(CREATE|DROP|ALTER)\s+(TABLE|INDEX|TRIGGER|VIEW)\s|WITH\s+\w+.*\sAS\s*\(|PRAGMA\s)/i;

export const oneStore: Rule = {
  rule: "SQL stands only in src/store/, migrations/ and the local mesh's ledger of migrations",
  because: "whoever changes the schema must be able to see every statement that depends on it",
  mend: "give the store a method, and call that",
  check: ({ sources }) =>
    flag(
      sources.filter(({ path }) => isProduct(path) && !/^src\/(store\/.*|cli\/local\/migrate\.ts)$/.test(path)),
      (one) => one.strings,
      statement,
    ),
  breaks: [
    { files: { "src/control/a.ts": 'db.prepare("SELECT * FROM documents");' }, violations: 1 },
    { files: { "durable/a.ts": "db.prepare(`\n  insert into audit values (?)`);" }, violations: 1 },
    { files: { "src/isolate/state.ts": "db.prepare(`DELETE FROM ${table} WHERE id = 1`);" }, violations: 1 },
  ],
  keeps: {
    "src/store/store.ts": 'db.prepare("SELECT * FROM documents");',
    "src/store/audit.ts": 'db.prepare("UPDATE head SET revision = 1");',
    "src/model/a.ts": 'const text = "select a service; update its weight"; // SELECT x FROM y',
  },
};

export const noAny: Rule = {
  rule: "nothing is typed `any`, and no error is hidden from the type checker",
  because: "one `any` switches the checking off for everything it touches",
  mend: "write `unknown` and narrow it, or say what the value is",
  check: ({ sources }) =>
    sources.flatMap(({ path, text, anys }) => [
      ...anys.map((line) => ({ path, line, what: "any" })),
      ...text
        .split("\n")
        .flatMap((line, at) =>
          /^\s*(\/\/|\/?\*)\s*@ts-(ignore|nocheck)/.test(line) ? [{ path, line: at + 1, what: line.trim() }] : [],
        ),
    ]),
  breaks: [
    { files: { "src/model/a.ts": "export const a = (x: any) => x as any;" }, violations: 2 },
    { files: { "test/a.ts": "// @ts-nocheck\n  /* @ts-ignore */\n" }, violations: 2 },
  ],
  keeps: { "src/model/a.ts": '// any of these\nexport const any = "any";' },
};

export const wordRules: readonly Rule[] = [pureVerbs, oneStore, noAny];
