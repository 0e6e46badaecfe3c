// How often isolates report to the coordinator of a service: slowly while all is well, at once while something fails,
// and all of them together never more than one object can answer in peace. Reports are metered over some seconds, so
// that the first moments of an outage are told without delay and a trouble that lasts is not.

import { sharedMs, type Load } from "../fleet/reporters.ts";

export const CALM_MS = 1000;
/** What the rate of reports is smoothed over. */
export const LOAD_MS = 3000;
const BUSY_MS = 100;
/** Below it, pressing reports are not held back. */
const EASY = 120;
/** From here on they come no more often than all of them together may. */
const FULL = 180;
/** Space for isolates that nobody knows yet. */
const SLACK = 1.1;

/**
 * Milliseconds until the next report: of an isolate with nothing pressing to say, and of one with.
 *
 * @param busy something is not as it should be, and every isolate should soon know more
 * @param isNew a fleet that begins together is spread over its first interval
 */
export function paceOf(
  { perSecond }: Load,
  isolates: number,
  { busy, isNew }: { readonly busy: boolean; readonly isNew: boolean },
  random: () => number,
): { readonly nextSyncMs: number; readonly urgentSyncMs: number } {
  const shared = SLACK * sharedMs(isolates);
  const strain = Math.min(1, Math.max(0, (perSecond - EASY) / (FULL - EASY)));
  const spread = isNew ? 0.1 + random() : 0.9 + 0.2 * random();
  return {
    nextSyncMs: Math.max(busy ? BUSY_MS : CALM_MS, shared) * spread,
    // Stretched from nothing to the interval that fits all of them.
    urgentSyncMs: Math.max(BUSY_MS, (BUSY_MS + strain * (shared - BUSY_MS)) * spread),
  };
}
