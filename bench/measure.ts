// Runs variants side by side: all started at once, warmed up, then loaded in turn by one load generator, once for each
// kind of load.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runLoad, startUpstream } from "./load/children.ts";
import type { Result, Round, Target } from "./load/load.ts";
import { paired } from "./reference.ts";
import type { Counts, Subject, Variant } from "./variant.ts";

/** How a variant is loaded. */
export interface Load {
  readonly connections: number;
  /** Windows of each variant. */
  readonly rounds: number;
  readonly windowMs: number;
  /** Windows that are thrown away: compilers and caches settle. */
  readonly warmUpRounds: number;
  readonly perSecond?: number;
  readonly oneByOne?: boolean;
}

/** What was seen of one variant under one load: its rounds, those of `bare` with the same requests, its counts. */
export interface Measured extends Counts {
  readonly name: string;
  readonly rounds: readonly Round[];
  readonly reference: readonly Round[];
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Measures the variants, in the order given, the reference first. `progress` hears what is going on.
 *
 * @returns by the names of the loads
 */
export async function measure<Name extends string>(
  variants: readonly Variant[],
  loads: Readonly<Record<Name, Load>>,
  progress: (line: string) => void,
): Promise<Record<Name, Measured[]>> {
  const dir = mkdtempSync(join(tmpdir(), "selvage-bench-"));
  const upstream = await startUpstream();
  const subjects: Subject[] = [];
  try {
    for (const [at, { name, start }] of variants.entries()) {
      progress(`start ${name}`);
      mkdirSync(join(dir, String(at)));
      subjects.push(await start({ dir: join(dir, String(at)), upstreamPort: upstream.port }));
    }
    const names = variants.map(({ name }) => name);
    const done: Partial<Record<Name, Measured[]>> = {};
    for (const name of Object.keys(loads) as Name[]) {
      progress(`${name}: ${loads[name].rounds} rounds of ${loads[name].windowMs} ms`);
      done[name] = await under(loads[name], subjects, names, `127.0.0.1:${upstream.port}`);
    }
    return done as Record<Name, Measured[]>;
  } finally {
    await Promise.all([upstream.stop(), ...subjects.map((subject) => subject.stop())]);
    rmSync(dir, { recursive: true, force: true });
  }
}

async function under(
  load: Load,
  subjects: readonly Subject[],
  names: readonly string[],
  upstream: string,
): Promise<Measured[]> {
  const { targets, against } = paired(subjects, upstream);
  const pairs = names.map((name, at) => ({ name, subject: subjects[at], target: targets[at], reference: against[at] }));
  if (load.oneByOne !== true) {
    const seen = await seenOf(load, subjects, targets, targets);
    return pairs.map(({ name, reference = 0 }, at) => measuredOf(name, seen, at, reference));
  }
  const all: Measured[] = [];
  for (const { name, subject, target, reference = 0 } of pairs) {
    const other = targets[reference];
    if (subject !== undefined && target !== undefined && other !== undefined) {
      // The variant is warmed up just before: what it does by time is then as it is under steady load.
      all.push(measuredOf(name, await seenOf(load, [subject], [target, other], [target]), 0, 1));
    }
  }
  return all;
}

interface Seen {
  readonly results: readonly Result[];
  readonly before: readonly Counts[];
  readonly after: readonly Counts[];
}

async function seenOf(
  { warmUpRounds, ...load }: Load,
  subjects: readonly Subject[],
  targets: readonly Target[],
  warm: readonly Target[],
): Promise<Seen> {
  if (warmUpRounds > 0) {
    await runLoad({ ...load, targets: warm, rounds: warmUpRounds });
  }
  const before = await Promise.all(subjects.map((subject) => subject.counts()));
  const results = await runLoad({ ...load, targets });
  return { results, before, after: await Promise.all(subjects.map((subject) => subject.counts())) };
}

function measuredOf(name: string, { results, before, after }: Seen, at: number, reference: number): Measured {
  const { rounds = [], p50Ms = 0, p99Ms = 0 } = results[at] ?? {};
  return {
    name,
    rounds,
    reference: results[reference]?.rounds ?? [],
    p50Ms,
    p99Ms,
    objectCalls: (after[at]?.objectCalls ?? 0) - (before[at]?.objectCalls ?? 0),
    d1Queries: (after[at]?.d1Queries ?? 0) - (before[at]?.d1Queries ?? 0),
  };
}
