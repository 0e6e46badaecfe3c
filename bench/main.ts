// `npm run bench`: what each feature costs against a Worker that only passes requests on. Ratios of one run on one
// machine; never a test, and never a promise about another machine. Method and figures: docs/benchmarks.md.
import { parseArgs } from "node:util";
import { d1PerRequest, objectPerRequest } from "./variants/asking.ts";
import { authorization } from "./variants/authorization.ts";
import { bare } from "./variants/bare.ts";
import { breaker } from "./variants/breaker.ts";
import { clientId } from "./variants/client-id.ts";
import { everything } from "./variants/everything.ts";
import { jwt } from "./variants/jwt.ts";
import { limit } from "./variants/limit.ts";
import { whyNoPerf } from "./load/lock-share.ts";
import { machine, versions } from "./figures/machine.ts";
import { measure } from "./measure.ts";
import { hasNginx, nginx } from "./variants/nginx.ts";
import { otherProxies } from "./variants/other-proxies.ts";
import { silent, telemetry, traces } from "./variants/observed.ts";
import { route } from "./variants/route.ts";
import { medianOf, summarise, table, type Row } from "./figures/summary.ts";
import type { Variant } from "./variant.ts";

/** The reference first; a feature joins with a file of its own and one line here. */
const variants: readonly Variant[] = [
  bare,
  route,
  silent,
  telemetry,
  traces,
  limit,
  breaker,
  jwt,
  clientId,
  authorization,
  everything,
  objectPerRequest,
  d1PerRequest,
  ...(hasNginx() ? [nginx] : []),
  ...otherProxies(),
];

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    rounds: { type: "string" },
    starts: { type: "string" },
    only: { type: "string" },
  },
});

const starts = positive(values.starts, values.quick ? 1 : 5);
const rounds = positive(values.rounds, values.quick ? 7 : 60);
const window = { windowMs: 100, rounds };
const loads = {
  saturated: { ...window, connections: 32, warmUpRounds: values.quick ? 5 : 80 },
  one: { ...window, connections: 1, warmUpRounds: 1 },
  four: { ...window, connections: 4, warmUpRounds: 1 },
  paced: {
    connections: 24,
    perSecond: 1000,
    windowMs: values.quick ? 350 : 500,
    rounds: values.quick ? 3 : 20,
    warmUpRounds: values.quick ? 2 : 6,
    oneByOne: true,
  },
};
const noPerf = whyNoPerf();
if (noPerf !== null) {
  console.error(`CPU inside the lock is not measured: ${noPerf}`);
}
const locked = { connections: 32, windowMs: values.quick ? 600 : 3000, rounds: 1, warmUpRounds: 0, locked: true };
const only = values.only?.split(",");
const chosen = variants.filter(({ name }) => only === undefined || name === "bare" || only.includes(name));

const all: Row[][] = [];
for (let start = 1; start <= starts; start += 1) {
  all.push(
    summarise(
      await measure(chosen, noPerf === null ? { ...loads, locked } : loads, (line) =>
        console.error(`${start}/${starts} ${line}`),
      ),
    ),
  );
}
const rows = medianOf(all);
if (values.json) {
  console.log(JSON.stringify({ machine: machine(), versions: versions(), starts, variants: rows }));
} else {
  console.log(`${describe()}\n\n${table(rows)}`);
}

function describe(): string {
  const where = Object.entries({ ...machine(), ...versions() }).map(([name, value]) => `${name} ${value}`);
  return `${where.join(", ")}\nmedian of ${starts} starts, ${rounds} rounds each; latencies and calls at 1000 requests a second`;
}

function positive(text: string | undefined, otherwise: number): number {
  const value = Number(text ?? otherwise);
  if (value > 0 && Number.isInteger(value)) {
    return value;
  }
  console.error(`not a whole number above 0: ${text}`);
  process.exit(2);
}
