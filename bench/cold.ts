// What a new isolate costs: how long its first answer takes, beside its second one, the CPU until then, which depends
// less on what else runs, and how much memory the process grows by, in meshes of so many services and in that of the
// variant `everything`; and the CPU of its start, before any request. Builds are isolates of one process, in turn.
//   npx node bench/cold.ts [--against main] [--meshes 10,1000,10000,everything] [--isolates 8] [--json]
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startUpstream } from "./load/children.ts";
import { Connection } from "./load/connection.ts";
import { cpuMicros } from "./load/cpu.ts";
import { meshDocuments, meshRequests } from "./mesh.ts";
import { codeAt, productCode, startEdges, trafficCode, type ProductOptions } from "./product.ts";
import { everything } from "./variants/everything.ts";
import { median } from "./figures/summary.ts";
import { printRows } from "./figures/print-rows.ts";
import { startWorkerd } from "./workerd.ts";

const { values } = parseArgs({
  options: {
    against: { type: "string" },
    meshes: { type: "string", default: "10,1000,10000,everything" },
    isolates: { type: "string", default: "8" },
    json: { type: "boolean", default: false },
  },
});

const STARTS = 5;
/** Isolates of a process whose start is compared with that of one who has a single one. */
const STARTED = 8;

/** Of one first request. */
interface Cold {
  readonly firstMs: number;
  readonly secondMs: number;
  readonly cpuMs: number;
  readonly grownMiB: number;
}

const dir = mkdtempSync(join(tmpdir(), "selvage-cold-"));
const upstream = await startUpstream();
const rows: Record<string, number | string>[] = [];
try {
  const builds = new Map<string, string>();
  if (values.against !== undefined) {
    builds.set(values.against, await codeAt(values.against, join(dir, "against")));
  }
  builds.set("this", await productCode());
  builds.set("without control", await trafficCode());
  const starts = await startsOf([...builds.values()]);
  for (const mesh of values.meshes.split(",")) {
    const measured = await coldIn(mesh, [...builds.values()]);
    for (const [at, build] of [...builds.keys()].entries()) {
      const startCpuMs = rounded(starts[at] ?? Number.NaN);
      rows.push({ mesh, build, ...summed(measured.filter((_, nth) => nth % builds.size === at)), startCpuMs });
    }
  }
} finally {
  await upstream.stop();
  rmSync(dir, { recursive: true, force: true });
}
printRows(rows, values.json);

/** Of isolates of the builds, in turn. */
async function coldIn(name: string, builds: readonly string[]): Promise<Cold[]> {
  const into = join(dir, `mesh-${name}`);
  mkdirSync(into);
  const { documents, requests } = name === "everything" ? await everything.options(upstream.port) : sized(Number(name));
  // The first one may wait for objects that sleep: that is no isolate's doing.
  const many = (Number(values.isolates) - 1) * builds.length;
  const mesh = await startEdges(into, documents, many + 1, builds);
  try {
    const [request = ""] = typeof requests === "function" ? await requests(mesh.port) : requests;
    await timesOf(mesh.ports[many] ?? 0, request);
    const measured: Cold[] = [];
    for (const port of mesh.ports.slice(0, many)) {
      const before = residentMiB(mesh.pid);
      const used = cpuMicros([mesh.pid]);
      let cpuMs = 0;
      const [firstMs = 0, secondMs = 0] = await timesOf(port, request, () => {
        cpuMs = (cpuMicros([mesh.pid]) - used) / 1000;
      });
      measured.push({ firstMs, secondMs, cpuMs, grownMiB: residentMiB(mesh.pid) - before });
    }
    return measured;
  } finally {
    await mesh.stop();
  }
}

function sized(services: number): ProductOptions {
  const size = { services, routes: Math.max(10, services / 10) };
  return { documents: meshDocuments(size, upstream.port), requests: meshRequests(size, 1) };
}

function summed(measured: readonly Cold[]): Record<string, number> {
  const first = measured.map(({ firstMs }) => firstMs);
  return {
    firstMs: rounded(median(first)),
    slowestFirstMs: rounded(Math.max(...first)),
    firstCpuMs: rounded(median(measured.map(({ cpuMs }) => cpuMs))),
    secondMs: rounded(median(measured.map(({ secondMs }) => secondMs))),
    grownMiB: rounded(median(measured.map(({ grownMiB }) => grownMiB))),
  };
}

/** CPU of the start of an isolate, by build: compiling and evaluating the script. */
async function startsOf(builds: readonly string[]): Promise<number[]> {
  const costs: number[][] = builds.map(() => []);
  for (let nth = 0; nth < STARTS; nth++) {
    for (const [at, code] of builds.entries()) {
      const one = await startCpuMs(code, 1, `${at}-${nth}-one`);
      const many = await startCpuMs(code, STARTED + 1, `${at}-${nth}-many`);
      costs[at]?.push((many - one) / STARTED);
    }
  }
  return costs.map(median);
}

async function startCpuMs(code: string, many: number, name: string): Promise<number> {
  const into = join(dir, `start-${name}`);
  const workers = Array.from({ length: many }, (_, at) => ({ name: `edge${at}`, code, listen: ["default"] }));
  const workerd = await startWorkerd(into, workers);
  try {
    return cpuMicros([workerd.pid]) / 1000;
  } finally {
    await workerd.stop();
  }
}

/** Milliseconds of two requests, one after the other. */
async function timesOf(port: number, request: string, answered?: () => void): Promise<number[]> {
  const times: number[] = [];
  let heard: (status: number) => void = () => undefined;
  const connection = new Connection(port, (_, status, ms) => {
    times.push(ms);
    heard(status);
  });
  await connection.open();
  for (let nth = 0; nth < 2; nth += 1) {
    const status = await new Promise<number>((resolve) => {
      heard = resolve;
      connection.send(request);
    });
    if (status !== 200) {
      throw new Error(`the isolate answered ${status}`);
    }
    if (nth === 0) {
      answered?.();
    }
  }
  connection.close();
  return times;
}

function residentMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

function rounded(value: number): number {
  return Number(value.toFixed(1));
}
