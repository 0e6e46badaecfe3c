// What the mesh's own decisions take when nothing else does: the product and the ladder's steps in a loop inside one
// isolate, the service answering from memory. It sees what a load over sockets cannot, where isolates of one build
// differ by a twentieth; there the same code takes two to four times as long, the processor having done other things.
// `npx node bench/hot.ts`; --variant everything, --rounds N, --json. Never a test.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundle } from "../src/cli/local/bundle-worker.ts";
import { startUpstream } from "./load/children.ts";
import { Connection } from "./load/connection.ts";
import { cpuMicros } from "./load/cpu.ts";
import { STEPS } from "./workers/ladder-steps.ts";
import { printRows } from "./figures/print-rows.ts";
import { startBuilds, type ProductVariant } from "./product.ts";
import { median } from "./figures/summary.ts";
import { everything } from "./variants/everything.ts";
import { route } from "./variants/route.ts";

const { values } = parseArgs({
  options: {
    variant: { type: "string", default: "route" },
    rounds: { type: "string", default: "20" },
    json: { type: "boolean", default: false },
  },
});
const variants: readonly ProductVariant[] = [route, everything];
const variant = variants.find(({ name }) => name === values.variant);
if (variant === undefined) {
  console.error(`--variant is one of ${variants.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
const TIMES = 4000;
/** Until compilers have settled. */
const WARM_UP_ROUNDS = 4;

const dir = mkdtempSync(join(tmpdir(), "selvage-hot-"));
const upstream = await startUpstream();
try {
  mkdirSync(join(dir, "mesh"));
  const code = await bundle(new URL("workers/hot.ts", import.meta.url).pathname);
  const stage = { dir: join(dir, "mesh"), upstreamPort: upstream.port };
  const mesh = await startBuilds(stage, variant, [{ name: "hot", code }], []);
  try {
    const [request = ""] = mesh.requests;
    const called = [...STEPS.map((name, step) => ({ name, what: String(step) })), { name: "the mesh", what: "mesh" }];
    const costs = called.map((): number[] => []);
    for (let round = -WARM_UP_ROUNDS; round < Number(values.rounds); round += 1) {
      for (const [at, { what }] of called.entries()) {
        const before = cpuMicros([mesh.pid]);
        await answered(mesh.ports["hot"] ?? 0, looped(request, what));
        if (round >= 0) {
          costs[at]?.push((cpuMicros([mesh.pid]) - before) / TIMES);
        }
      }
    }
    const [bare = []] = costs;
    const rows = called.map(({ name }, at) => ({
      [variant.name]: name,
      micros: rounded(median(costs[at] ?? [])),
      aboveBare: rounded(median((costs[at] ?? []).map((cost, round) => cost - (bare[round] ?? cost)))),
    }));
    printRows(rows, values.json);
  } finally {
    await mesh.stop();
  }
} finally {
  await upstream.stop();
  rmSync(dir, { recursive: true, force: true });
}

function looped(request: string, what: string): string {
  return request.replace("\r\n\r\n", `\r\nx-bench-what: ${what}\r\nx-bench-loop: ${TIMES}\r\n\r\n`);
}

async function answered(port: number, request: string): Promise<void> {
  const status = await new Promise<number>((resolve, reject) => {
    const connection = new Connection(port, (_, said) => (connection.close(), resolve(said)));
    connection.open().then(() => connection.send(request), reject);
  });
  if (status !== 200) {
    throw new Error(`the loop ended with ${status}: a request in it was refused`);
  }
}

function rounded(value: number): number {
  return Number(value.toFixed(1));
}
