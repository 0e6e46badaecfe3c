// Which version of a service fails while another one does well: what a canary that is bad looks like, however few of
// the service's requests it gets.
import type { ServiceSignals, SignalPart } from "../model/api/signals.ts";

const FEWEST_ERRORS = 3;
const LEAST_PERCENT = 5;
/** The best of the others fails at most a quarter as often. */
const APART = 4;

interface FailingVersion {
  readonly version: string;
  readonly signals: SignalPart["signals"];
  readonly other: SignalPart;
}

/** null = none stands out. */
export function failingVersion({ versions }: Pick<ServiceSignals, "versions">): FailingVersion | null {
  const asked = versions.filter(({ signals }) => signals.requests > 0);
  const [best] = asked.toSorted((a, b) => a.signals.errorPercent - b.signals.errorPercent);
  const [worst] = asked.toSorted((a, b) => b.signals.errorPercent - a.signals.errorPercent);
  if (best === undefined || worst === undefined || best === worst) {
    return null;
  }
  const { errors, errorPercent } = worst.signals;
  const isApart = best.signals.errorPercent * APART <= errorPercent;
  return errors >= FEWEST_ERRORS && errorPercent >= LEAST_PERCENT && isApart
    ? { version: worst.name, signals: worst.signals, other: best }
    : null;
}
