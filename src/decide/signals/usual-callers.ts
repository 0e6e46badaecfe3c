// Who calls about as often as before: when they are held back all the same, they did not make it so. As roots,
// Poisson's numbers deviate by a half whatever they are, so that chance has the same part in few calls and in many.

interface Counted {
  readonly caller: string;
  readonly count: number;
}

/** What chance leaves between the roots of two numbers of the same rate: nearly three of its deviations. */
const CHANCE_ROOTS = 2;

/**
 * @param share how much of the time before was counted, 0 to 1
 * @returns those who called before as well, and call no more often than that
 */
export function callingAsBefore(now: readonly Counted[], before: readonly Counted[], share: number): Set<string> {
  const usual = sums(before);
  return new Set(
    [...sums(now)].flatMap(([caller, count]) => {
      const known = usual.get(caller) ?? 0;
      return known > 0 && Math.sqrt(count * share) <= Math.sqrt(known) + CHANCE_ROOTS ? [caller] : [];
    }),
  );
}

function sums(rows: readonly Counted[]): Map<string, number> {
  const byCaller = new Map<string, number>();
  for (const { caller, count } of rows) {
    byCaller.set(caller, (byCaller.get(caller) ?? 0) + count);
  }
  return byCaller;
}
