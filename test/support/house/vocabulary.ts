// House rules about what things are called and how they are written about: one vocabulary, that of the field.
import { isProduct, type House, type Rule, type Violation } from "./rule.ts";
import { posix } from "node:path";
import type { Word } from "./source.ts";

/** Words that this code once had to itself, and what the field says. */
const words: Readonly<Record<string, string>> = {
  book: "limits, breakers, stats: whatever is kept",
  desk: "coordinator",
  seat: "target state",
  flight: "slot (`inFlight` is the field's)",
  door: "gateway, plane",
  errand: "call",
  scene: "fixture, context",
  flavour: "context",
  witness: "example",
  thief: "what it is shadowed by",
  cast: "programs",
};
/** Plain English in a sentence. */
const fineInProse = new Set(["cast"]);
/** It sells books. */
const bookshop = /^((src|test)\/cli\/(demo|scenario)|examples|test\/support\/istio)\/|^test\/journeys\/demo/;

function foreign(path: string, parts: readonly string[], isProse: boolean): string | null {
  for (const [at, part] of parts.entries()) {
    const word = part.toLowerCase().replace(/(?<=[a-z]{3})s$/, "");
    if (!Object.hasOwn(words, word) || (isProse && fineInProse.has(word))) {
      continue;
    }
    if (word === "flight" && parts[at - 1]?.toLowerCase() === "in") {
      continue;
    }
    if (word === "book" && bookshop.test(path)) {
      continue;
    }
    return `"${part}" is not the field's word: ${words[word]}`;
  }
  return null;
}

/** The list itself. */
const isList = (path: string): boolean => path === "test/support/house/vocabulary.ts";

const partsOf = (name: string): string[] => name.match(/[A-Z]?[a-z]+|[A-Z]+/g) ?? [];

const oneVocabulary: Rule = {
  rule: `names, files and comments keep to the field's words (not ${Object.keys(words).join(", ")})`,
  because: "whoever comes next has to learn the mesh; a private language on top is paid for by each of them",
  mend: "take the word beside it in test/support/house/vocabulary.ts, or the one that the glossary has",
  check: ({ sources, paths }) => [
    ...sources.flatMap(({ path, words: names, comments }) => {
      if (isList(path)) {
        return [];
      }
      const once = new Map(names.map((one) => [one.text, one]));
      const judge = ({ text, line }: Word, isProse: boolean): Violation[] => {
        const what = foreign(path, partsOf(text), isProse);
        return what === null ? [] : [{ path, line, what }];
      };
      return [...once.values()].flatMap((one) => judge(one, false)).concat(comments.flatMap((one) => judge(one, true)));
    }),
    ...paths.flatMap((path) => {
      const what = /\.tsx?$/.test(path) ? foreign(path, partsOf(posix.basename(path)), false) : null;
      return what === null ? [] : [{ path, what }];
    }),
  ],
  breaks: [
    { files: { "src/decide/limit/a.ts": "const leaseBook = 1;\nconst a = (desk: Seats) => desk;" }, violations: 3 },
    { files: { "src/decide/limit/slot-desk.ts": "// Takes a flight's seat.\n" }, violations: 2 },
  ],
  keeps: {
    "src/decide/limit/a.ts":
      '// There is room for what is in flight.\nconst inFlight = "desk"; const facebook = caster;',
    "src/cli/demo/a.ts": "const book = books[0];",
  },
};

const MOST_PARAMETERS = 5;

const fewParameters: Rule = {
  rule: `a function has at most ${MOST_PARAMETERS} parameters (in src/compile and src/cli, any number)`,
  because: "six in a row are confused at the call, and usually belong together",
  mend: "give those that travel together a name and one parameter",
  check: ({ sources }) =>
    sources.flatMap(({ path, parameters }) =>
      parameters
        .filter(({ count }) => count > MOST_PARAMETERS && !/^src\/(compile|cli)\//.test(path))
        .map(({ count, line }) => ({ path, line, what: `${count} parameters` })),
    ),
  breaks: [
    {
      files: { "src/model/a.ts": "const f = (a, b, c, d, e, f) => 1;\nfunction g(a, b, c, d, e, f) {}" },
      violations: 2,
    },
  ],
  keeps: { "src/model/a.ts": "const f = (a, b, c, d, e) => 1; f(1, 2, 3, 4, 5, 6); type T = M<A, B, C, D, E, F>;" },
};

const mention = /(?<![\w/.<>*:@-])((?:[\w.*-]+\/)*[\w.*-]+\.(?:ts|tsx|md|sql|toml|yaml|pem))(?![\w*])/g;
const own = /^(src|durable|test|docs|bench|examples|migrations)\//;

/** Code names files of ours by any end of their path; documents by all of it, or from where they lie. */
function isThere(house: House, from: string, path: string, ends: ReadonlySet<string>): boolean {
  const beside = posix.join(posix.dirname(from), path);
  if (path.includes("*")) {
    const shape = new RegExp(`(^|/)${path.replaceAll(".", "\\.").replaceAll(/\*+\/?/g, ".*")}$`);
    return [...house.named].some((one) => shape.test(one));
  }
  return house.named.has(path) || house.named.has(beside) || ends.has(path);
}

/** Of a path itself, and of it without its first folders. */
function endsOf(paths: Iterable<string>): Set<string> {
  const ends = new Set<string>();
  for (const path of paths) {
    const parts = path.split("/");
    for (let from = 0; from < parts.length; from++) {
      ends.add(parts.slice(from).join("/"));
    }
  }
  return ends;
}

const namedFilesExist: Rule = {
  rule: "a file that a comment or a document names is there",
  because: "a wrong signpost costs more than none",
  mend: "write where it is now; what is only an example is not written like a file of ours",
  check(house) {
    const ends = endsOf(house.named);
    const wrong = (path: string, line: number, text: string): Violation[] =>
      [...text.matchAll(mention)].flatMap(([, name]) => {
        const isOurs = name !== undefined && !name.startsWith(".") && (own.test(name) || /\.tsx?$/.test(name));
        return isOurs && !isThere(house, path, name, ends) ? [{ path, line, what: `there is no ${name}` }] : [];
      });
    const inCode = house.sources.filter(({ path }) => isProduct(path) || path.startsWith("test/"));
    return [
      ...inCode.flatMap(({ path, comments }) => comments.flatMap(({ text, line }) => wrong(path, line, text))),
      ...house.documents.flatMap(({ path, text }) => text.split("\n").flatMap((line, at) => wrong(path, at + 1, line))),
    ];
  },
  breaks: [
    { files: { "src/decide/a.ts": "// See b.ts and decide/c.ts.\n" }, violations: 2 },
    { files: { "README.md": "see `src/decide/gone.ts`\n", "docs/a.md": "[b](b.md), `docs/c.md`" }, violations: 2 },
  ],
  keeps: {
    "src/decide/limit/a.ts": "// See b.ts, decide/limit/b.ts, decide/limit/*.ts and https://example.com/x/y.ts.\n",
    "src/decide/limit/b.ts": '// For "mesh.yaml" of users.\n',
    "docs/a.md": "`selvage apply -f orders.yaml`, `src/decide/limit/b.ts`, [here](../docs/a.md)",
  },
};

export const vocabularyRules: readonly Rule[] = [oneVocabulary, fewParameters, namedFilesExist];
