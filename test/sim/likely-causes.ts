// Which cause is named for what goes wrong, and after how many seconds; and how often something is named while nothing
// is. Simulated requests, by seeds. `npx node test/sim/likely-causes.ts`, with `--seeds 20` and `--calm-hours 24`. Exit
// code 1 = a cause was not named within 20 s, or more than one false alarm a day.
import { parseArgs } from "node:util";
import { falseAlarms, secondsUntilNamed } from "./causes/measure.ts";
import { scenarios } from "./causes/scenarios.ts";

const MOST_SECONDS = 20;

const { values } = parseArgs({
  options: { seeds: { type: "string", default: "20" }, "calm-hours": { type: "string", default: "24" } },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, nth) => nth + 1);
const hours = Number(values["calm-hours"]);

let failed = false;
const say = (line: string): void => {
  // oxlint-disable-next-line no-console -- it is what it is for
  console.log(line);
};
for (const scenario of scenarios) {
  if (scenario.expected === null) {
    const days = seeds.map((seed) => falseAlarms(scenario, seed, hours));
    const sum = (of: "problems" | "notices"): number => days.reduce((total, one) => total + one[of], 0);
    const aDay = ((sum("problems") + sum("notices")) * 24) / (hours * seeds.length);
    const worst = Math.max(...days.map(({ problems, notices }) => problems + notices));
    failed ||= aDay > 1;
    say(
      `${scenario.name}: in ${seeds.length} times ${hours} h ${sum("problems")} false problems and ${sum("notices")} false notices: ${aDay.toFixed(2)} a day; ${worst} in the worst`,
    );
    continue;
  }
  const took = seeds.map((seed) => secondsUntilNamed(scenario, seed));
  const named = took.filter((one) => one !== null).toSorted((a, b) => a - b);
  const [median, slowest] = [named[Math.floor(named.length / 2)], named.at(-1)];
  failed ||= named.length < seeds.length || (slowest ?? 0) > MOST_SECONDS;
  say(
    `${scenario.name}: "${scenario.says}" named for ${named.length} of ${seeds.length} seeds, after ${median ?? "-"} s, at most ${slowest ?? "-"} s`,
  );
}
process.exitCode = failed ? 1 : 0;
