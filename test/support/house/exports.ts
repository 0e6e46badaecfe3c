// House rules about what files offer each other: every offer is taken, and every name means one thing.
import { isProduct, type House, type Rule, type Violation } from "./rule.ts";

/** Files that somebody outside calls: the Worker, the command, the package, programs and settings of tests. */
const isEntrance = (path: string): boolean =>
  /^src\/(index|cli\/main)\.ts$|^src\/dashboard\/(portal-)?main\.tsx$|^src\/verify\/(verify-request|fetch|hono|express)\.ts$/.test(
    path,
  );

/** Names that are offered once for each of several frameworks. */
const perFramework = /^src\/verify\/(fetch|hono|express)\.ts$/;

export function unusedExports({ sources }: House): Violation[] {
  const taken = new Set<string>();
  for (const { path: from, imports } of sources) {
    for (const { path, taken: names } of imports) {
      if (path !== null && path !== from) {
        for (const name of names) {
          taken.add(`${path} ${name}`);
        }
      }
    }
  }
  return sources
    .filter(({ path }) => isProduct(path) && !isEntrance(path))
    .flatMap(({ path, exports }) =>
      exports
        .filter(({ text }) => !taken.has(`${path} ${text}`) && !taken.has(`${path} *`))
        .map(({ text, line }) => ({ path, line, what: `nobody imports ${text}` })),
    );
}

/** A stage is called like its file, and like the kind of policy that it asks: one word in each layer. */
const isStage = (path: string, name: string): boolean =>
  path === `src/proxy/${name.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}.ts`;

export function exportedTwice({ sources }: House): Violation[] {
  const offers = sources
    .filter(({ path }) => isProduct(path) && !perFramework.test(path))
    .flatMap(({ path, exports }) => [...new Set(exports.map(({ text }) => text))].map((name) => ({ path, name })))
    .filter(({ path, name }) => !isStage(path, name));
  return [...Map.groupBy(offers, ({ name }) => name)]
    .filter(([, of]) => of.length > 1)
    .map(([name, of]) => ({ path: of.map(({ path }) => path).join(", "), what: `${name} is exported twice` }));
}

const everyExportIsTaken: Rule = {
  rule: "what a file exports, another one imports",
  because: "an export that nobody takes says that somebody does, and keeps code alive that is dead",
  mend: "drop the word `export`; what is not used in its own file either goes",
  check: unusedExports,
  breaks: [
    { files: { "src/model/a.ts": "export const a = 1;\nexport interface B {}\nexport { c, d };" }, violations: 4 },
    { files: { "src/model/a.ts": 'export const a = 1;\nimport { a as b } from "./a.ts";' }, violations: 1 },
  ],
  keeps: {
    "src/model/a.ts": "export const a = 1;\nexport const [b, { c: d }] = e;\nexport interface F {}",
    "src/model/b.ts": 'import { a, b, d as g } from "./a.ts";\ntype F = import("./a.ts").F;',
    "src/index.ts": "export class Mesh {}",
  },
};

const everyNameOnce: Rule = {
  rule: "a name is exported by one file of the product",
  because: "a name that means two things has to be read with its import each time, and editors offer the wrong one",
  mend: "say in the name whose it is (LimitCoordinator, BreakerCoordinator), or let both import the same one",
  check: exportedTwice,
  breaks: [
    {
      files: { "src/model/a.ts": "export interface Call {}", "src/proxy/b.ts": "export const Call = 1;" },
      violations: 1,
    },
  ],
  keeps: {
    "src/model/a.ts": "export interface Call {}\nexport const Call = 1;",
    "src/proxy/b.ts": 'export { Call } from "../model/a.ts";\ninterface Call2 {}',
    "test/a.test.ts": "export interface Call {}",
  },
};

export const exportRules: readonly Rule[] = [everyExportIsTaken, everyNameOnce];
