// Takes guards out one by one, in a copy of the project, and looks whether the regression tests that stand for them
// fail. `npx node test/regress/mutations.ts [id …]`; not part of `npm test`: each guard costs a run of vitest.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mutations, type Mutation } from "../support/mutations.ts";

const root = new URL("../..", import.meta.url).pathname;
const copy = mkdtempSync(join(tmpdir(), "selvage-mutations-"));
const parts = [
  "src",
  "durable",
  "test",
  "migrations",
  "package.json",
  "tsconfig.json",
  "vitest.config.ts",
  "wrangler.toml",
];
const wanted = process.argv.slice(2);

for (const part of parts) {
  cpSync(join(root, part), join(copy, part), { recursive: true });
}
symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));

/** The names of the failed tests, all of the regression tests that the ids name having run. */
function failedTests(ids: readonly string[]): readonly string[] {
  const report = join(copy, "report.json");
  rmSync(report, { force: true });
  const named = ids.map((id) => id.replaceAll(/[()]/g, "\\$&")).join("|");
  const args = ["run", "test/regress", "-t", named, "--reporter=json", `--outputFile=${report}`];
  spawnSync(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), ...args], { cwd: copy, encoding: "utf8" });
  const read = JSON.parse(readFileSync(report, "utf8")) as Report;
  return read.testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === "failed").map(({ title }) => title),
  );
}

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

/** What became of the tests; "caught" is good. */
function tryOut({ ids, file, from, to }: Mutation): string {
  const path = join(copy, file);
  const text = readFileSync(path, "utf8");
  if (text.split(from).length !== 2) {
    return `the text is there ${text.split(from).length - 1} times: ${from}`;
  }
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  const failed = failedTests(ids);
  writeFileSync(path, text);
  const missed = ids.filter((id) => !failed.some((title) => title.startsWith(id)));
  return missed.length === 0 ? "caught" : `NOT CAUGHT by ${missed.join(", ")}`;
}

let escaped = 0;
try {
  for (const mutation of mutations) {
    if (wanted.length > 0 && !mutation.ids.some((id) => wanted.some((one) => id.includes(one)))) {
      continue;
    }
    const result = tryOut(mutation);
    if (result !== "caught") {
      escaped++;
    }
    console.log(`${result === "caught" ? "ok  " : "FAIL"} ${mutation.ids.join(" · ")} | ${mutation.file}: ${result}`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(escaped === 0 ? "every guard is held by its tests" : `${escaped} guards can be taken out unnoticed`);
process.exitCode = escaped === 0 ? 0 : 1;
