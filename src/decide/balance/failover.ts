// How traffic is divided among priorities by their health, and when a priority is used whole although much of it is
// unhealthy: Envoy's rules, with its documented figures as tests. Knows counts only, no endpoints.
import type { Failover } from "../../model/snapshot/call-policy.ts";

interface PriorityHealth {
  readonly total: number;
  readonly healthy: number;
}

interface PriorityShare {
  /** Whole percent of the traffic; all of them add up to 100, or to 0 when nothing may be used. */
  readonly percent: number;
  /** Every endpoint of the priority is used, healthy or not. */
  readonly panic: boolean;
}

/** Envoy's, for services without a `failover` of their own. */
export const DEFAULT_FAILOVER: Failover = { overprovisioning: 140, panicThreshold: 50 };

/** @param priorities the preferred one first */
export function priorityShares(
  priorities: readonly PriorityHealth[],
  { overprovisioning, panicThreshold }: Failover,
): PriorityShare[] {
  const health = priorities.map(({ total, healthy }) =>
    total === 0 ? 0 : Math.min(100, (overprovisioning * healthy) / total),
  );
  const sum = health.reduce((all, one) => all + one, 0);
  const panics = priorities.map(
    ({ total, healthy }) => sum < 100 && total > 0 && (100 * healthy) / total < panicThreshold,
  );
  if (sum === 0) {
    return nothingHealthy(priorities, panics);
  }
  const normal = Math.min(100, sum);
  let left = 100;
  const exact = health.map((one) => {
    const share = Math.min(left, (100 * one) / normal);
    left -= share;
    return share;
  });
  return wholePercents(exact).map((percent, at) => ({ percent, panic: panics[at] ?? false }));
}

/** Only panic gives anything out then, by the number of endpoints. */
function nothingHealthy(priorities: readonly PriorityHealth[], panics: readonly boolean[]): PriorityShare[] {
  const totals = priorities.map(({ total }, at) => (panics[at] === true ? total : 0));
  const sum = totals.reduce((all, one) => all + one, 0);
  const exact = totals.map((total) => (sum === 0 ? 0 : (100 * total) / sum));
  return wholePercents(exact).map((percent, at) => ({ percent, panic: panics[at] ?? false }));
}

/** Rounded so that the sum stays what it was: those who lose most by cutting get the rest. */
function wholePercents(exact: readonly number[]): number[] {
  const whole = exact.map((one) => Math.floor(one + 1e-9));
  const missing = Math.round(exact.reduce((all, one) => all + one, 0)) - whole.reduce((all, one) => all + one, 0);
  const byLoss = exact.map((one, at) => ({ at, lost: one - (whole[at] ?? 0) })).sort((a, b) => b.lost - a.lost);
  for (const { at } of byLoss.slice(0, Math.max(0, missing))) {
    whole[at] = (whole[at] ?? 0) + 1;
  }
  return whole;
}
