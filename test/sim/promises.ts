// `npx node test/sim/promises.ts [--seeds 3] [--first 1]`: every promise about limits, breakers and retries, held
// against the simulated fleets that run the shipped code, as one table. Exit code 1 when one is broken. A seed replays
// its run.
import { parseArgs } from "node:util";
import { failedUntilRefused, runFleet } from "./breaker-fleet.ts";
import { hold, promises as limiterPromises } from "./limiter-promises.ts";
import { storms, weather, type Aftermath } from "./retry-storm.ts";

interface Promised {
  readonly name: string;
  readonly most: number;
  readonly unit: string;
  /** The figure of one seed. */
  readonly figure: (seed: number) => number;
  /** Share of the seeds that must keep it; 1 when left out. */
  readonly quantile?: number;
}

const OUTAGE_MS = 12_000;

const breakerPromises: readonly Promised[] = [
  {
    name: "breaker: failed requests until the whole fleet refuses, outage at 1000/s, 100 isolates, p99 of the seeds",
    most: 250,
    unit: "requests",
    quantile: 0.99,
    figure: (seed) => {
      const failing = (now: number): number => (now >= OUTAGE_MS ? 1 : 0);
      const run = runFleet({ seed, isolates: 100, perSecond: 1000, untilMs: OUTAGE_MS + 3500, failing });
      return failedUntilRefused(run, OUTAGE_MS) ?? Number.POSITIVE_INFINITY;
    },
  },
  {
    name: "breaker: refused while a tenth of the calls fails, 100 isolates",
    most: 0.2,
    unit: "%",
    figure: (seed) => {
      const run = runFleet({ seed, isolates: 100, perSecond: 1000, untilMs: 20_000, failing: () => 0.1 });
      return (100 * run.refusedAt.length) / (run.calls.length + run.refusedAt.length);
    },
  },
  ...[
    { isolates: 1, lossPercent: 0, deathsPerSecond: 0 },
    { isolates: 10, lossPercent: 20, deathsPerSecond: 2 },
    { isolates: 100, lossPercent: 20, deathsPerSecond: 20 },
  ].map((fleet): Promised => ({
    name: `breaker: still refused minutes after an outage (half-open never sticks), ${fleet.isolates} isolates, ${fleet.lossPercent} % loss, ${fleet.deathsPerSecond} deaths/s`,
    most: 5,
    unit: "%",
    figure: (seed) => {
      const failing = (now: number): number => (now >= OUTAGE_MS && now < 20_000 ? 1 : 0);
      const run = runFleet({ seed, perSecond: 100, untilMs: 240_000, failing, callMs: 200, ...fleet });
      const served = run.calls.filter(({ at }) => at > 200_000).length;
      const refused = run.refusedAt.filter((at) => at > 200_000).length;
      return (100 * refused) / Math.max(1, served + refused);
    },
  })),
];

const retryPromises: readonly Promised[] = Object.keys(storms).flatMap((name): Promised[] => [
  {
    name: `retries: ${name}: arrivals above what the budget allows (1.2 of the requests and 10 a second), a million requests`,
    most: 0,
    unit: "requests",
    figure: (seed) => {
      const { arrivals, bound } = storm(name, seed);
      return Math.max(0, arrivals - bound);
    },
  },
  {
    name: `retries: ${name}: requests that are not idempotent and arrived twice`,
    most: 0,
    unit: "requests",
    figure: (seed) => storm(name, seed).duplicates,
  },
]);

const seen = new Map<string, Aftermath>();

/** Both figures of a storm come from one run. */
function storm(name: string, seed: number): Aftermath {
  const given = storms[name];
  if (given === undefined) {
    throw new Error(`no storm ${name}`);
  }
  const aftermath = seen.get(`${name} ${seed}`) ?? weather({ ...given, seed });
  seen.set(`${name} ${seed}`, aftermath);
  return aftermath;
}

const all: readonly Promised[] = [
  ...limiterPromises.map((promised): Promised => {
    const { name, most, unit } = promised;
    return { name: `limits: ${name}`, most, unit, figure: (seed) => hold(promised, seed) };
  }),
  ...breakerPromises,
  ...retryPromises,
];

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "3" },
    first: { type: "string", default: "1" },
    only: { type: "string", default: "" },
  },
});
const first = Number(values.first);
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => first + index);
let broken = 0;
process.stdout.write(`seeds ${first} to ${first + seeds.length - 1}\n`);
for (const { name, most, unit, figure, quantile = 1 } of all.filter((one) => one.name.includes(values.only))) {
  const figures = seeds.map((seed) => ({ seed, value: figure(seed) })).sort((a, b) => a.value - b.value);
  const held = figures[Math.ceil(quantile * figures.length) - 1];
  const median = figures[Math.floor((figures.length - 1) / 2)];
  if (held === undefined || median === undefined) {
    continue;
  }
  const holds = held.value <= most;
  if (!holds) {
    broken += 1;
  }
  const told = `median ${median.value.toFixed(2)}, worst ${held.value.toFixed(2)} (seed ${held.seed})`;
  process.stdout.write(`${holds ? "holds " : "BROKEN"}  ${name}: ${told}, promised at most ${most} ${unit}\n`);
}
process.stdout.write(broken === 0 ? "every promise holds\n" : `${broken} broken\n`);
process.exitCode = broken === 0 ? 0 : 1;
