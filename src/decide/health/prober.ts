// The one prober of a service: which endpoints are to be probed when, and what came of it. It lives in the coordinator.
import type { HealthCoordinator, Checked } from "./coordinator.ts";
import { judgeProbe, type Probed } from "./health.ts";

/** Without traffic for so long nothing is probed (Envoy's no_traffic_interval). */
export const NO_TRAFFIC_MS = 60_000;
/** Probes in one round. */
const MOST_PROBES = 50;

/** When the next probe is due; null = nothing is to be probed. */
export function nextProbeAt(coordinator: HealthCoordinator, now: number): number | null {
  if (coordinator.terms === null || now - coordinator.heardAt > NO_TRAFFIC_MS) {
    return null;
  }
  let first: number | null = null;
  for (const { health } of coordinator.checked.values()) {
    first = Math.min(first ?? Infinity, health.nextAt);
  }
  return first;
}

/** The probes of this round. Whoever is taken is not due again meanwhile, however often the round is run. */
export function takeDue(coordinator: HealthCoordinator, now: number): readonly Checked[] {
  const { terms } = coordinator;
  const next = nextProbeAt(coordinator, now);
  if (terms === null || next === null || next > now) {
    return [];
  }
  const due = [...coordinator.checked.values()].filter(({ health }) => health.nextAt <= now).slice(0, MOST_PROBES);
  for (const { health } of due) {
    health.nextAt = now + terms.timeoutMs + terms.intervalMs;
  }
  return due;
}

/** @returns whether its state has changed; a result for an endpoint that is gone or moved changes nothing */
export function settle(
  coordinator: HealthCoordinator,
  { target, health }: Checked,
  probed: Probed,
  now: number,
  random: () => number,
): boolean {
  if (coordinator.terms === null || coordinator.checked.get(target.id)?.health !== health) {
    return false;
  }
  const before = health.state;
  judgeProbe(health, coordinator.terms, probed, now, random);
  return health.state !== before;
}
