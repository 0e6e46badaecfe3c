// Who is refused a proof or permission. Some are at any time, and that is what guards are for; far more than usual are
// callers that were let in before: a secret has ended, or a permission is gone. What is usual is the median of what
// came before, so that neither a trouble that is over nor a moment without any speaks for the rest.
import type { Golden, SeriesPoint } from "../../model/api/signals.ts";
import { lastStretch } from "./stretch.ts";

type Step = Pick<SeriesPoint, "at" | "requests" | "denied">;
type Counts = Pick<Golden, "requests" | "denied">;

/** Fewer requests tell no share. */
const FEWEST = 20;
const FEWEST_DENIED = 10;
const LEAST_SHARE = 0.05;
const TIMES = 2;

/** Roots of Poisson's numbers deviate by a half: usual may be two of these more, and what is told is three more yet. */
const mostOf = ({ requests, denied }: Counts): number => (Math.sqrt(denied) + 1) ** 2 / requests;
const TOLD_ROOTS = 1.5;

/**
 * @param before the window before, as one
 * @returns what was refused in each step, 0 where that is usual; and the median of what is usual, null = not known
 */
export function unusuallyDenied(
  steps: readonly Step[],
  before: Counts,
): { readonly denied: readonly number[]; readonly usual: Counts | null } {
  const known: Counts[] = [];
  const median = (): Counts | undefined => known[Math.floor((known.length - 1) / 2)];
  let block = { requests: 0, denied: 0 };
  const learn = ({ requests, denied }: Counts, times: number): void => {
    block = { requests: block.requests + requests, denied: block.denied + denied };
    if (block.requests >= FEWEST) {
      const share = mostOf(block);
      const at = known.findIndex((one) => mostOf(one) > share);
      known.splice(at === -1 ? known.length : at, 0, ...Array.from({ length: times }, () => block));
      block = { requests: 0, denied: 0 };
    }
  };
  // It is as long as all steps are, and known less well.
  learn(before, Math.ceil(steps.length / 2));
  const denied = steps.map((step) => {
    const usual = median();
    const most = usual === undefined ? 1 : Math.max(LEAST_SHARE, TIMES * mostOf(usual));
    if (step.denied > most * step.requests) {
      return step.denied;
    }
    learn(step, 1);
    return 0;
  });
  return { denied, usual: median() ?? null };
}

interface Denials {
  /** RFC 3339. */
  readonly since: string;
  readonly until: string | null;
  readonly requests: number;
  readonly denied: number;
  readonly usualPercent: number;
}

interface Counted {
  readonly signals: Counts;
  readonly before: Counts;
  readonly series: readonly Step[];
}

/** @returns null = no more than usual */
export function deniedMore({ signals, before, series }: Counted): Denials | null {
  const [first] = series;
  if (signals.denied < FEWEST_DENIED || first === undefined) {
    return null;
  }
  // Of a great many services not each has a series.
  const steps = series.some(({ requests }) => requests > 0) ? series : [{ ...signals, at: first.at }];
  const { denied, usual } = unusuallyDenied(steps, before);
  const last = lastStretch(
    steps.map(({ at, requests }, nth) => {
      const wrong = denied[nth] ?? 0;
      return { at, requests, wrong, isBad: wrong > 0 };
    }),
  );
  if (last === null || usual === null) {
    return null;
  }
  const { since, until, requests, wrong } = last;
  if (wrong < FEWEST_DENIED || Math.sqrt(wrong) <= Math.sqrt(mostOf(usual) * requests) + TOLD_ROOTS) {
    return null;
  }
  return { since, until, requests, denied: wrong, usualPercent: (100 * usual.denied) / usual.requests };
}
