// The coordinator of one service's breakers: takes the isolates' reports, moves the machines of
// decide/breaker/breaker.ts and decide/breaker/outlier.ts, and answers each isolate what holds, what it may probe and
// when to report again.
import type {
  BreakerReply,
  BreakerReport,
  Ejection,
  PolicyReport,
  ProbePermit,
  TargetOutcomes,
  Verdict,
} from "../../model/message/breaker.ts";
import {
  answerKnown,
  countReport,
  dropSilent,
  newLoad,
  sharedMs,
  type Load,
  type Reporters,
} from "../fleet/reporters.ts";
import { forcedStates, type ForcedTargets } from "./forced.ts";
import { endpointOfTarget } from "../../model/snapshot/circuit.ts";
import type { BreakerTerms, OutlierTerms } from "../../model/snapshot/circuit.ts";
import { advance, grantProbes, newBreaker, record, settleProbe, type Breaker, type Latest } from "./breaker.ts";
import { isContended, answerCapacity, newCapacityCoordinator, type CapacityCoordinator } from "./capacity.ts";
import { countHost, followEndpoints, newOutliers, sweepOutliers, type Outliers } from "./outlier.ts";
import { CALM_MS, LOAD_MS, paceOf } from "./pace.ts";

/** One target under one policy. */
interface TargetState {
  readonly policy: string;
  readonly target: string;
  terms: BreakerTerms;
  readonly breaker: Breaker;
  /** Each isolate's failures in a row at the end of what it reported, and when the last of them was. */
  readonly runs: Map<string, { readonly run: number; readonly epoch: number; readonly failedAt: number }>;
  /** Until when isolates' own breakers keep calls from it, by isolate: for operators. */
  readonly held: Map<string, number>;
  /** The last success that anybody has reported. */
  okAt: number;
  heardAt: number;
  /** When failures in a row became a good part of what trips it. */
  suspectedAt: number;
}

export interface BreakerCoordinator extends ForcedTargets {
  readonly targets: Map<string, TargetState>;
  readonly ejecting: Map<string, { terms: OutlierTerms; readonly outliers: Outliers }>;
  readonly reporters: Reporters<BreakerReply>;
  readonly load: Load;
  readonly capacity: CapacityCoordinator;
}

/** Beside the time that the probed call takes: two round trips. */
const PROBE_SLACK_MS = 400;
const ISOLATE_MS = 10_000;
/** So many times fewer failures than trip it make it suspicious, for a moment. */
const SUSPICION = 4;
const SUSPICION_MS = 300;
const TRUST_MS = 5000;
const FORGET_TARGET_MS = 600_000;
const MAX_TARGETS = 5000;

export function newBreakerCoordinator(): BreakerCoordinator {
  return {
    targets: new Map(),
    ejecting: new Map(),
    forced: new Map(),
    forcedSeq: 0,
    reporters: new Map(),
    load: newLoad(0),
    capacity: newCapacityCoordinator(),
  };
}

export const targetId = (policy: string, target: string): string => `${policy} ${target}`;

/** Answers one report: counted once, however often and whenever it arrives. */
export function answerBreakers(
  coordinator: BreakerCoordinator,
  report: BreakerReport,
  now: number,
  random: () => number,
): BreakerReply {
  const { isolate, seq, policies } = report;
  const known = answerKnown(coordinator.reporters, isolate, seq);
  if (known !== null) {
    return known;
  }
  const isNew = !coordinator.reporters.has(isolate);
  const probes = policies.flatMap((one) => ingest(coordinator, isolate, one, now, random));
  forget(coordinator, now);
  const paced = pace(coordinator, isNew, now, random);
  const lent = answerCapacity(coordinator.capacity, report, paced.nextSyncMs, now);
  const reply = { seq, ...paced, ...verdictsFor(coordinator, report, now, random), probes, ...lent };
  coordinator.reporters.set(isolate, { reply, at: now });
  return reply;
}

function ingest(
  coordinator: BreakerCoordinator,
  isolate: string,
  report: PolicyReport,
  now: number,
  random: () => number,
): ProbePermit[] {
  const { policy, breaker: terms, outlier } = report;
  if (outlier) {
    eject(coordinator, policy, outlier, report, now);
  }
  if (!terms) {
    return [];
  }
  for (const settled of report.settled ?? []) {
    const targetState = coordinator.targets.get(targetId(policy, settled.target));
    if (targetState) {
      settleProbe(targetState.breaker, terms, settled, { now, random });
    }
  }
  for (const outcomes of report.outcomes) {
    const targetState = targetOf(coordinator, policy, outcomes.target, terms, now);
    if (!targetState) {
      continue;
    }
    const { run, epoch, okMs, failedMs, heldMs } = outcomes;
    if (heldMs === undefined) {
      targetState.held.delete(isolate);
    } else {
      targetState.held.set(isolate, now + heldMs);
    }
    if (okMs !== null) {
      targetState.okAt = Math.max(targetState.okAt, now - okMs);
    }
    if (run > 0 && failedMs !== null) {
      targetState.runs.set(isolate, { run, epoch, failedAt: now - failedMs });
    } else {
      targetState.runs.delete(isolate);
    }
    const latest = latestOf(coordinator, targetState, outcomes, now);
    const suspicious =
      latest.failing * SUSPICION >= terms.minRequests && latest.failingPercent * SUSPICION >= terms.failurePercent;
    if (suspicious && now - targetState.suspectedAt > TRUST_MS) {
      targetState.suspectedAt = now;
    }
    record(targetState.breaker, terms, outcomes, latest, { now, random });
  }
  const ttlMs = report.probeMs + PROBE_SLACK_MS;
  return (report.probeWant ?? []).flatMap((target) => {
    const targetState = targetOf(coordinator, policy, target, terms, now);
    const permits = targetState ? grantProbes(targetState.breaker, terms, 1, ttlMs, { now, random }) : [];
    return permits.map((permit) => ({ policy, target, permit, ttlMs }));
  });
}

function targetOf(
  coordinator: BreakerCoordinator,
  policy: string,
  target: string,
  terms: BreakerTerms,
  now: number,
): TargetState | null {
  const id = targetId(policy, target);
  const known = coordinator.targets.get(id);
  if (known) {
    known.terms = terms;
    known.heardAt = now;
    return known;
  }
  if (coordinator.targets.size >= MAX_TARGETS) {
    return null;
  }
  const targetState = {
    policy,
    target,
    terms,
    breaker: newBreaker(terms, now),
    runs: new Map(),
    held: new Map(),
    okAt: 0,
    heardAt: now,
    suspectedAt: Number.NEGATIVE_INFINITY,
  };
  coordinator.targets.set(id, targetState);
  return targetState;
}

/**
 * Only looked at when something failed: that is when it can matter. Who fails reports at once and who does not takes
 * its time, so every isolate that has said nothing of the target counts as fine.
 */
function latestOf(
  coordinator: BreakerCoordinator,
  { breaker, runs, terms, okAt }: TargetState,
  { failed }: TargetOutcomes,
  now: number,
): Latest {
  const lagMs = 1.1 * Math.max(CALM_MS, sharedMs(coordinator.reporters.size));
  if (failed === 0) {
    return { failing: 0, failingPercent: 0, lagMs };
  }
  let failing = 0;
  let isolates = 0;
  for (const [isolate, { run, epoch, failedAt }] of runs) {
    if (now - failedAt > terms.windowMs || epoch !== breaker.epoch) {
      runs.delete(isolate);
    } else if (failedAt > okAt) {
      failing += run;
      isolates += 1;
    }
  }
  return { failing, failingPercent: (100 * isolates) / Math.max(isolates, coordinator.reporters.size), lagMs };
}

function eject(
  coordinator: BreakerCoordinator,
  policy: string,
  terms: OutlierTerms,
  report: PolicyReport,
  now: number,
): void {
  const known = coordinator.ejecting.get(policy) ?? { terms, outliers: newOutliers(now) };
  known.terms = terms;
  coordinator.ejecting.set(policy, known);
  followEndpoints(known.outliers, report.endpoints, now);
  for (const { target, ok, failed, run } of report.outcomes) {
    const endpoint = endpointOfTarget(target);
    if (endpoint !== null) {
      countHost(known.outliers, terms, endpoint, { ok, failed, run }, now);
    }
  }
}

function verdictsFor(
  coordinator: BreakerCoordinator,
  { policies }: BreakerReport,
  now: number,
  random: () => number,
): Pick<BreakerReply, "verdicts" | "ejections" | "forced" | "forcedSeq"> {
  const named = new Set(policies.map(({ policy }) => policy));
  const verdicts: Verdict[] = [];
  for (const { policy, target, terms, breaker } of coordinator.targets.values()) {
    if (!named.has(policy)) {
      continue;
    }
    advance(breaker, terms, now, random);
    const { state, epoch, openUntil } = breaker;
    if (epoch > 1) {
      verdicts.push({ policy, target, state, epoch, forMs: state === "open" ? Math.max(0, openUntil - now) : 0 });
    }
  }
  const ejections: Ejection[] = [];
  for (const policy of named) {
    const one = coordinator.ejecting.get(policy);
    if (!one) {
      continue;
    }
    sweepOutliers(one.outliers, one.terms, now);
    for (const [endpoint, { ejectedUntil }] of one.outliers.hosts) {
      if (ejectedUntil !== null) {
        ejections.push({ policy, endpoint, forMs: ejectedUntil - now });
      }
    }
  }
  return { verdicts, ejections, forced: forcedStates(coordinator, now), forcedSeq: coordinator.forcedSeq };
}

/** Slow while all is well, quick while something is not, and never more than the object can answer. */
function pace(
  coordinator: BreakerCoordinator,
  isNew: boolean,
  now: number,
  random: () => number,
): Pick<BreakerReply, "nextSyncMs" | "urgentSyncMs" | "suspicious"> {
  countReport(coordinator.load, LOAD_MS, now);
  const targetStates = [...coordinator.targets.values()];
  const busy = targetStates.some(({ breaker }) => breaker.state !== "closed") || isContended(coordinator.capacity, now);
  const suspicious = targetStates.some(
    ({ breaker, suspectedAt }) => breaker.state === "closed" && now - suspectedAt < SUSPICION_MS,
  );
  return { ...paceOf(coordinator.load, coordinator.reporters.size, { busy, isNew }, random), suspicious };
}

function forget(coordinator: BreakerCoordinator, now: number): void {
  dropSilent(coordinator.reporters, ISOLATE_MS, now);
  for (const [id, { heardAt, held }] of coordinator.targets) {
    for (const [isolate, until] of held) {
      if (until <= now) {
        held.delete(isolate);
      }
    }
    if (now - heardAt > FORGET_TARGET_MS) {
      coordinator.targets.delete(id);
    }
  }
}
