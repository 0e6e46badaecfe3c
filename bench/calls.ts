// How many calls of Durable Objects a thousand requests cause at a steady rate, by object: what reports go by time, and
// so depends on the rate, not on how fast the machine is.
//   node bench/calls.ts [--rps 1000] [--seconds 10] [--only limit,everything] [--json]
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startUpstream } from "./load/children.ts";
import { Paced } from "./load/paced.ts";
import type { Variant } from "./variant.ts";
import { authorization } from "./variants/authorization.ts";
import { breaker } from "./variants/breaker.ts";
import { everything } from "./variants/everything.ts";
import { limit } from "./variants/limit.ts";
import { silent, telemetry, traces } from "./variants/observed.ts";
import { route } from "./variants/route.ts";

const { values } = parseArgs({
  options: {
    rps: { type: "string", default: "1000" },
    seconds: { type: "string", default: "10" },
    only: { type: "string", default: "silent,telemetry,traces,route,limit,breaker,authorization,everything" },
    json: { type: "boolean", default: false },
  },
});
const only = values.only.split(",");
const chosen = [silent, telemetry, traces, route, limit, breaker, authorization, everything].filter(({ name }) =>
  only.includes(name),
);
const dir = mkdtempSync(join(tmpdir(), "selvage-bench-"));
const upstream = await startUpstream();
const rows: Record<string, number | string>[] = [];
try {
  for (const variant of chosen) {
    rows.push(await callsOf(variant));
  }
} finally {
  await upstream.stop();
  rmSync(dir, { recursive: true, force: true });
}
if (values.json) {
  console.log(JSON.stringify({ rps: Number(values.rps), seconds: Number(values.seconds), variants: rows }));
} else {
  console.table(rows);
}

async function callsOf({ name, start }: Variant): Promise<Record<string, number | string>> {
  mkdirSync(join(dir, name));
  const subject = await start({ dir: join(dir, name), upstreamPort: upstream.port });
  const paced = new Paced(subject.port, subject.requests, Number(values.rps), 32);
  try {
    await paced.during(5000);
    const before = await subject.counts();
    const { length } = await paced.during(Number(values.seconds) * 1000);
    const after = await subject.counts();
    const per1000 = (now = 0, then = 0): number => Number((((now - then) * 1000) / length).toFixed(1));
    const byObject = Object.entries(after.byObject ?? {}).map(([object, calls]) => [
      object,
      per1000(calls, before.byObject?.[object]),
    ]);
    return { name, objects: per1000(after.objectCalls, before.objectCalls), ...Object.fromEntries(byObject) };
  } finally {
    paced.close();
    await subject.stop();
  }
}
