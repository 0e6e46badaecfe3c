// What a coordinator of breakers knows, as rows for operators.
import type { BreakerRow } from "../../model/message/breaker.ts";
import { endpointTarget } from "../../model/snapshot/circuit.ts";
import { advance } from "./breaker.ts";
import { targetId, type BreakerCoordinator } from "./coordinator.ts";
import { sweepOutliers } from "./outlier.ts";
import { sumOutcomes } from "./rolling-window.ts";

/** Every target that has been heard of lately. */
export function breakerRows(coordinator: BreakerCoordinator, now: number, random: () => number): BreakerRow[] {
  const rows = new Map<string, BreakerRow>();
  for (const [id, { policy, target, terms, breaker, held }] of coordinator.targets) {
    advance(breaker, terms, now, random);
    const { state, epoch, since, openUntil, window } = breaker;
    const until = state === "open" ? openUntil : null;
    rows.set(id, {
      policy,
      target,
      state,
      epoch,
      since,
      until,
      ...sumOutcomes(window, now),
      ejectedUntil: null,
      ...heldBy(held, now),
    });
  }
  for (const [policy, { terms, outliers }] of coordinator.ejecting) {
    sweepOutliers(outliers, terms, now);
    for (const [endpoint, { ok, failed, ejectedUntil }] of outliers.hosts) {
      const target = endpointTarget(endpoint);
      const row = rows.get(targetId(policy, target)) ?? plainRow(policy, target, ok, failed, now);
      rows.set(targetId(policy, target), { ...row, ejectedUntil });
    }
  }
  return [...rows.values()];
}

function heldBy(held: ReadonlyMap<string, number>, now: number): Pick<BreakerRow, "held"> {
  const ends = [...held.values()].filter((until) => until > now);
  return ends.length === 0 ? {} : { held: { isolates: ends.length, until: Math.max(...ends) } };
}

function plainRow(policy: string, target: string, ok: number, failed: number, now: number): BreakerRow {
  return {
    policy,
    target,
    state: "closed",
    epoch: 1,
    since: now,
    until: null,
    ok,
    failed,
    slow: 0,
    ejectedUntil: null,
  };
}
