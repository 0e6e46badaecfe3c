// The house rules of docs/architecture.md, held against every TypeScript file; and each rule against samples that break it.
import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fileRules } from "./support/house/files.ts";
import { importRules } from "./support/house/imports.ts";
import { readerRules } from "./support/house/readers.ts";
import { report, type House } from "./support/house/rule.ts";
import { source } from "./support/house/source.ts";
import { wordRules } from "./support/house/words.ts";

const root = new URL("..", import.meta.url).pathname;
const paths = globSync("{src,durable,test,bench,examples}/**/*", { cwd: root, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length))
  .filter((path) => !/(^|\/)(node_modules|dist|generated|__pycache__)\//.test(path))
  .sort();
const house: House = {
  paths,
  sources: paths.filter((path) => /\.tsx?$/.test(path)).map((path) => source(path, readFileSync(root + path, "utf8"))),
};

const built = (files: Readonly<Record<string, string>>): House => ({
  paths: Object.keys(files),
  sources: Object.entries(files).map(([path, text]) => source(path, text)),
});

describe.each([...importRules, ...fileRules, ...wordRules, ...readerRules].map((rule) => ({ title: rule.rule, rule })))(
  "$title",
  ({ rule }) => {
    it("holds in this tree", () => {
      const violations = rule.check(house);
      expect(violations.length, report(rule, violations)).toBe(0);
    });

    it.each(rule.breaks)("is seen to be broken (sample %#)", ({ files, violations }) => {
      expect(rule.check(built(files))).toHaveLength(violations);
    });

    it("leaves alone what only looks like it", () => {
      expect(rule.check(built(rule.keeps))).toEqual([]);
    });
  },
);

it("tells the rule, the place, the reason and the mend", () => {
  const [rule] = importRules;
  const violations = rule!.check(built({ "src/model/a.ts": '\nimport "../decide/x.ts";' }));
  expect(report(rule!, violations)).toBe(
    [
      `House rule: ${rule!.rule}`,
      "  src/model/a.ts:2  model imports src/decide/x.ts",
      `Why: ${rule!.because}`,
      `Mend: ${rule!.mend}`,
    ].join("\n"),
  );
});

it("reads every folder that the rules are about", () => {
  for (const folder of ["src/model/", "src/decide/", "src/proxy/", "durable/", "test/"]) {
    expect(
      paths.some((path) => path.startsWith(folder)),
      folder,
    ).toBe(true);
  }
});
