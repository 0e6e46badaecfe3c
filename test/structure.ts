// `npm run structure`: the tree in figures. For each folder of the product its files and their lines; below, what a
// house rule keeps at zero. `--write` writes the import table of docs/architecture.md anew from
// test/support/house/table.ts.
import { readFileSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { parseArgs } from "node:util";
import { exportedTwice, unusedExports } from "./support/house/exports.ts";
import { folderRules } from "./support/house/folders.ts";
import { importRules } from "./support/house/imports.ts";
import { withImportTable } from "./support/house/import-table.ts";
import { isProduct, type Violation } from "./support/house/rule.ts";
import { readHouse } from "./support/house/tree.ts";

const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } });
const architecture = new URL("../docs/architecture.md", import.meta.url);

if (values.write) {
  writeFileSync(architecture, withImportTable(readFileSync(architecture, "utf8")));
}

const house = readHouse();
const product = house.sources.filter(({ path }) => isProduct(path));
const unused = unusedExports(house);

const folders = [...Map.groupBy(product, ({ path }) => posix.dirname(path))].sort(([a], [b]) => (a < b ? -1 : 1));
const rows = folders.map(([folder, files]) => {
  const inside = unused.filter(({ path }) => posix.dirname(path) === folder).length;
  const [median = 0, p90 = 0, longest = 0] = lengths(files.map(({ lines }) => lines));
  return [folder, files.length, median, p90, longest, inside];
});
const total = ["all", product.length, ...lengths(product.map(({ lines }) => lines)), unused.length];
print([["folder", "files", "median", "p90", "longest", "unused exports"], ...rows, total]);

const [folderSize, foldersInOrder, childrenStandAlone] = folderRules;
const circles = importRules.find(({ rule }) => rule.startsWith("no circles"));
const zeros: readonly (readonly [string, readonly Violation[]])[] = [
  ["exports without an importer", unused],
  ["names exported twice", exportedTwice(house)],
  ["folders over 24 files", folderSize?.check(house) ?? []],
  ["circles between files", circles?.check(house) ?? []],
  ["imports against the order of folders", foldersInOrder?.check(house) ?? []],
  ["children that import their parent", childrenStandAlone?.check(house) ?? []],
];
for (const [what, found] of zeros) {
  console.log(`${what}: ${found.length}`);
  for (const one of found) {
    console.log(`  ${one.path}  ${one.what}`);
  }
}
process.exit(zeros.every(([, found]) => found.length === 0) ? 0 : 1);

/** Median, ninetieth percentile, longest. */
function lengths(lines: readonly number[]): number[] {
  const sorted = lines.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return [at(0.5), at(0.9), at(1)];
}

function print(table: readonly (readonly (string | number)[])[]): void {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => String(row[column]).length)));
  for (const row of table) {
    const cells = row.map((cell, at) =>
      at === 0 ? String(cell).padEnd(widths[at] ?? 0) : String(cell).padStart(widths[at] ?? 0),
    );
    console.log(cells.join("  "));
  }
}
