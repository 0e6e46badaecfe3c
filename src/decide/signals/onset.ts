// Since when something goes wrong, by a series: failures, refusals of limits, and proofs and permissions that are
// refused far more often than usual.
import type { Golden, SeriesPoint } from "../../model/api/signals.ts";
import { unusuallyDenied } from "./denials.ts";
import { lastStretch } from "./stretch.ts";

const SHARE = 0.01;

interface Onset {
  /** RFC 3339. */
  readonly since: string;
  /** When it was over, RFC 3339; null = it goes wrong still. */
  readonly until: string | null;
}

/**
 * @param before the window before
 * @returns of what went wrong last; null = nothing did
 */
export function onsetOf(series: readonly SeriesPoint[], before: Pick<Golden, "requests" | "denied">): Onset | null {
  const { denied } = unusuallyDenied(series, before);
  const last = lastStretch(
    series.map(({ at, requests, errors, limited }, nth) => {
      const refused = denied[nth] ?? 0;
      const isBad = refused > 0 || errors + limited > SHARE * requests;
      return { at, requests, wrong: errors + limited + refused, isBad };
    }),
  );
  return last === null ? null : { since: last.since, until: last.until };
}
