// Since when something goes wrong, by a series: the first of the last steps in a row in which it does. A step that had
// too few requests to show it ends nothing.
import type { SeriesPoint } from "../../model/api/signals.ts";

const SHARE = 0.01;
/** Some are refused their proof or permission at any time. */
export const DENIED_SHARE = 0.05;
/** As many would have gone wrong among those that went well: where none did, that is no luck. */
const TELLING = 3;
/** Of a few that went wrong no rate is known: any step that goes well ends them. */
const A_FEW = 5;

interface Onset {
  /** RFC 3339. */
  readonly since: string;
  /** When it was over, RFC 3339; null = it goes wrong still. */
  readonly until: string | null;
}

/** @returns of what went wrong last; null = nothing did */
export function onsetOf(series: readonly SeriesPoint[]): Onset | null {
  let since: string | null = null;
  let until: string | null = null;
  /** Since it began: what was asked, and what of that went wrong; and of the steps after, what was asked since when. */
  let asked = 0;
  let wrong = 0;
  let well = 0;
  let wellSince: string | null = null;
  for (const { at, requests, errors, limited, denied } of series) {
    if (requests === 0) {
      continue;
    }
    const isDenied = denied > DENIED_SHARE * requests;
    if (errors + limited > SHARE * requests || isDenied) {
      if (since === null || until !== null) {
        [since, until, asked, wrong, well] = [at, null, 0, 0, 0];
      }
      asked += well + requests;
      wrong += errors + limited + (isDenied ? denied : 0);
      [well, wellSince] = [0, null];
    } else if (since !== null && until === null) {
      well += requests;
      wellSince ??= at;
      until = wrong < A_FEW || (well * wrong) / asked >= TELLING ? wellSince : null;
    }
  }
  return since === null ? null : { since, until };
}
