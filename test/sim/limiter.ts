// `npx node test/sim/limiter.ts --seeds 20`: every promise of the fleet's limits over that many seeds, as a table; exit
// code 1 when one is broken.
import { parseArgs } from "node:util";
import { hold, promises } from "./limiter-promises.ts";

const { values } = parseArgs({
  options: { seeds: { type: "string", default: "5" }, first: { type: "string", default: "1" } },
});
const first = Number(values.first);
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => first + index);

let broken = 0;
process.stdout.write(`seeds ${first} to ${first + seeds.length - 1}\n`);
for (const promised of promises) {
  const figures = seeds.map((seed) => ({ seed, figure: hold(promised, seed) })).sort((a, b) => b.figure - a.figure);
  const [worst] = figures;
  const median = figures[Math.floor(figures.length / 2)];
  if (worst === undefined || median === undefined) {
    continue;
  }
  const holds = worst.figure <= promised.most;
  if (!holds) {
    broken += 1;
  }
  const show = (figure: number): string => `${figure.toFixed(2)} ${promised.unit}`;
  process.stdout.write(
    `${holds ? "holds " : "BROKEN"}  ${promised.name}: median ${show(median.figure)}, worst ${show(worst.figure)} (seed ${worst.seed}), promised ${promised.most} ${promised.unit}\n`,
  );
}
process.exitCode = broken === 0 ? 0 : 1;
