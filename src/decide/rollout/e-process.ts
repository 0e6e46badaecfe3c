// Evidence that may be looked at after every request: a bet against "each of these is a hit with this chance", whose
// winnings are beyond x with a probability of at most 1/x, however often and whenever somebody looks (Ville). Five bets
// on how much likelier a hit is are made at once and their mean counts, so nobody has to guess how bad a canary is.

/** Of odds: what each bet says a hit is likelier by. */
const TIMES = [1.5, 2, 4, 8, 16] as const;
/** Winnings are told up to here: what is beyond decides nothing any more, and stays a number in JSON. */
const MOST = 1e12;

/** Logarithms of what each bet has won. */
export type Evidence = readonly number[];

export const NO_EVIDENCE: Evidence = TIMES.map(() => 0);

/**
 * Bets on so many hits and misses. Order does not matter, so reports may come late; chances may differ from one to the
 * next, as long as each was known before.
 *
 * @param chance of a hit, if there is nothing to find; 0 and 1 tell nothing
 */
export function weigh(evidence: Evidence, chance: number, hits: number, misses: number): Evidence {
  if (chance <= 0 || chance >= 1 || hits + misses === 0) {
    return evidence;
  }
  return TIMES.map((times, bet) => {
    const said = (times * chance) / (times * chance + 1 - chance);
    const won = hits * Math.log(said / chance) + misses * Math.log((1 - said) / (1 - chance));
    return (evidence[bet] ?? 0) + won;
  });
}

/** What has been won; 1 at first. */
export function winnings(evidence: Evidence): number {
  const sum = evidence.reduce((all, one) => all + Math.exp(one), 0);
  return Math.min(MOST, sum / TIMES.length);
}
