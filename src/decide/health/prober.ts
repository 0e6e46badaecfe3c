// The one prober of a service: which endpoints there are to probe, when, what came of it, and who is to be left out. It
// lives in the coordinator; nothing is probed once isolates report no more traffic.
import type { HealthReply, HealthReport, HealthRow, ProbeTarget } from "../../model/message/health.ts";
import type { HealthTerms } from "../../model/snapshot/health-terms.ts";
import type { BreakerCoordinator } from "../breaker/coordinator.ts";
import { isDamped, judgeProbe, newHealth, type Health, type Probed } from "./health.ts";
import { sumOutcomes } from "../breaker/rolling-window.ts";

export interface Checked {
  readonly target: ProbeTarget;
  readonly health: Health;
}

export interface HealthProber {
  /** Those of the last report. */
  terms: HealthTerms | null;
  service: string;
  /** Lists of endpoints by what stands for them, and when an isolate last had each. */
  readonly lists: Map<string, { readonly targets: readonly ProbeTarget[]; at: number }>;
  readonly checked: Map<string, Checked>;
  /** When an isolate last told of traffic. */
  heardAt: number;
}

/** Without traffic for so long nothing is probed (Envoy's no_traffic_interval). */
export const NO_TRAFFIC_MS = 60_000;
/** A list that no isolate has any more; snapshots spread within seconds. */
const OLD_LIST_MS = 15_000;
/** A verdict holds for so many intervals, and at least for so long, when it is not renewed. */
const HOLD_INTERVALS = 3;
const HOLD_MS = 30_000;
/** Probes in one round. */
export const MOST_PROBES = 50;

export function newHealthProber(): HealthProber {
  return { terms: null, service: "", lists: new Map(), checked: new Map(), heardAt: Number.NEGATIVE_INFINITY };
}

/** @param suspects endpoints that fail in traffic, too, as far as anybody has seen */
export function answerHealth(
  prober: HealthProber,
  { service, terms, list, targets }: HealthReport,
  now: number,
  suspects: () => ReadonlySet<string>,
): HealthReply {
  prober.terms = terms;
  prober.service = service;
  prober.heardAt = now;
  const known = prober.lists.get(list);
  if (known !== undefined) known.at = now;
  else if (targets !== null) {
    prober.lists.set(list, { targets, at: now });
    follow(prober, now);
  }
  for (const [name, { at }] of prober.lists) {
    if (now - at <= OLD_LIST_MS || !prober.lists.has(list)) continue;
    prober.lists.delete(name);
    follow(prober, now);
  }
  const wantsList = known === undefined && targets === null;
  return { leftOut: [...leftOut(prober, now, suspects)], forMs: holdMs(terms), wantsList };
}

/** Takes the endpoints of all living lists for those of the service; of two that share an id the younger list's counts. */
function follow(prober: HealthProber, now: number): void {
  const present = new Map<string, ProbeTarget>();
  for (const { targets } of [...prober.lists.values()].sort((left, right) => left.at - right.at)) {
    for (const target of targets) present.set(target.id, target);
  }
  for (const id of prober.checked.keys()) if (!present.has(id)) prober.checked.delete(id);
  for (const [id, target] of present) {
    const known = prober.checked.get(id);
    const moved = known === undefined || addressOf(known.target) !== addressOf(target);
    prober.checked.set(id, { target, health: moved ? newHealth(now) : known.health });
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
  { checked }: HealthProber,
  now: number,
  suspects: () => ReadonlySet<string>,
): ReadonlySet<string> {
  const all = [...checked];
  const failing = all.filter(([, { health }]) => health.state === "unhealthy").map(([id]) => id);
  const out = new Set(failing.length === all.length ? intersection(failing, suspects) : failing);
  const damped = all.filter(([id, { health }]) => !out.has(id) && health.state === "healthy" && isDamped(health, now));
  if (2 * (all.length - out.size - damped.length) >= all.length) for (const [id] of damped) out.add(id);
  return out;
}

function intersection(failing: readonly string[], suspects: () => ReadonlySet<string>): readonly string[] {
  if (failing.length === 0) return failing;
  const also = suspects();
  return failing.filter((id) => also.has(id));
}

/** Endpoints that are kept back or ejected, or of which every call that anybody has told of lately failed. */
export function failingInTraffic(prober: BreakerCoordinator, now: number): ReadonlySet<string> {
  const out = new Set<string>();
  const failing = new Set<string>();
  const fine = new Set<string>();
  const note = (id: string, isOut: boolean, { ok, failed }: { readonly ok: number; readonly failed: number }): void => {
    if (isOut) out.add(id);
    else if (ok > 0) fine.add(id);
    else if (failed > 0) failing.add(id);
  };
  for (const { target, breaker } of prober.targets.values()) {
    if (!target.startsWith("e:")) continue;
    note(target.slice(2), breaker.state !== "closed", sumOutcomes(breaker.window, now));
  }
  for (const { outliers } of prober.ejecting.values()) {
    for (const [id, host] of outliers.hosts) note(id, host.ejectedUntil !== null, host);
  }
  for (const id of failing) if (!fine.has(id)) out.add(id);
  return out;
}

/** When the next probe is due; null = nothing is to be probed. */
export function nextProbeAt(prober: HealthProber, now: number): number | null {
  if (prober.terms === null || now - prober.heardAt > NO_TRAFFIC_MS) return null;
  let first: number | null = null;
  for (const { health } of prober.checked.values()) first = Math.min(first ?? Infinity, health.nextAt);
  return first;
}

/** The probes of this round. Whoever is taken is not due again meanwhile, however often the round is run. */
export function takeDue(prober: HealthProber, now: number): readonly Checked[] {
  const { terms } = prober;
  const next = nextProbeAt(prober, now);
  if (terms === null || next === null || next > now) return [];
  const due = [...prober.checked.values()].filter(({ health }) => health.nextAt <= now).slice(0, MOST_PROBES);
  for (const { health } of due) health.nextAt = now + terms.timeoutMs + terms.intervalMs;
  return due;
}

/** @returns whether its state has changed; a result for an endpoint that is gone or moved changes nothing */
export function settle(
  prober: HealthProber,
  { target, health }: Checked,
  probed: Probed,
  now: number,
  random: () => number,
): boolean {
  if (prober.terms === null || prober.checked.get(target.id)?.health !== health) return false;
  const before = health.state;
  judgeProbe(health, prober.terms, probed, now, random);
  return health.state !== before;
}

export function healthRows(prober: HealthProber, now: number, suspects: () => ReadonlySet<string>): HealthRow[] {
  const out = leftOut(prober, now, suspects);
  return [...prober.checked].map(
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
