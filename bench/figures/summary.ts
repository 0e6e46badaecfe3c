// From raw rounds to the figures that are told: each round's ratio to the reference of the same round, medians over
// rounds, and medians over starts of the processes. Rounds of different variants are interleaved, so that a slow moment
// of the machine weighs on all of them alike.
import type { Round } from "../load/load.ts";
import type { Measured } from "../measure.ts";

/** One row of the answer, as docs/benchmarks.md describes it; null = was not measured. */
export interface Row {
  readonly name: string;
  /** CPU of the proxying process for one request, microseconds. */
  readonly cpuMicros: number;
  /** CPU against `bare` with the same headers, saturated; 1 = as much. */
  readonly cpuRatio: number;
  /** The same over one connection, over four, and at a steady rate. */
  readonly cpuRatio1: number | null;
  readonly cpuRatio4: number | null;
  readonly cpuRatioPaced: number | null;
  /** CPU inside the isolate's lock against that of `bare`; null as well where there is no `perf`, or no isolate. */
  readonly inLockRatio: number | null;
  /** Throughput against `bare`; 1 = as much. */
  readonly rpsRatio: number;
  /** These and the calls: at the steady rate; saturated, where nothing else was measured. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly objectCallsPer1000: number;
  readonly d1QueriesPer1000: number;
}

/** By kind of load. */
export interface Loads<Value> {
  readonly saturated: Value;
  readonly one?: Value;
  readonly four?: Value;
  readonly paced?: Value;
  /** Saturated, with what was spent inside the lock alone. */
  readonly locked?: Value;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * Sums up one start of the processes.
 * @throws RangeError when a variant has other rounds than its reference.
 */
export function summarise({ saturated, one, four, paced, locked }: Loads<readonly Measured[]>): Row[] {
  const ratioIn = (measured: readonly Measured[] | undefined, at: number): number | null => {
    const found = measured?.[at];
    // A proxy that is no Worker has no lock.
    return found === undefined ? null : against(found, cpuOf) || null;
  };
  return saturated.map((variant, at) => {
    const steady = paced?.[at] ?? variant;
    const requests = steady.rounds.reduce((sum, round) => sum + round.requests, 0);
    return {
      name: variant.name,
      cpuMicros: rounded(median(variant.rounds.map(cpuOf)), 1),
      cpuRatio: against(variant, cpuOf),
      cpuRatio1: ratioIn(one, at),
      cpuRatio4: ratioIn(four, at),
      cpuRatioPaced: ratioIn(paced, at),
      inLockRatio: ratioIn(locked, at),
      rpsRatio: against(variant, rateOf),
      p50Ms: rounded(steady.p50Ms, 3),
      p99Ms: rounded(steady.p99Ms, 3),
      objectCallsPer1000: rounded((steady.objectCalls * 1000) / requests, 2),
      d1QueriesPer1000: rounded((steady.d1Queries * 1000) / requests, 2),
    };
  });
}

/** The median of several starts, figure by figure: two processes of the same code differ by a few hundredths. */
export function medianOf(starts: readonly (readonly Row[])[]): Row[] {
  const [first = []] = starts;
  return first.map((row, at) => {
    const figures = Object.entries(row).map(([name, value]) => {
      const all = starts.map((rows) => Object.entries(rows[at] ?? {}).find(([other]) => other === name)?.[1]);
      const numbers = all.filter((one) => typeof one === "number");
      return [name, numbers.length === 0 ? value : rounded(median(numbers), 3)];
    });
    return Object.fromEntries(figures) as Row;
  });
}

function against({ name, rounds, reference }: Measured, of: (round: Round) => number): number {
  if (rounds.length !== reference.length) {
    throw new RangeError(`${name} ran ${rounds.length} rounds, and its reference ${reference.length}`);
  }
  return rounded(median(rounds.map((round, at) => of(round) / of(reference[at] ?? round))), 3);
}

const cpuOf = ({ cpuMicros, requests }: Round): number => cpuMicros / requests;
const rateOf = ({ requests, seconds }: Round): number => requests / seconds;
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

const HEAD = ["variant", "CPU µs", "CPU ×", "1 conn ×", "4 conn ×", "paced ×", "in lock ×", "rps ×"] as const;
const REST = ["p50 ms", "p99 ms", "objects/1000", "D1/1000"] as const;

/** The rows as a table for people. */
export function table(rows: readonly Row[]): string {
  const head = [...HEAD, ...REST];
  const cells = rows.map((row) => Object.values(row).map((value) => (value === null ? "-" : String(value))));
  const widths = head.map((title, at) => Math.max(title.length, ...cells.map((line) => (line[at] ?? "").length)));
  const aligned = (cell: string, at: number): string =>
    at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0);
  return [head, ...cells].map((line) => line.map(aligned).join("  ")).join("\n");
}
