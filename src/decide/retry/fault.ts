// Whether a request gets a fault that was put in on purpose, and which.
import type { Fault } from "../../model/snapshot/fault.ts";
import type { Router } from "../../model/snapshot/snapshot.ts";
import { valueFits } from "../route/match.ts";

/** For all headers of one request, about 5 ms; a fault that takes longer to find is not put in. */
const MOST_WORK = 400_000;

interface Injected {
  /** 0 = none. */
  readonly delayMs: number;
  /** Status to answer with; null = the request goes on. */
  readonly abort: number | null;
}

/**
 * Delay and abort are drawn apart: at 50 % each, a quarter of the requests gets both.
 *
 * @param random uniform in [0, 1)
 * @returns null when the request is left alone
 */
export function drawFault(
  fault: Fault,
  router: Router,
  header: (name: string) => string | null,
  random: () => number,
): Injected | null {
  const work = { left: MOST_WORK };
  if (!fault.headers.every((condition) => valueFits(router, condition, header(condition.name), work))) {
    return null;
  }
  const { delay, abort } = fault;
  const delayMs = delay !== null && random() * 100 < delay.percentage ? delay.ms : 0;
  const status = abort !== null && random() * 100 < abort.percentage ? abort.status : null;
  return delayMs === 0 && status === null ? null : { delayMs, abort: status };
}
