// Runs variants side by side: all started at once, warmed up, then loaded in turn by one load generator, once for each
// kind of load.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runLoad, startUpstream } from "./load/children.ts";
import { lockShare } from "./load/lock-share.ts";
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
  /** One window each, in which only CPU inside the isolate's lock counts. */
  readonly locked?: boolean;
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
export async function measure<All extends Readonly<Record<string, Load>>>(
  variants: readonly Variant[],
  loads: All,
  progress: (line: string) => void,
): Promise<{ [Name in keyof All]: Measured[] }> {
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
    const done: Record<string, Measured[]> = {};
    for (const [name, load] of Object.entries(loads)) {
      progress(`${name}: ${load.rounds} rounds of ${load.windowMs} ms`);
      done[name] = await under(load, subjects, names, `127.0.0.1:${upstream.port}`);
    }
    return done as { [Name in keyof All]: Measured[] };
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
  if (load.locked === true) {
    const counts = subjects.map(() => NO_COUNTS);
    const results = await lockedOf(load, targets);
    return pairs.map(({ name, reference = 0 }, at) =>
      measuredOf(name, { results, before: counts, after: counts }, at, reference),
    );
  }
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

const NO_COUNTS: Counts = { objectCalls: 0, d1Queries: 0 };
/** Connections are open by then. */
const ASIDE_MS = 100;

async function lockedOf({ connections, windowMs }: Load, targets: readonly Target[]): Promise<Result[]> {
  const all: Result[] = [];
  for (const target of targets) {
    const loading = runLoad({ targets: [target], connections, rounds: 1, windowMs: windowMs + 3 * ASIDE_MS });
    await new Promise((resolve) => setTimeout(resolve, ASIDE_MS));
    const share = await lockShare(target.pids, windowMs);
    for (const result of await loading) {
      const rounds = result.rounds.map(({ requests, seconds, cpuMicros }) => {
        return { requests, seconds, cpuMicros: cpuMicros * share };
      });
      all.push({ ...result, rounds });
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
