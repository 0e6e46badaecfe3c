// A change of a large mesh takes long, and where the control plane shares its thread with traffic, requests wait for as
// long as it does not stop. So it stops: after each few milliseconds of work whoever is waiting has a turn.
import type { Steps } from "../compile/documents/steps.ts";

/**
 * About a millisecond: a request comes by several times before it is answered. By count, because on the platform the
 * clock stands still while nothing is waited for.
 */
const UNITS_A_TURN = 100;

/** Lets everybody else have a turn. */
export async function turn(): Promise<void> {
  await scheduler.wait(0);
}

export async function inTurns<Result>(steps: Steps<Result>, rest: () => Promise<void> = turn): Promise<Result> {
  let units = 0;
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
    units += step.value;
    if (units >= UNITS_A_TURN) {
      units = 0;
      await rest();
    }
  }
}
