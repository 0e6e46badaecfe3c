// What a new isolate costs: how long its first answer takes, beside its second one, the CPU until then, which depends
// less on what else runs, and how much memory the process grows by, in meshes of several sizes.
//   npx node bench/cold.ts [--services 10,1000,10000] [--isolates 8] [--json]
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startUpstream } from "./load/children.ts";
import { Connection } from "./load/connection.ts";
import { cpuMicros } from "./load/cpu.ts";
import { meshDocuments, meshRequests } from "./mesh.ts";
import { startEdges } from "./product.ts";
import { median } from "./summary.ts";
import { printRows } from "./print-rows.ts";

const { values } = parseArgs({
  options: {
    services: { type: "string", default: "10,1000,10000" },
    isolates: { type: "string", default: "8" },
    json: { type: "boolean", default: false },
  },
});

const upstream = await startUpstream();
const rows: Record<string, number>[] = [];
try {
  for (const services of values.services.split(",").map(Number)) {
    rows.push(await coldIn(services));
  }
} finally {
  await upstream.stop();
}
printRows(rows, values.json);

async function coldIn(services: number): Promise<Record<string, number>> {
  const size = { services, routes: Math.max(10, services / 10) };
  const dir = mkdtempSync(join(tmpdir(), "selvage-bench-"));
  const mesh = await startEdges(dir, meshDocuments(size, upstream.port), Number(values.isolates));
  try {
    const request = meshRequests(size, 1)[0] ?? "";
    // The first one may wait for objects that sleep: that is no isolate's doing.
    const [, ...ports] = [await timesOf(mesh.ports[0] ?? 0, request), ...mesh.ports.slice(1)];
    const first: number[] = [];
    const second: number[] = [];
    const grown: number[] = [];
    const cpu: number[] = [];
    for (const port of ports) {
      const before = residentMiB(mesh.pid);
      const used = cpuMicros([mesh.pid]);
      const [cold = 0, warm = 0] = await timesOf(port, request, () => {
        cpu.push((cpuMicros([mesh.pid]) - used) / 1000);
      });
      first.push(cold);
      second.push(warm);
      grown.push(residentMiB(mesh.pid) - before);
    }
    return {
      services,
      firstMs: rounded(median(first)),
      slowestFirstMs: rounded(Math.max(...first)),
      firstCpuMs: rounded(median(cpu)),
      secondMs: rounded(median(second)),
      grownMiB: rounded(median(grown)),
    };
  } finally {
    await mesh.stop();
    rmSync(dir, { recursive: true, force: true });
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
