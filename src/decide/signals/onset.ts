// Since when something goes wrong, by a series: the first of the last steps in a row in which it does.
import type { SeriesPoint } from "../../model/api/signals.ts";

const SHARE = 0.01;
/** Some are refused their proof or permission at any time. */
export const DENIED_SHARE = 0.05;

/** @returns RFC 3339; null = it does not go wrong in the steps that had requests last */
export function onsetOf(series: readonly SeriesPoint[]): string | null {
  let since: string | null = null;
  for (const { at, requests, errors, limited, denied } of series) {
    if (requests === 0) {
      continue;
    }
    const isWrong = errors + limited > SHARE * requests || denied > DENIED_SHARE * requests;
    since = isWrong ? (since ?? at) : null;
  }
  return since;
}
