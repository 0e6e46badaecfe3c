// What an isolate knows of the breakers of one service, and how it keeps that in step with the service's coordinator:
// what it reports, and what an answer changes. Slots and retries of its policies, and its health checks, travel in the
// same reports.
import { answered, mayReport, newSync, rejected, send, type Sync } from "../fleet/sync.ts";
import { applySlots, missSlots, reportSlots } from "../concurrency/isolate.ts";
import { applyRetries, reportRetries } from "../retry/isolate.ts";
import type { BreakerReply, BreakerReport, PolicyReport, TargetOutcomes } from "../../model/message/breaker.ts";
import { endpointIdentity } from "../balance/endpoint-identity.ts";
import { endpointTarget, type BreakerState, endpointOfTarget } from "../../model/snapshot/circuit.ts";
import { isFastOpen, newFastBreaker } from "./fast-breaker.ts";
import { takeForced, type IsolateForced } from "./forced.ts";
import {
  mustCheckPolicies,
  targetOf,
  type IsolateTarget,
  type PolicyState,
  type PolicyStates,
} from "./policy-state.ts";

export interface IsolateBreakers extends IsolateForced {
  readonly policies: PolicyStates;
  readonly sync: Sync<BreakerReport>;
  urgent: boolean;
  /** A request has asked since the last report. */
  touched: boolean;
  /** Nobody is on the way any more: what was lent should be given back when the next report is due. */
  idle: boolean;
}

/** A report that got no answer within two seconds says nothing about now. */
const TERMS = { resendMs: 2000, longestPauseMs: 1000 } as const;
const FIRST_URGENT_MS = 100;
const MAX_TARGETS = 2000;

export function newIsolateBreakers(): IsolateBreakers {
  return {
    policies: new Map(),
    forced: [],
    forcedSeq: 0,
    mustCheck: false,
    sync: newSync({ nextSyncMs: 0, urgentSyncMs: FIRST_URGENT_MS }),
    urgent: false,
    touched: false,
    idle: false,
  };
}

/** Milliseconds until the next report is due; null = there is nothing to say, or none may leave now. */
export function breakersDueIn({ sync, urgent, touched, idle }: IsolateBreakers, now: number): number | null {
  if ((!urgent && !touched && !idle) || !mayReport(sync, TERMS, now)) {
    return null;
  }
  const { nextSyncMs, urgentSyncMs = nextSyncMs } = sync.pace;
  return Math.max(0, sync.sentAt + (urgent ? Math.min(urgentSyncMs, nextSyncMs) : nextSyncMs) - now);
}

/** The report to send now. */
export function reportBreakers(breakers: IsolateBreakers, isolate: string, now: number): BreakerReport {
  return send(breakers.sync, TERMS, now, (seq) => {
    breakers.urgent = false;
    breakers.touched = false;
    breakers.idle = false;
    const touched = [...breakers.policies.values()].filter((one) => one.touched);
    return { isolate, seq, policies: touched.map((one) => reportOf(one, now)) };
  });
}

/** The coordinator could not be called: the report is sent again when the next is due. */
export function breakersRejected({ sync }: IsolateBreakers, seq: number, now: number): void {
  rejected(sync, seq, now);
}

function reportOf(policyState: PolicyState, now: number): PolicyReport {
  const outcomes: TargetOutcomes[] = [];
  for (const [target, one] of policyState.targets) {
    if (!one.unreported) {
      continue;
    }
    const { epoch, ok, failed, slow, run, fast } = one;
    const ages = { okMs: age(one.okAt, now), failedMs: age(one.failedAt, now) };
    const held = isFastOpen(fast, now) ? { heldMs: fast.openUntil - now } : {};
    outcomes.push({ target, epoch, ok, failed, slow, run, ...ages, ...held });
    one.ok = 0;
    one.failed = 0;
    one.slow = 0;
    one.unreported = false;
  }
  if (policyState.targets.size > MAX_TARGETS) {
    forgetTargets(policyState);
  }
  const { circuit, settled, endpoints, probeMs } = policyState;
  const slots = policyState.slots === null ? null : reportSlots(policyState.slots, now);
  const retries =
    policyState.retries === null || circuit.retryBudget === undefined
      ? null
      : reportRetries(policyState.retries, circuit.retryBudget);
  const probeWant = [...policyState.wants];
  policyState.wants.clear();
  policyState.touched = false;
  policyState.settled = [];
  return {
    policy: circuit.policy,
    breaker: circuit.breaker,
    outlier: circuit.outlier,
    endpoints: circuit.outlier === null ? [] : endpoints.map(endpointIdentity),
    outcomes,
    settled,
    probeWant,
    probeMs,
    ...(slots === null ? {} : { slots }),
    ...(retries === null ? {} : { retries }),
  };
}

function age(at: number | null, now: number): number | null {
  return at === null ? null : now - at;
}

/** Endpoints come and go; the coordinator tells again what matters of those that are left. */
function forgetTargets(policyState: PolicyState): void {
  const present = new Set(policyState.endpoints.map((one) => endpointTarget(endpointIdentity(one))));
  for (const target of policyState.targets.keys()) {
    if (endpointOfTarget(target) !== null && !present.has(target)) {
      policyState.targets.delete(target);
    }
  }
}

/** Applies an answer. @returns whether it was that to the last report */
export function applyBreakers(breakers: IsolateBreakers, reply: BreakerReply, now: number): boolean {
  const { nextSyncMs, urgentSyncMs } = reply;
  const applied = answered(breakers.sync, reply.seq, { nextSyncMs, urgentSyncMs });
  if (applied === null) {
    return false;
  }
  const { report, madeAt } = applied;
  if (reply.suspicious ?? false) {
    breakers.urgent = true;
    for (const { policy } of report.policies) {
      touch(breakers, policy);
    }
  }
  takeForced(breakers, { seq: reply.forcedSeq ?? 0, states: reply.forced ?? [] }, madeAt);
  for (const { policy, target, state, epoch, forMs } of reply.verdicts) {
    const policyState = breakers.policies.get(policy);
    if (policyState !== undefined) {
      turn(targetOf(policyState, target), state, epoch, madeAt + forMs, now);
    }
  }
  for (const { policy, target, permit, ttlMs } of reply.probes ?? []) {
    const policyState = breakers.policies.get(policy);
    if (policyState !== undefined) {
      targetOf(policyState, target).permits.push({ permit, diesAt: madeAt + ttlMs });
    }
  }
  applyCapacity(breakers, report, reply, madeAt);
  for (const { policy } of report.policies) {
    const policyState = breakers.policies.get(policy);
    if (policyState !== undefined) {
      const ejections = (reply.ejections ?? []).filter((one) => one.policy === policy);
      policyState.ejected = new Map(ejections.map(({ endpoint, forMs }) => [endpoint, madeAt + forMs]));
    }
  }
  breakers.mustCheck = mustCheckPolicies(breakers, now);
  return true;
}

/** What the answer lends of the service's concurrency and retries. */
function applyCapacity(breakers: IsolateBreakers, report: BreakerReport, reply: BreakerReply, madeAt: number): void {
  for (const { policy, slots: told } of report.policies) {
    const slots = breakers.policies.get(policy)?.slots;
    const grant = reply.slots?.find((one) => one.policy === policy);
    if (!told || !slots) {
      continue;
    }
    if (grant) {
      applySlots(slots, grant, madeAt);
    } else {
      missSlots(slots, madeAt);
    }
  }
  for (const grant of reply.retries ?? []) {
    const retries = breakers.policies.get(grant.policy)?.retries;
    if (retries) {
      applyRetries(retries, grant, madeAt);
    }
  }
}

function touch(breakers: IsolateBreakers, policy: string): void {
  const policyState = breakers.policies.get(policy);
  if (policyState !== undefined) {
    policyState.touched = true;
  }
}

function turn(target: IsolateTarget, state: BreakerState, epoch: number, until: number, now: number): void {
  if (state !== "closed") {
    target.until = until;
  }
  if (target.epoch === epoch && target.state === state) {
    return;
  }
  const heals = state === "closed" && target.state !== "closed";
  target.state = state;
  target.epoch = epoch;
  target.rampFrom = heals ? now : null;
  target.ok = 0;
  target.failed = 0;
  target.slow = 0;
  target.run = 0;
  target.unreported = false;
  target.permits = [];
  if (heals) {
    target.fast = newFastBreaker();
  }
}
