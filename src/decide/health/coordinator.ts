// The coordinator's side of health checks: which endpoints the service has, who is to be left out, and what isolates
// are answered. Nothing is probed once they report no more traffic; when and what is probed is prober.ts.
import { endpointOfTarget } from "../../model/snapshot/circuit.ts";
import type { HealthReply, HealthReport, HealthRow, ProbeTarget } from "../../model/message/health.ts";
import type { HealthTerms } from "../../model/snapshot/health-terms.ts";
import type { BreakerCoordinator } from "../breaker/coordinator.ts";
import { sumOutcomes } from "../breaker/rolling-window.ts";
import { isDamped, newHealth, type Health } from "./health.ts";

export interface Checked {
  readonly target: ProbeTarget;
  readonly health: Health;
}

export interface HealthCoordinator {
  /** Those of the last report. */
  terms: HealthTerms | null;
  service: string;
  /** Lists of endpoints by what stands for them, and when an isolate last had each. */
  readonly lists: Map<string, { readonly targets: readonly ProbeTarget[]; at: number }>;
  readonly checked: Map<string, Checked>;
  /** When an isolate last told of traffic. */
  heardAt: number;
}

/** A list that no isolate has any more; snapshots spread within seconds. */
const OLD_LIST_MS = 15_000;
/** A verdict holds for so many intervals, and at least for so long, when it is not renewed. */
const HOLD_INTERVALS = 3;
const HOLD_MS = 30_000;
export function newHealthCoordinator(): HealthCoordinator {
  return { terms: null, service: "", lists: new Map(), checked: new Map(), heardAt: Number.NEGATIVE_INFINITY };
}

/** @param suspects endpoints that fail in traffic, too, as far as anybody has seen */
export function answerHealth(
  coordinator: HealthCoordinator,
  { service, terms, list, targets }: HealthReport,
  now: number,
  suspects: () => ReadonlySet<string>,
): HealthReply {
  coordinator.terms = terms;
  coordinator.service = service;
  coordinator.heardAt = now;
  const known = coordinator.lists.get(list);
  if (known !== undefined) {
    known.at = now;
  } else if (targets !== null) {
    coordinator.lists.set(list, { targets, at: now });
    follow(coordinator, now);
  }
  for (const [name, { at }] of coordinator.lists) {
    if (now - at <= OLD_LIST_MS || !coordinator.lists.has(list)) {
      continue;
    }
    coordinator.lists.delete(name);
    follow(coordinator, now);
  }
  const wantsList = known === undefined && targets === null;
  return { leftOut: [...leftOut(coordinator, now, suspects)], forMs: holdMs(terms), wantsList };
}

/**
 * Takes the endpoints of all living lists for those of the service; of two that share an id the younger list's counts.
 */
function follow(coordinator: HealthCoordinator, now: number): void {
  const present = new Map<string, ProbeTarget>();
  for (const { targets } of [...coordinator.lists.values()].sort((left, right) => left.at - right.at)) {
    for (const target of targets) {
      present.set(target.id, target);
    }
  }
  for (const id of coordinator.checked.keys()) {
    if (!present.has(id)) {
      coordinator.checked.delete(id);
    }
  }
  for (const [id, target] of present) {
    const known = coordinator.checked.get(id);
    const moved = known === undefined || addressOf(known.target) !== addressOf(target);
    coordinator.checked.set(id, { target, health: moved ? newHealth(now) : known.health });
  }
}

function addressOf({ address }: Pick<ProbeTarget, "address">): string {
  return "url" in address ? address.url : `binding ${address.binding}`;
}

function holdMs({ intervalMs }: HealthTerms): number {
  return Math.max(HOLD_MS, HOLD_INTERVALS * intervalMs);
}

/**
 * Whom isolates should leave out. Two doubts are in favour of an endpoint: when none at all passes, the prober is the
 * suspect, and only those count that fail in traffic as well; and damping never leaves less than half.
 */
export function leftOut(
  { checked }: HealthCoordinator,
  now: number,
  suspects: () => ReadonlySet<string>,
): ReadonlySet<string> {
  const all = [...checked];
  const failing = all.filter(([, { health }]) => health.state === "unhealthy").map(([id]) => id);
  const out = new Set(failing.length === all.length ? alsoSuspect(failing, checked, suspects) : failing);
  const damped = all.filter(([id, { health }]) => !out.has(id) && health.state === "healthy" && isDamped(health, now));
  if (2 * (all.length - out.size - damped.length) >= all.length) {
    for (const [id] of damped) {
      out.add(id);
    }
  }
  return out;
}

function alsoSuspect(
  failing: readonly string[],
  checked: HealthCoordinator["checked"],
  suspects: () => ReadonlySet<string>,
): readonly string[] {
  if (failing.length === 0) {
    return failing;
  }
  const also = suspects();
  return failing.filter((id) => also.has(checked.get(id)?.target.key ?? id));
}

/** Keys of endpoints that are kept back or ejected, or of which every call that anybody has told of lately failed. */
export function failingInTraffic(coordinator: BreakerCoordinator, now: number): ReadonlySet<string> {
  const out = new Set<string>();
  const failing = new Set<string>();
  const fine = new Set<string>();
  const note = (id: string, isOut: boolean, { ok, failed }: { readonly ok: number; readonly failed: number }): void => {
    if (isOut) {
      out.add(id);
    } else if (ok > 0) {
      fine.add(id);
    } else if (failed > 0) {
      failing.add(id);
    }
  };
  for (const { target, breaker } of coordinator.targets.values()) {
    const endpoint = endpointOfTarget(target);
    if (endpoint === null) {
      continue;
    }
    note(endpoint, breaker.state !== "closed", sumOutcomes(breaker.window, now));
  }
  for (const { outliers } of coordinator.ejecting.values()) {
    for (const [id, host] of outliers.hosts) {
      note(id, host.ejectedUntil !== null, host);
    }
  }
  for (const id of failing) {
    if (!fine.has(id)) {
      out.add(id);
    }
  }
  return out;
}

export function healthRows(
  coordinator: HealthCoordinator,
  now: number,
  suspects: () => ReadonlySet<string>,
): HealthRow[] {
  const out = leftOut(coordinator, now, suspects);
  return [...coordinator.checked].map(
    ([
      endpoint,
      {
        health: { state, since, checkedAt, cause },
      },
    ]) => ({
      endpoint,
      state,
      since,
      checkedAt,
      cause,
      leftOut: out.has(endpoint),
    }),
  );
}
