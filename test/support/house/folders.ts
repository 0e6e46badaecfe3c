// House rules about folders: how many files lie side by side, and which folder may know which.
import { posix } from "node:path";
import { isProduct, type Rule, type Violation } from "./rule.ts";
import { folderOrder } from "./table.ts";

const MOST_FILES = 24;

/** Cases, one a file, which nobody looks for by name: pairs of the compiler, journeys, examples. */
const isData = (folder: string): boolean => /^(test\/compile\/golden|test\/journeys$|examples\/)/.test(folder);

const folderSize: Rule = {
  rule: `a folder holds at most ${MOST_FILES} files of its own`,
  because: "a name is found among two dozen at a glance, and among a hundred by searching",
  mend: "find the second idea in it, and give that a folder in every layer where it is",
  check: ({ paths }) => {
    const counts = Map.groupBy(paths, (path) => posix.dirname(path));
    return [...counts]
      .filter(([folder, files]) => files.length > MOST_FILES && !isData(folder))
      .map(([folder, files]) => ({ path: folder, what: `${files.length} files` }));
  },
  breaks: [
    {
      files: Object.fromEntries(
        Array.from({ length: MOST_FILES + 1 }, (_, nth) => [`src/decide/limit/f${nth}.ts`, ""]),
      ),
      violations: 1,
    },
  ],
  keeps: {
    ...Object.fromEntries(Array.from({ length: MOST_FILES }, (_, nth) => [`src/decide/limit/f${nth}.ts`, ""])),
    "src/decide/retry/f.ts": "",
  },
};

const foldersInOrder: Rule = {
  rule: "the product's folders stand in one order, and each imports only folders before it: no circles between folders",
  because: "folders that know each other are one folder in two places; in an order the tree can be read from one end",
  mend: "a new folder gets a line in folderOrder of test/support/house/table.ts; else move what both need below both",
  check: ({ sources }) => {
    const places = new Map<string, number>(folderOrder.map((folder, at) => [folder, at]));
    const found: Violation[] = [];
    for (const { path, imports } of sources.filter((one) => isProduct(one.path))) {
      const own = posix.dirname(path);
      const at = places.get(own);
      if (at === undefined) {
        found.push({ path, what: `the folder ${own} is not in the order` });
      }
      for (const one of imports) {
        if (at === undefined || one.path === null || !isProduct(one.path)) {
          continue;
        }
        const theirs = posix.dirname(one.path);
        const there = places.get(theirs);
        if (theirs !== own && there !== undefined && there > at) {
          found.push({ path, line: one.line, what: `${own} comes before ${theirs}, and imports ${one.path}` });
        }
      }
    }
    return found;
  },
  breaks: [
    { files: { "src/decide/text/a.ts": 'import { b } from "../limit/b.ts";' }, violations: 1 },
    { files: { "src/decide/whim/a.ts": "" }, violations: 1 },
  ],
  keeps: { "src/decide/limit/b.ts": 'import { a } from "../text/a.ts";\nimport { c } from "./c.ts";' },
};

const childrenStandAlone: Rule = {
  rule: "a file does not import files of the folders that its own folder lies in",
  because: "the parent's files put the children together; a child that reaches up makes a knot of both",
  mend: "move what the child needs into it, beside it, or below both",
  check: ({ sources }) =>
    sources
      .filter(({ path }) => isProduct(path))
      .flatMap(({ path, imports }) =>
        imports.flatMap(({ path: to, line }) =>
          to !== null && posix.dirname(path).startsWith(`${posix.dirname(to)}/`)
            ? [{ path, line, what: `imports ${to} of the folder above` }]
            : [],
        ),
      ),
  breaks: [{ files: { "src/proxy/call/a.ts": 'import type { B } from "../b.ts";' }, violations: 1 }],
  keeps: {
    "src/proxy/a.ts": 'import { b } from "./call/b.ts";',
    "src/proxy/call/b.ts": 'import { c } from "../limit/c.ts";',
  },
};

export const folderRules: readonly Rule[] = [folderSize, foldersInOrder, childrenStandAlone];
