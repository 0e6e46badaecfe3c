// How low a request's CPU can go: micro Workers that do what the contract with services and callers needs, one step
// more each, as isolates of one process. What the product costs above the last step that it needs is its own doing.
// `npx node bench/ladder.ts`; --connections N, --rounds N. Never a test.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundle } from "../src/cli/local/bundle-worker.ts";
import { runLoad, startUpstream } from "./load/children.ts";
import { STEPS } from "./workers/ladder-steps.ts";
import { median } from "./figures/summary.ts";
import { get } from "./variant.ts";
import { startWorkerd } from "./workerd.ts";

const { values } = parseArgs({
  options: { connections: { type: "string", default: "32" }, rounds: { type: "string", default: "60" } },
});
const job = { connections: Number(values.connections), windowMs: 80 };

const dir = mkdtempSync(join(tmpdir(), "selvage-ladder-"));
const upstream = await startUpstream();
const code = await bundle(new URL("workers/ladder.ts", import.meta.url).pathname);
const address = `127.0.0.1:${upstream.port}`;
const workerd = await startWorkerd(
  dir,
  STEPS.map((_, step) => ({
    name: `step${step}`,
    code,
    vars: { STEP: String(step), UPSTREAM: `http://${address}` },
    listen: ["default"],
  })),
);
try {
  const requests = Array.from({ length: 20 }, (_, nth) => get(address, `/api/${nth}/orders/17?full=1`));
  const targets = STEPS.map((_, step) => ({
    port: workerd.ports[`step${step}/default`] ?? 0,
    pids: [workerd.pid],
    requests,
  }));
  await runLoad({ ...job, targets, rounds: 60 });
  const results = await runLoad({ ...job, targets, rounds: Number(values.rounds) });
  const costs = results.map(({ rounds }) => rounds.map(({ cpuMicros, requests: many }) => cpuMicros / many));
  for (const [step, mine] of costs.entries()) {
    const ratio = median(mine.map((cost, round) => cost / (costs[0]?.[round] ?? cost)));
    console.log(`${ratio.toFixed(2)}  ${median(mine).toFixed(0).padStart(4)} µs  ${STEPS[step]}`);
  }
} finally {
  await Promise.all([workerd.stop(), upstream.stop()]);
  rmSync(dir, { recursive: true, force: true });
}
