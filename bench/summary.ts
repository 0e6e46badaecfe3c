// From raw rounds to the figures that are told: each round's ratio to the reference of the same round, then medians.
// Rounds of different variants are interleaved, so that a slow moment of the machine weighs on all of them alike.
import type { Result } from "./load.ts";
import type { Counts } from "./variant.ts";

/** What was seen of one variant: the load's rounds, and what the variant counted meanwhile. */
export interface Measured extends Pick<Result, "rounds" | "p50Ms" | "p99Ms">, Counts {
  readonly name: string;
}

/** One row of the answer, as docs/benchmarks.md describes it. */
export interface Row {
  readonly name: string;
  /** CPU of the proxying process for one request, microseconds. */
  readonly cpuMicros: number;
  /** CPU against the reference; 1 = as much. */
  readonly cpuRatio: number;
  /** Throughput against the reference; 1 = as much. */
  readonly rpsRatio: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly objectCallsPer1000: number;
  readonly d1QueriesPer1000: number;
}

type Round = Measured["rounds"][number];

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * Sums up variants that ran the same number of rounds; the first one is the reference.
 * @throws RangeError when a variant has other rounds than the reference.
 */
export function summarise(measured: readonly Measured[]): Row[] {
  const reference = measured[0]?.rounds ?? [];
  return measured.map(({ name, rounds, p50Ms, p99Ms, objectCalls, d1Queries }) => {
    if (rounds.length !== reference.length) {
      throw new RangeError(`${name} ran ${rounds.length} rounds`);
    }
    const against = (of: (round: Round) => number): number =>
      rounded(median(rounds.map((round, at) => of(round) / of(reference[at] ?? round))), 3);
    const requests = rounds.reduce((sum, round) => sum + round.requests, 0);
    return {
      name,
      cpuMicros: rounded(median(rounds.map(cpuOf)), 1),
      cpuRatio: against(cpuOf),
      rpsRatio: against(rateOf),
      p50Ms: rounded(p50Ms, 3),
      p99Ms: rounded(p99Ms, 3),
      objectCallsPer1000: rounded((objectCalls * 1000) / requests, 4),
      d1QueriesPer1000: rounded((d1Queries * 1000) / requests, 4),
    };
  });
}

const cpuOf = ({ cpuMicros, requests }: Round): number => cpuMicros / requests;
const rateOf = ({ requests, seconds }: Round): number => requests / seconds;
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** The rows as a table for people. */
export function table(rows: readonly Row[]): string {
  const head = ["variant", "CPU µs", "CPU ×", "rps ×", "p50 ms", "p99 ms", "objects/1000", "D1/1000"];
  const cells = rows.map((row) => Object.values(row).map(String));
  const widths = head.map((title, at) => Math.max(title.length, ...cells.map((line) => (line[at] ?? "").length)));
  const aligned = (cell: string, at: number): string =>
    at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0);
  return [head, ...cells].map((line) => line.map(aligned).join("  ")).join("\n");
}
