// An isolate's own breaker of one endpoint: quick and short, so that a dead endpoint costs each isolate a handful of
// requests and not a round trip's worth. It opens by itself, alone, for a second, then longer; what the whole fleet has
// seen is the coordinator's to judge.
import { addOutcomes, newRollingWindow, sumOutcomes, type RollingWindow } from "./rolling-window.ts";

export interface FastBreaker {
  /** Failures in a row. */
  run: number;
  window: RollingWindow;
  openUntil: number;
  /** How long it was open the last time. */
  openForMs: number;
}

const RUN = 5;
const WINDOW_MS = 5000;
const MIN_CALLS = 10;
const FAILURE_PERCENT = 50;
const FIRST_OPEN_MS = 1000;
const LONGEST_OPEN_MS = 8000;
/** After so long without opening the next time is the first again. */
const FORGET_MS = 10_000;

export function newFastBreaker(): FastBreaker {
  return { run: 0, window: newRollingWindow(WINDOW_MS), openUntil: 0, openForMs: 0 };
}

export function isFastOpen(breaker: FastBreaker, now: number): boolean {
  return now < breaker.openUntil;
}

/**
 * Takes in the outcome of one call.
 *
 * @returns whether it has opened just now: the coordinator should hear of it at once
 */
export function recordFast(breaker: FastBreaker, ok: boolean, now: number): boolean {
  addOutcomes(breaker.window, { ok: ok ? 1 : 0, failed: ok ? 0 : 1, slow: 0 }, now);
  breaker.run = ok ? 0 : breaker.run + 1;
  // Calls that were on their way when it opened say nothing new.
  if (ok || isFastOpen(breaker, now)) {
    return false;
  }
  const seen = sumOutcomes(breaker.window, now);
  const calls = seen.ok + seen.failed;
  const failing = calls >= MIN_CALLS && seen.failed * 100 >= FAILURE_PERCENT * calls;
  if (breaker.run < RUN && !failing) {
    return false;
  }
  const isAgain = breaker.openUntil > 0 && now - breaker.openUntil < FORGET_MS;
  breaker.openForMs = isAgain ? Math.min(breaker.openForMs * 2, LONGEST_OPEN_MS) : FIRST_OPEN_MS;
  breaker.openUntil = now + breaker.openForMs;
  // One more failure after that opens it again; one success, and five are needed.
  breaker.run = RUN - 1;
  breaker.window = newRollingWindow(WINDOW_MS);
  return true;
}
