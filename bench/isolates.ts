// What many isolates cost and how soon all of them follow a change: calls of objects and CPU at one steady rate spread
// over 1, 4 and 16 isolates, then changes one after the other, each until every isolate has answered by it.
//   npx node bench/isolates.ts [--isolates 1,4,16] [--changes 50] [--rps 1000] [--seconds 10] [--json]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startUpstream } from "./load/children.ts";
import { cpuMicros } from "./load/cpu.ts";
import { Paced } from "./load/paced.ts";
import { meshDocuments, meshRequests } from "./mesh.ts";
import { apply, startEdges, type Edges } from "./product.ts";
import { limitPolicy } from "./variants/limit.ts";
import { printRows } from "./figures/print-rows.ts";

const { values } = parseArgs({
  options: {
    isolates: { type: "string", default: "1,4,16" },
    changes: { type: "string", default: "50" },
    rps: { type: "string", default: "1000" },
    seconds: { type: "string", default: "10" },
    json: { type: "boolean", default: false },
  },
});

const size = { services: 10, routes: 100 };
const upstream = await startUpstream();
const documents = [...meshDocuments(size, upstream.port), limitPolicy];
const rows: Record<string, number>[] = [];
try {
  for (const many of values.isolates.split(",").map(Number)) {
    const dir = mkdtempSync(join(tmpdir(), "selvage-bench-"));
    const mesh = await startEdges(dir, documents, many);
    try {
      rows.push({ isolates: many, ...(await underLoad(mesh)), ...(await following(mesh)) });
    } finally {
      await mesh.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  }
} finally {
  await upstream.stop();
}
printRows(rows, values.json);

async function underLoad({ ports, pid, calls }: Edges): Promise<Record<string, number>> {
  const requests = meshRequests(size, 20);
  const loads = ports.map((port) => new Paced(port, requests, Number(values.rps) / ports.length, 4));
  const during = (ms: number) => Promise.all(loads.map((load) => load.during(ms)));
  await during(3000);
  const [before, spent] = [await calls(), cpuMicros([pid])];
  const { length } = (await during(Number(values.seconds) * 1000)).flat();
  const cpu = (cpuMicros([pid]) - spent) / length;
  const called = (await calls()) - before;
  loads.forEach((load) => load.close());
  return { cpuMicros: Math.round(cpu), objectCallsPer1000: Number(((called * 1000) / length).toFixed(1)) };
}

/** Milliseconds from the answer of `apply` to the first request that an isolate decides by the new revision. */
async function following({ port, ports }: Edges): Promise<Record<string, number>> {
  const took: number[] = [];
  for (let change = 0; change < Number(values.changes); change += 1) {
    const route = documents[size.services] as { metadata: object };
    await apply(port, [{ ...route, metadata: { ...route.metadata, annotations: { change: String(change) } } }]);
    const begun = performance.now();
    const revision = await revisionAt(port);
    took.push(...(await Promise.all(ports.map((one) => until(one, revision, begun)))));
  }
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
  return { changes: Number(values.changes), p50Ms: at(0.5), p99Ms: at(0.99), slowestMs: at(0.999999) };
}

async function until(port: number, revision: number, begun: number): Promise<number> {
  while (performance.now() - begun < 60_000) {
    if ((await revisionAt(port)) >= revision) {
      return performance.now() - begun;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`the isolate at port ${port} does not follow revision ${revision}`);
}

async function revisionAt(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/svc/service-0.bench/`, { headers: { "selvage-debug": "1" } });
  await response.arrayBuffer();
  return Number(response.headers.get("selvage-revision"));
}
