// Runs variants side by side: all started at once, warmed up, then loaded in turn by one load generator.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runLoad, startUpstream } from "./children.ts";
import type { Measured } from "./summary.ts";
import type { Subject, Variant } from "./variant.ts";

export interface Effort {
  /** Windows of each variant. */
  readonly rounds: number;
  readonly windowMs: number;
  readonly connections: number;
  /** Windows that are thrown away: compilers and caches settle. */
  readonly warmUpRounds: number;
}

/** Measures the variants, in the order given. `progress` hears what is going on. */
export async function measure(
  variants: readonly Variant[],
  effort: Effort,
  progress: (line: string) => void,
): Promise<Measured[]> {
  const dir = mkdtempSync(join(tmpdir(), "selvage-bench-"));
  const upstream = await startUpstream();
  const subjects: Subject[] = [];
  try {
    for (const [at, { name, start }] of variants.entries()) {
      progress(`start ${name}`);
      mkdirSync(join(dir, String(at)));
      subjects.push(await start({ dir: join(dir, String(at)), upstreamPort: upstream.port }));
    }
    const { connections, windowMs } = effort;
    const targets = subjects.map(({ port, pids, requests }) => ({ port, pids, requests }));
    progress("warm up");
    await runLoad({ targets, connections, windowMs, rounds: effort.warmUpRounds });
    progress(`measure ${effort.rounds} rounds of ${windowMs} ms each`);
    const before = await Promise.all(subjects.map((subject) => subject.counts()));
    const results = await runLoad({ targets, connections, windowMs, rounds: effort.rounds });
    const after = await Promise.all(subjects.map((subject) => subject.counts()));
    return results.map(({ rounds, p50Ms, p99Ms }, at) => ({
      name: variants[at]?.name ?? "",
      rounds,
      p50Ms,
      p99Ms,
      objectCalls: (after[at]?.objectCalls ?? 0) - (before[at]?.objectCalls ?? 0),
      d1Queries: (after[at]?.d1Queries ?? 0) - (before[at]?.d1Queries ?? 0),
    }));
  } finally {
    await Promise.all([upstream.stop(), ...subjects.map((subject) => subject.stop())]);
    rmSync(dir, { recursive: true, force: true });
  }
}
