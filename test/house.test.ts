// The house rules of docs/architecture.md, held against every TypeScript file; and each rule against samples that break
// it.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { exportRules } from "./support/house/exports.ts";
import { fileRules } from "./support/house/files.ts";
import { folderRules } from "./support/house/folders.ts";
import { withImportTable } from "./support/house/import-table.ts";
import { importRules } from "./support/house/imports.ts";
import { readerRules } from "./support/house/readers.ts";
import { report } from "./support/house/rule.ts";
import { builtHouse, readHouse, root } from "./support/house/tree.ts";
import { narrowComments } from "./support/house/comments.ts";
import { vocabularyRules } from "./support/house/vocabulary.ts";
import { wordRules } from "./support/house/words.ts";

const house = readHouse();
const { paths } = house;
const rules = [
  ...importRules,
  ...folderRules,
  ...exportRules,
  ...fileRules,
  ...wordRules,
  ...vocabularyRules,
  narrowComments,
  ...readerRules,
];

describe.each(rules.map((rule) => ({ title: rule.rule, rule })))("$title", ({ rule }) => {
  it("holds in this tree", () => {
    const violations = rule.check(house);
    expect(violations.length, report(rule, violations)).toBe(0);
  });

  it.each(rule.breaks)("is seen to be broken (sample %#)", ({ files, violations }) => {
    expect(rule.check(builtHouse(files))).toHaveLength(violations);
  });

  it("leaves alone what only looks like it", () => {
    expect(rule.check(builtHouse(rule.keeps))).toEqual([]);
  });
});

it("tells the rule, the place, the reason and the mend", () => {
  const [rule] = importRules;
  const violations = rule!.check(builtHouse({ "src/model/a.ts": '\nimport "../decide/x.ts";' }));
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

it("architecture.md has the import table that the rules check (npm run structure -- --write)", () => {
  const page = readFileSync(`${root}docs/architecture.md`, "utf8");
  expect(page).toBe(withImportTable(page));
});
