// How often a Rollout takes out a canary that is no worse, and how soon one that is: `npx node test/sim/rollouts.ts`,
// with `--runs 400`. Judged after every failure. Exit code 1 = more than 1 % of sound canaries were taken out, one that
// is worse was not, or one that fails half of its requests at a weight of 1 % had more than 15 (p95).
import { parseArgs } from "node:util";
import { scenarios } from "./rollout/scenarios.ts";
import { summarize } from "./rollout/trial.ts";

const { values } = parseArgs({ options: { runs: { type: "string", default: "400" } } });
const runs = Number(values.runs);
const MOST_REQUESTS = 15;
const MOST_FALSE_PERCENT = 1;

let failed = false;
const say = (line: string): void => {
  // oxlint-disable-next-line no-console -- it is what it is for
  console.log(line);
};
const row = (cells: readonly string[]): string =>
  cells.map((cell, at) => (at === 0 ? cell.padEnd(48) : cell.padStart(16))).join("");
say(row(["weight: stable → canary", "taken out", "canary requests", "p95", "failures", "p95"]));
for (const { name, trial, isSound } of scenarios) {
  const { out, requests, failures } = summarize(name, trial, runs);
  const percent = (100 * out) / runs;
  const isHalf = trial.canary === 0.5 && trial.weight === 1;
  failed ||= isSound ? percent > MOST_FALSE_PERCENT : out < runs;
  failed ||= isHalf && (requests?.p95 ?? Infinity) > MOST_REQUESTS;
  const of = (value: number | undefined): string => (value === undefined || isSound ? "-" : String(value));
  const cells = [of(requests?.median), of(requests?.p95), of(failures?.median), of(failures?.p95)];
  say(row([name, `${percent.toFixed(2)} %`, ...cells]));
}
process.exitCode = failed ? 1 : 0;
