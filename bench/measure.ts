// Runs variants side by side: all started at once, loaded one after the other in every round, in turning order.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runLoad, startUpstream } from "./children.ts";
import { cpuMicros } from "./cpu.ts";
import type { Round } from "./summary.ts";
import type { Subject, Variant } from "./variant.ts";

export interface Effort {
  readonly rounds: number;
  /** Length of one variant's load in one round. */
  readonly seconds: number;
  readonly connections: number;
  /** Load before the first round: compilers and caches settle. */
  readonly warmUpSeconds: number;
}

/** Every round of every variant, in the order given. `progress` hears what is going on. */
export async function measure(
  variants: readonly Variant[],
  effort: Effort,
  progress: (line: string) => void,
): Promise<Map<string, Round[]>> {
  const dir = mkdtempSync(join(tmpdir(), "selvage-bench-"));
  const upstream = await startUpstream();
  const subjects: [string, Subject][] = [];
  try {
    for (const { name, start } of variants) {
      progress(`start ${name}`);
      mkdirSync(join(dir, name));
      subjects.push([name, await start({ dir: join(dir, name), upstreamPort: upstream.port })]);
    }
    for (const [name, subject] of subjects) {
      progress(`warm up ${name}`);
      await once(subject, effort.connections, effort.warmUpSeconds);
    }
    const measured = new Map<string, Round[]>(subjects.map(([name]) => [name, []]));
    for (let round = 0; round < effort.rounds; round += 1) {
      progress(`round ${round + 1} of ${effort.rounds}`);
      const first = round % subjects.length;
      for (const [name, subject] of [...subjects.slice(first), ...subjects.slice(0, first)]) {
        measured.get(name)?.push(await once(subject, effort.connections, effort.seconds));
      }
    }
    return measured;
  } finally {
    await Promise.all([upstream.stop(), ...subjects.map(([, subject]) => subject.stop())]);
    rmSync(dir, { recursive: true, force: true });
  }
}

async function once(subject: Subject, connections: number, seconds: number): Promise<Round> {
  const { port, requests } = subject;
  const before = { ...(await subject.counts()), cpu: cpuMicros(subject.pids) };
  const result = await runLoad({ port, requests, connections, seconds });
  const after = { ...(await subject.counts()), cpu: cpuMicros(subject.pids) };
  return {
    requests: result.requests,
    seconds: result.seconds,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    cpuMicros: after.cpu - before.cpu,
    objectCalls: after.objectCalls - before.objectCalls,
    d1Queries: after.d1Queries - before.d1Queries,
  };
}
