// From raw rounds to the figures that are told: each round's ratio to the reference of the same round, then medians.
// Rounds of different variants are interleaved, so that a slow minute of the machine weighs on all of them alike.

export interface Round {
  readonly requests: number;
  readonly seconds: number;
  readonly cpuMicros: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly objectCalls: number;
  readonly d1Queries: number;
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
export function summarise(measured: ReadonlyMap<string, readonly Round[]>): Row[] {
  const reference = measured.values().next().value ?? [];
  return [...measured].map(([name, rounds]) => {
    if (rounds.length !== reference.length) throw new RangeError(`${name} ran ${rounds.length} rounds`);
    const against = (of: (round: Round) => number): number =>
      median(rounds.map((round, at) => of(round) / of(reference[at] ?? round)));
    const total = (of: (round: Round) => number): number => rounds.reduce((sum, round) => sum + of(round), 0);
    const per1000 = (of: (round: Round) => number): number => (total(of) * 1000) / total(({ requests }) => requests);
    const perRequest = (round: Round): number => round.cpuMicros / round.requests;
    return {
      name,
      cpuMicros: rounded(median(rounds.map(perRequest)), 1),
      cpuRatio: rounded(against(perRequest), 3),
      rpsRatio: rounded(
        against(({ requests, seconds }) => requests / seconds),
        3,
      ),
      p50Ms: rounded(median(rounds.map(({ p50Ms }) => p50Ms)), 3),
      p99Ms: rounded(median(rounds.map(({ p99Ms }) => p99Ms)), 3),
      objectCallsPer1000: rounded(
        per1000(({ objectCalls }) => objectCalls),
        4,
      ),
      d1QueriesPer1000: rounded(
        per1000(({ d1Queries }) => d1Queries),
        4,
      ),
    };
  });
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** The rows as a table for people. */
export function table(rows: readonly Row[]): string {
  const head = ["variant", "CPU µs", "CPU ×", "rps ×", "p50 ms", "p99 ms", "objects/1000", "D1/1000"];
  const cells = rows.map((row) => Object.values(row).map(String));
  const widths = head.map((title, at) => Math.max(title.length, ...cells.map((line) => (line[at] ?? "").length)));
  return [head, ...cells]
    .map((line) =>
      line.map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  "),
    )
    .join("\n");
}
