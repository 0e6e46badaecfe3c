// What counting and tracing cost a request: the variants `telemetry`, `traces` and `route` (both) against `silent`, the
// same mesh that does neither, round by round. `node bench/observed.ts`, `--starts 5`, `--rounds 60`
import { parseArgs } from "node:util";
import { measure, type Measured } from "./measure.ts";
import { median } from "./figures/summary.ts";
import { silent, telemetry, traces } from "./variants/observed.ts";
import { route } from "./variants/route.ts";

const { values } = parseArgs({
  options: { starts: { type: "string", default: "3" }, rounds: { type: "string", default: "60" } },
});
const starts = Number(values.starts);
const rounds = Number(values.rounds);
const variants = [silent, telemetry, traces, route];
const load = { connections: 32, windowMs: 100, rounds, warmUpRounds: 30 };

const cpuOf = ({ rounds: all }: Measured): number[] => all.map(({ cpuMicros, requests }) => cpuMicros / requests);

const ratios = variants.map((): number[] => []);
for (let start = 1; start <= starts; start++) {
  const { saturated } = await measure(variants, { saturated: load }, (line) =>
    console.error(`${start}/${starts} ${line}`),
  );
  const [reference, ...others] = saturated.map(cpuOf);
  for (const [at, cpu] of others.entries()) {
    ratios[at + 1]?.push(median(cpu.map((one, nth) => one / (reference?.[nth] ?? one))));
  }
}
console.table(
  variants.map(({ name }, at) => ({
    name,
    cpu: at === 0 ? 1 : Number(median(ratios[at] ?? []).toFixed(3)),
    starts: at === 0 ? "" : (ratios[at] ?? []).map((one) => one.toFixed(3)).join(" "),
  })),
);
