// House rules about files: their size, their names, and how they open.
import { posix } from "node:path";
import { isProduct, type Rule } from "./rule.ts";

const MAX_LINES = 300;

const size: Rule = {
  rule: `no file is longer than ${MAX_LINES} lines`,
  because: "a file that does not fit into a head holds more than one idea",
  mend: "find the second idea and give it a file and a name; do not split in the middle",
  check: ({ sources }) =>
    sources.filter(({ lines }) => lines > MAX_LINES).map(({ path, lines }) => ({ path, what: `${lines} lines` })),
  breaks: [{ files: { "test/a.test.ts": "// x\n".repeat(MAX_LINES + 1) }, violations: 1 }],
  keeps: { "src/decide/a.ts": "// x\n".repeat(MAX_LINES) },
};

const names: Rule = {
  rule: "files and folders are named in kebab-case (examples in other languages keep their own custom)",
  because: "one spelling is guessable, and file systems disagree about case",
  mend: "rename it: rate-limit.ts, http-route.test.ts, store.worker.test.ts",
  check: ({ paths }) =>
    paths.flatMap((path) => {
      if (path.startsWith("examples/") && !/\.tsx?$/.test(path)) {
        return [];
      }
      const odd = path.split("/").find((part) => !/^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/.test(part));
      return odd === undefined ? [] : [{ path, what: `"${odd}" is not kebab-case` }];
    }),
  breaks: [{ files: { "src/model/httpRoute.ts": "", "src/Model/a.ts": "", "bench/a_b.ts": "" }, violations: 3 }],
  keeps: { "test/store/audit.worker.test.ts": "", "examples/perl/Service.pm": "", "src/model/a1.ts": "" },
};

const drawers = ["utils", "util", "helpers", "helper", "common", "shared", "misc", "lib"];

const noDrawers: Rule = {
  rule: `no file or folder is called ${drawers.join(", ")}`,
  because: "a drawer takes everything and says nothing about it",
  mend: "name it after what it does or knows",
  check: ({ paths }) =>
    paths.flatMap((path) => {
      const drawer = path.split("/").find((part) => drawers.includes(part.replace(/(\.[a-z0-9]+)+$/, "")));
      return drawer === undefined ? [] : [{ path, what: `"${drawer}" is a drawer` }];
    }),
  breaks: [{ files: { "src/utils/a.ts": "", "test/support/helpers.ts": "" }, violations: 2 }],
  keeps: { "src/model/library.ts": "", "src/model/shared-fate.ts": "" },
};

const noBarrels: Rule = {
  rule: "there is no index.ts below src, and no file that only re-exports",
  because: "a barrel hides where things are, ties files together and defeats lazy loading",
  mend: "import from the file itself",
  check: ({ sources }) =>
    sources
      .filter(({ path }) => isProduct(path) && path !== "src/index.ts")
      .flatMap(({ path, text, imports }) => {
        if (posix.basename(path) === "index.ts") {
          return [{ path, what: "a barrel by name" }];
        }
        const code = text.replace(/^\s*(\/\/.*)?$/gm, "").trim();
        const onlyForwards =
          imports.length > 0 && code.split(";").every((part) => /^\s*(export\b[^=]*\bfrom\b.*)?$/s.test(part));
        return onlyForwards ? [{ path, what: "only re-exports" }] : [];
      }),
  breaks: [
    { files: { "src/model/index.ts": "export const a = 1;" }, violations: 1 },
    { files: { "src/model/all.ts": '// all\nexport * from "./a.ts";\nexport { b } from "./b.ts";\n' }, violations: 1 },
  ],
  keeps: {
    "src/index.ts": 'export { Mesh } from "../durable/mesh.ts";',
    "src/model/a.ts": 'export { b } from "./b.ts";\nexport const a = 1;',
  },
};

const opening: Rule = {
  rule: "a file opens with a comment of one to five lines (a verb or an object may open with its argument: twelve)",
  because: "the reader learns what it is, and what it deliberately is not, before how it works; a test's names say it",
  mend: "write one or two plain sentences above the imports",
  check: ({ sources }) =>
    sources.flatMap(({ path, text }) => {
      if (path.endsWith(".test.ts")) {
        return [];
      }
      const body = text.replace(/^#!.*\n/, "");
      const lines = /^(?:\/\/.*\n?)+/.exec(body)?.[0].trimEnd().split("\n").length ?? 0;
      const block = /^\/\*[\s\S]*?\*\//.test(body);
      if (lines === 0 && !block) {
        return [{ path, what: "opens with code" }];
      }
      return lines > (/^(src\/decide|durable)\//.test(path) ? 12 : 5)
        ? [{ path, what: `opens with ${lines} lines of comment` }]
        : [];
    }),
  breaks: [
    { files: { "src/model/a.ts": "export const a = 1;\n// too late\n" }, violations: 1 },
    { files: { "src/model/a.ts": "// x\n".repeat(6), "src/decide/a.ts": "// x\n".repeat(13) }, violations: 2 },
  ],
  keeps: {
    "src/cli/a.ts": "#!/usr/bin/env node\n// What it is.\n",
    "src/model/b.ts": "/* What it is. */\n",
    "test/a.test.ts": "it();",
  },
};

export const fileRules: readonly Rule[] = [size, names, noDrawers, noBarrels, opening];
