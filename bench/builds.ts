// Two builds of the Worker against each other and against `bare`: isolates of one process, two of each build, in turn.
// `npx node bench/builds.ts --against main`; --variant everything, --connections 32,1, --rounds N, --json.
// Never a test.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundle } from "../src/cli/local/bundle-worker.ts";
import { runLoad, startUpstream } from "./load/children.ts";
import type { Result } from "./load/load.ts";
import { printRows } from "./figures/print-rows.ts";
import { codeAt, productCode, startBuilds, type ProductVariant } from "./product.ts";
import { asBare } from "./reference.ts";
import { median } from "./figures/summary.ts";
import { breaker } from "./variants/breaker.ts";
import { everything } from "./variants/everything.ts";
import { limit } from "./variants/limit.ts";
import { route } from "./variants/route.ts";

const variants: readonly ProductVariant[] = [route, limit, breaker, everything];

const { values } = parseArgs({
  options: {
    against: { type: "string", default: "main" },
    variant: { type: "string", default: "route" },
    connections: { type: "string", default: "32" },
    rounds: { type: "string", default: "60" },
    json: { type: "boolean", default: false },
  },
});
const variant = variants.find(({ name }) => name === values.variant);
if (variant === undefined) {
  console.error(`--variant is one of ${variants.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
const root = new URL("..", import.meta.url).pathname;
const WINDOW_MS = 80;
/** Of each isolate, until compilers have settled: some 20 000 requests. */
const WARM_UP_ROUNDS = 70;

const dir = mkdtempSync(join(tmpdir(), "selvage-builds-"));
const upstream = await startUpstream();
try {
  const before = await codeAt(values.against, join(dir, "before"));
  const after = await productCode();
  const bare = await bundle(join(root, "bench/workers/bare.ts"));
  const names = ["before1", "after1", "before2", "after2"] as const;
  const builds = names.map((name) => ({ name, code: name.startsWith("before") ? before : after }));
  mkdirSync(join(dir, "mesh"));
  const stage = { dir: join(dir, "mesh"), upstreamPort: upstream.port };
  const mesh = await startBuilds(stage, variant, builds, [{ name: "bare", code: bare }]);
  try {
    const passed = mesh.requests.map((request) => asBare(request, `127.0.0.1:${upstream.port}`));
    const targets = ["bare", ...names].map((name) => ({
      port: mesh.ports[name] ?? 0,
      pids: [mesh.pid],
      requests: name === "bare" ? passed : mesh.requests,
    }));
    await runLoad({ targets, connections: 32, rounds: WARM_UP_ROUNDS, windowMs: 100 });
    const rows = [];
    for (const connections of values.connections.split(",").map(Number)) {
      const results = await runLoad({ targets, connections, rounds: Number(values.rounds), windowMs: WINDOW_MS });
      rows.push({ variant: variant.name, connections, ...compared(results.map(costs)) });
    }
    printRows(rows, values.json);
  } finally {
    await mesh.stop();
  }
} finally {
  await upstream.stop();
  rmSync(dir, { recursive: true, force: true });
}

/** CPU of one request, by round. */
function costs({ rounds }: Result): number[] {
  return rounds.map(({ cpuMicros, requests }) => cpuMicros / requests);
}

/** Ratios of the same round: of each build to `bare`, and of the new one to the old, with its quartiles. */
function compared([bare = [], ...builds]: readonly number[][]): Record<string, number> {
  const [before1 = [], after1 = [], before2 = [], after2 = []] = builds;
  const to = (ones: readonly number[], others: readonly number[]): number[] =>
    ones.map((one, round) => one / (others[round] ?? Number.NaN));
  const mean = (ones: readonly number[], others: readonly number[]): number[] =>
    ones.map((one, round) => (one + (others[round] ?? Number.NaN)) / 2);
  const before = mean(before1, before2);
  const after = mean(after1, after2);
  const steps = to(after, before).toSorted((a, b) => a - b);
  const at = (share: number): number => steps[Math.floor(steps.length * share)] ?? Number.NaN;
  const figures = {
    bareMicros: median(bare),
    before: median(to(before, bare)),
    after: median(to(after, bare)),
    afterOfBefore: median(steps),
    quarter: at(0.25),
    threeQuarters: at(0.75),
    sameBuild: median(to(before2, before1)),
  };
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toFixed(3))]));
}
