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
import { machine, versions } from "./machine.ts";
import { measure, type Effort } from "./measure.ts";
import { route } from "./variants/route.ts";
import { summarise, table } from "./summary.ts";
import type { Variant } from "./variant.ts";

/** The reference first; a feature joins with a file of its own and one line here. */
const variants: readonly Variant[] = [
  bare,
  route,
  limit,
  breaker,
  jwt,
  clientId,
  authorization,
  everything,
  objectPerRequest,
  d1PerRequest,
];

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    rounds: { type: "string" },
    only: { type: "string" },
  },
});

const usual: Effort = values.quick
  ? { rounds: 40, windowMs: 100, connections: 32, warmUpRounds: 15 }
  : { rounds: 300, windowMs: 100, connections: 32, warmUpRounds: 40 };
const effort: Effort = { ...usual, rounds: positive(values.rounds, usual.rounds) };
const only = values.only?.split(",");
const chosen = variants.filter(({ name }) => only === undefined || name === "bare" || only.includes(name));

const rows = summarise(await measure(chosen, effort, (line) => console.error(line)));
if (values.json) {
  console.log(JSON.stringify({ machine: machine(), versions: versions(), variants: rows }));
} else {
  console.log(`${describe()}\n\n${table(rows)}`);
}

function describe(): string {
  const where = Object.entries({ ...machine(), ...versions() }).map(([name, value]) => `${name} ${value}`);
  return `${where.join(", ")}\n${effort.rounds} rounds of ${effort.windowMs} ms on ${effort.connections} connections`;
}

function positive(text: string | undefined, otherwise: number): number {
  const value = Number(text ?? otherwise);
  if (value > 0 && Number.isFinite(value)) {
    return value;
  }
  console.error(`not a positive number: ${text}`);
  process.exit(2);
}
