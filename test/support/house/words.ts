// House rules about words: what verbs may not name, where SQL lives, and what the type checker may not be told.
import { isProduct, isPure, type Rule, type Violation } from "./rule.ts";
import type { Source, Word } from "./source.ts";

const flag = (sources: readonly Source[], of: (one: Source) => readonly Word[], test: RegExp): Violation[] =>
  sources.flatMap((one) =>
    of(one)
      .filter(({ text }) => test.test(text))
      .map(({ text, line }) => ({ path: one.path, line, what: text.trim().slice(0, 60) })),
  );

const impure =
  /^(Date|Math\.random|fetch|crypto|console|performance|setTimeout|setInterval|queueMicrotask|process|globalThis|caches)$/;

const pureVerbs: Rule = {
  rule: "src/decide, src/compile and src/change/plan* name no clock, no randomness, no I/O and no globals",
  because: "a verb of plain data is tested with a fixed now, replayed from a receipt, and means the same everywhere",
  mend: "take `now` or `random` as an argument; leave I/O to the stage that asks",
  check: ({ sources }) =>
    flag(
      sources.filter(({ path }) => isPure(path)),
      (one) => one.names,
      impure,
    ),
  breaks: [
    { files: { "src/decide/a.ts": "export const a = () => Date.now() + Math.random();" }, violations: 2 },
    {
      files: { "src/decide/a.ts": 'const f = fetch;\nconst r = Math["random"];\nconsole.log(crypto);' },
      violations: 4,
    },
    { files: { "src/compile/a.ts": "Date.now();", "src/change/plan-prune.ts": "performance.now();" }, violations: 2 },
  ],
  keeps: {
    "src/decide/a.ts":
      '// Date.now() is not asked\nexport const a = (now: { Date: string }) => now.Date + "Math.random()";',
    "src/compile/a.ts": "export const at = Date.parse(text);",
    "src/proxy/pipeline.ts": "export const now = Date.now();",
  },
};

/** Caches of what is computed from their keys alone: nobody can tell whether they are there. */
const caches = new Set([
  "src/decide/authorize/candidates.ts indexes",
  "src/decide/route/regex-machine.ts machines",
  "src/decide/text/ip.ts last",
]);

const noMemory: Rule = {
  rule: "what is pure has no `let` and no empty Map, Set or WeakMap at the top of a module",
  because: "a module that remembers answers differently the second time, and each isolate differently from the others",
  mend: "let the caller keep it and pass it in: an isolate's state is src/isolate/state.ts; a constant is typed Readonly",
  check: ({ sources }) =>
    sources
      .filter(({ path }) => isPure(path))
      .flatMap(({ path, variables }) =>
        variables
          .filter(({ text }) => !caches.has(`${path} ${text}`))
          .filter(
            ({ kind, made, type }) =>
              kind !== "const" ||
              (/^(Weak)?(Map|Set)$/.test(made ?? "") && /^(:\s*(Weak)?(Map|Set)\b|$)/.test(type ?? "")),
          )
          .map(({ text, line, kind, made }) => ({ path, line, what: made === null ? `${kind} ${text}` : `a ${made}` })),
      ),
  breaks: [
    { files: { "src/decide/a.ts": "let a = 1;\nexport let b;\nconst c = new Map();" }, violations: 3 },
    { files: { "src/compile/a.ts": "const seen: Set<string> = new Set();" }, violations: 1 },
  ],
  keeps: {
    "src/decide/a.ts":
      'const names = new Set(["a"]);\nconst none: ReadonlyMap<string, string> = new Map();\nfunction f() { let a = new Map(); }',
    "src/isolate/a.ts": "let own = null;",
  },
};

const statement =
  /^\s*(SELECT\s[\s\S]*\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|REPLACE\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|(CREATE|DROP|ALTER)\s+(TABLE|INDEX|TRIGGER|VIEW)\s|WITH\s+\w+.*\sAS\s*\(|PRAGMA\s)/i;

const oneStore: Rule = {
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

const noAny: Rule = {
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

export const wordRules: readonly Rule[] = [pureVerbs, noMemory, oneStore, noAny];
