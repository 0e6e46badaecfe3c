// Whether the app is well, by its last checks: pure. A verdict turns only after several checks in a row that agree;
// the first ones count alone, so that a start takes no longer than it must.

export type AppVerdict = "unknown" | "well" | "ill";

export interface AppHealth {
  readonly verdict: AppVerdict;
  /** Checks in a row that say otherwise than the verdict. */
  readonly against: number;
}

export interface Thresholds {
  /** Passing checks in a row until an app that was ill is well again. */
  readonly healthy: number;
  /** Failing checks in a row until it is ill. */
  readonly unhealthy: number;
}

export const initialHealth: AppHealth = { verdict: "unknown", against: 0 };

/** The health after one more check. */
export function healthAfter(health: AppHealth, passed: boolean, needed: Thresholds): AppHealth {
  const { verdict, against } = health;
  if (verdict === "unknown" && passed) {
    return { verdict: "well", against: 0 };
  }
  if (verdict !== "unknown" && passed === (verdict === "well")) {
    return { verdict, against: 0 };
  }
  const enough = passed ? needed.healthy : needed.unhealthy;
  return against + 1 >= enough ? { verdict: passed ? "well" : "ill", against: 0 } : { verdict, against: against + 1 };
}
