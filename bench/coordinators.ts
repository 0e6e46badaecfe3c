// What the coordinators bear: calls that one object answers in a second when it is asked as fast as it goes, by a
// Worker on the same thread. What that Worker spends is counted in, so an object of its own bears more.
//   npx node bench/coordinators.ts [--many 20000] [--json]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundle } from "../src/cli/local/bundle-worker.ts";
import { DURABLE_OBJECTS } from "../src/cli/local/workers.ts";
import { cpuMicros } from "./load/cpu.ts";
import { objects, VARIABLES } from "./product.ts";
import { startWorkerd } from "./workerd.ts";
import { printRows } from "./figures/print-rows.ts";

const { values } = parseArgs({
  options: { many: { type: "string", default: "20000" }, json: { type: "boolean", default: false } },
});

const dir = mkdtempSync(join(tmpdir(), "selvage-bench-"));
const workerd = await startWorkerd(dir, [
  {
    name: "driver",
    code: await bundle(new URL("workers/coordinators.ts", import.meta.url).pathname),
    classes: Object.values(DURABLE_OBJECTS),
    vars: VARIABLES,
    bindings: objects(""),
    listen: ["default"],
  },
]);
try {
  const url = `http://127.0.0.1:${workerd.ports["driver/default"]}/`;
  const rows: Record<string, number | string>[] = [];
  for (const call of (await (await fetch(url)).json()) as string[]) {
    const drive = async (many: number): Promise<void> => {
      const response = await fetch(`${url}?${String(new URLSearchParams({ call, many: String(many) }))}`);
      if (!response.ok) {
        throw new Error(`${call}: ${response.status} ${await response.text()}`);
      }
      await response.arrayBuffer();
    };
    await drive(2000);
    const [begun, spent] = [performance.now(), cpuMicros([workerd.pid])];
    await drive(Number(values.many));
    const cpu = cpuMicros([workerd.pid]) - spent;
    rows.push({
      call,
      perSecond: Math.round((Number(values.many) * 1000) / (performance.now() - begun)),
      perCpuSecond: Math.round((Number(values.many) * 1_000_000) / cpu),
    });
  }
  printRows(rows, values.json);
} finally {
  await workerd.stop();
  rmSync(dir, { recursive: true, force: true });
}
