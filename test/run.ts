// `npm test`: types, lint, nothing unused, format, then every vitest project; the last line says how many passed,
// failed and were skipped. With arguments (`npm test -- house`) only vitest runs, and they are its filters and options.
// `--long` (`npm run test:long`) runs the long form of those tests that have one, see support/long.ts.
import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { delimiter } from "node:path";
import { parseCLI, startVitest } from "vitest/node";
import { count, lastLine, type Tally } from "./support/run/tally.ts";

const root = new URL("..", import.meta.url).pathname;
const args = process.argv.slice(2);
const started = performance.now();
const tally: Tally = { passed: 0, failed: 0, skipped: 0, skips: [], failures: [] };

const env: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${root}node_modules/.bin${delimiter}${process.env.PATH ?? ""}`,
  WRANGLER_SEND_METRICS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};
Object.assign(process.env, env);
process.chdir(root);

// Beside the tests: each of them alone leaves a core idle.
const checks: Promise<unknown>[] = [];
if (args.length === 0) {
  checks.push(
    check("types of the Worker", "tsc", "-p", "tsconfig.json"),
    check("types of command, tests and benchmarks", "tsc", "-p", "tsconfig.node.json"),
    check("types of the dashboard", "tsc", "-p", "tsconfig.dashboard.json"),
    check("lint", "oxlint", "--deny-warnings", "--quiet"),
    check("no unused files or packages", "knip", "--include", "files,dependencies,unlisted,unresolved"),
    check("format", "prettier", "--check", "--log-level", "warn", "."),
  );
}
if (args[0] === "--long") {
  process.env.SELVAGE_LONG = "1";
  args.splice(0, args.length, ...testsWithLongForm(args.slice(1)));
}

const { filter, options } = parseCLI(["vitest", ...args]);
const vitest = await startVitest("test", filter, {
  ...options,
  watch: false,
  reporters: ["default", { onTestRunEnd: (modules, unhandled): void => count(tally, modules, unhandled) }],
});
await vitest.close();
await Promise.all(checks);

if (tally.passed + tally.failed + tally.skipped === 0) {
  tally.failed = 1;
  tally.failures.push("no test ran");
}
for (const skip of tally.skips) {
  console.log(`skipped: ${skip}`);
}
for (const failure of tally.failures) {
  console.log(`failed: ${failure}`);
}
console.log(lengths());
console.log(`wall time: ${Math.round((performance.now() - started) / 1000)} s on Node ${process.versions.node}`);
console.log(lastLine(tally));
process.exit(tally.failed === 0 ? 0 : 1);

/** Runs one static check; what it printed is shown only when it fails. */
async function check(what: string, command: string, ...rest: readonly string[]): Promise<void> {
  const begun = performance.now();
  const said = await new Promise<string | null>((resolve) => {
    execFile(command, rest, { cwd: root, env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      resolve(error === null ? null : `${stdout}${stderr}`.trimEnd() || error.message);
    });
  });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  if (said === null) {
    tally.passed += 1;
    console.log(`ok      ${what} (${seconds} s)`);
    return;
  }
  tally.failed += 1;
  tally.failures.push(what);
  console.log(`failed  ${what} (${seconds} s): ${command} ${rest.join(" ")}\n${said}`);
}

/** By parts of their paths; without any, all but the dashboard's, which drive a browser for many minutes. */
function testsWithLongForm(named: readonly string[]): string[] {
  return globSync("test/**/*.test.ts", { cwd: root })
    .filter((path) => /support\/long\.ts|env\.SELVAGE_LONG/.test(readFileSync(root + path, "utf8")))
    .filter((path) => (named.length === 0 ? !path.includes("/dashboard") : named.some((one) => path.includes(one))));
}

/** How long the product's files are: a figure to watch, not a test (the limit is a house rule). */
function lengths(): string {
  const sorted = globSync("{src,durable}/**/*.{ts,tsx}", { cwd: root })
    .map((path) => readFileSync(root + path, "utf8").split("\n").length - 1)
    .sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return `file lengths: ${sorted.length} files in src and durable, median ${at(0.5)}, p90 ${at(0.9)}, longest ${at(1)}`;
}
