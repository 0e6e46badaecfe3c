// The last stretch of steps in a row in which something went wrong. A step that had too few requests to show it ends
// nothing, and one without any neither begins nor ends one.

/**
 * As many would have gone wrong since, had it gone on: where none did that is luck less than once in a hundred times,
 * and each that did takes so many more to say the same (Poisson).
 */
const TELLING = 5;
const TELLING_EACH = 2;
/** Of a few that went wrong no rate is known: any step that goes well ends them. */
const A_FEW = 5;

interface Step {
  /** RFC 3339. */
  readonly at: string;
  readonly requests: number;
  /** Of those, what went wrong. */
  readonly wrong: number;
  /** More went wrong than may at any time. */
  readonly isBad: boolean;
}

interface Stretch {
  /** RFC 3339. */
  readonly since: string;
  /** When it was over, RFC 3339; null = it goes on. */
  readonly until: string | null;
  /** From its first bad step to its last. */
  readonly requests: number;
  readonly wrong: number;
}

/** @returns null = nothing went wrong */
export function lastStretch(steps: Iterable<Step>): Stretch | null {
  let since: string | null = null;
  let until: string | null = null;
  let asked = 0;
  let failed = 0;
  /** Of the steps after the last bad one: what was asked, what went wrong all the same, and since when. */
  let well = 0;
  let still = 0;
  let wellSince: string | null = null;
  for (const { at, requests, wrong, isBad } of steps) {
    if (requests === 0) {
      continue;
    }
    if (isBad) {
      if (since === null || until !== null) {
        [since, until, asked, failed, well, still] = [at, null, 0, 0, 0, 0];
      }
      asked += well + requests;
      failed += still + wrong;
      [well, still, wellSince] = [0, 0, null];
    } else if (since !== null && until === null) {
      well += requests;
      still += wrong;
      wellSince ??= at;
      until = failed < A_FEW || (well * failed) / asked >= TELLING + TELLING_EACH * still ? wellSince : null;
    }
  }
  return since === null ? null : { since, until, requests: asked, wrong: failed };
}
