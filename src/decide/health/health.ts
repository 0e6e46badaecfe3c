// The health of one endpoint by its probes.
//
//   unknown ──(1 passes)──► healthy ──(unhealthyThreshold fail)──► unhealthy ──(healthyThreshold pass)──► healthy
//      └──────────────────(unhealthyThreshold fail in a row)───────────▲
//
// Unknown counts as healthy: nobody is left out for want of knowledge. Whose verdict is about to turn is probed again
// after a second instead of an interval. Each fall adds to a penalty that halves every minute; too many of them, and
// the endpoint stays out although it passes, until the penalty has faded (flap damping, in the shape of RFC 2439).
import type { HealthState } from "../../model/message/health.ts";
import type { HealthTerms } from "../../model/snapshot/health-terms.ts";

export interface Health {
  state: HealthState;
  since: number;
  /** Results in a row that speak against the state. */
  streak: number;
  /** Of the last failing probe. */
  cause: string | null;
  checkedAt: number | null;
  /** When it is to be probed next. */
  nextAt: number;
  penalty: number;
  /** When `penalty` was true. */
  penaltyAt: number;
  damped: boolean;
}

/** null = it passed; else why not. */
export type Probed = string | null;

/** Between probes while a verdict is about to turn. */
export const EDGE_MS = 1000;
/** Intervals are stretched by up to so much, so that services do not probe in step. */
const JITTER = 0.2;
const FALL = 1000;
const HALF_LIFE_MS = 60_000;
const SUPPRESS = 2500;
const REUSE = 750;
/** Fades to `REUSE` in 300 s, the longest that an endpoint is damped after its last fall. */
const MOST = REUSE * 2 ** 5;

export function newHealth(now: number): Health {
  return {
    state: "unknown",
    since: now,
    streak: 0,
    cause: null,
    checkedAt: null,
    nextAt: now,
    penalty: 0,
    penaltyAt: now,
    damped: false,
  };
}

/** Takes in the result of a probe. */
export function judgeProbe(
  health: Health,
  terms: HealthTerms,
  probed: Probed,
  now: number,
  random: () => number,
): void {
  health.checkedAt = now;
  if (probed !== null) {
    health.cause = probed;
  }
  const against = probed === null ? health.state !== "healthy" : health.state !== "unhealthy";
  health.streak = against ? health.streak + 1 : 0;
  if (against && health.streak >= neededOf(health.state, terms, probed)) {
    turn(health, probed, now);
  }
  fade(health, now);
  const waitMs = health.streak > 0 ? Math.min(EDGE_MS, terms.intervalMs) : terms.intervalMs * (1 + JITTER * random());
  health.nextAt = now + waitMs;
}

/** Whether it is kept out although it passes its probes. */
export function isDamped(health: Health, now: number): boolean {
  fade(health, now);
  return health.damped;
}

export function isExpected(status: number, { statuses }: HealthTerms): boolean {
  return statuses.some(([from, to]) => status >= from && status <= to);
}

function neededOf(state: HealthState, terms: HealthTerms, probed: Probed): number {
  if (probed !== null) {
    return terms.unhealthyThreshold;
  }
  return state === "unknown" ? 1 : terms.healthyThreshold;
}

function turn(health: Health, probed: Probed, now: number): void {
  fade(health, now);
  if (health.state === "healthy") {
    health.penalty = Math.min(MOST, health.penalty + FALL);
  }
  if (health.penalty >= SUPPRESS) {
    health.damped = true;
  }
  health.state = probed === null ? "healthy" : "unhealthy";
  if (probed === null) {
    health.cause = null;
  }
  health.since = now;
  health.streak = 0;
}

function fade(health: Health, now: number): void {
  health.penalty *= 2 ** (-Math.max(0, now - health.penaltyAt) / HALF_LIFE_MS);
  health.penaltyAt = now;
  if (health.penalty < REUSE) {
    health.damped = false;
  }
}
