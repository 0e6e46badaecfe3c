// How what an isolate knows of a service goes out as a report, and comes back as what the coordinator answers. One report is on
// its way at a time; an unanswered one is sent again under its old number, and what is answered too late is not taken in.
import type { BreakerReply, BreakerReport, PolicyReport, TargetOutcomes } from "../../model/message/breaker-sync.ts";
import { takeForced } from "./forced.ts";
import { endpointTarget, type BreakerState } from "../../model/snapshot/circuit.ts";
import { mustCheckPolicy, targetOf, type IsolateBreakers, type PolicyState, type IsolateTarget } from "./isolate.ts";
import { newFastBreaker } from "./fast-breaker.ts";
import { applyRetries, reportRetries } from "../retry/retry-budget.ts";
import { applySlots, missSlots, reportSlots } from "../concurrency/isolate.ts";

/** A report that got no answer for so long says nothing about now. */
const STALE_REPORT_MS = 2000;
/** An answer that takes longer is given up. */
const ANSWER_MS = 1000;
/** So long, and three reports, without an answer. */
const SILENT_MS = 2500;
/** For so long after a failure requests do not wait for an answer. */
const FAILED_MS = 5000;
const MAX_TARGETS = 2000;

/** The coordinator does not answer. */
export function isUnheard({ silentSince, failedAt }: IsolateBreakers, now: number): boolean {
  return now - failedAt < FAILED_MS || (silentSince !== null && now - silentSince >= SILENT_MS);
}

/** A report has come to nothing: it is sent again when the next is due. */
export function reportFailed(breakers: IsolateBreakers, now: number): void {
  breakers.failedAt = now;
}

/** Milliseconds until the next report is due; null = there is nothing to say. */
export function syncDueIn(breakers: IsolateBreakers, now: number): number | null {
  if (!breakers.urgent && !breakers.touched && !breakers.idle) return null;
  if (breakers.pending !== null && now - breakers.sentAt < ANSWER_MS) return null;
  const waitMs = breakers.urgent ? Math.min(breakers.urgentSyncMs, breakers.nextSyncMs) : breakers.nextSyncMs;
  return Math.max(0, breakers.sentAt + waitMs - now);
}

/** The report to send now; an unanswered one first, under its old number. */
export function takeReport(breakers: IsolateBreakers, isolate: string, now: number): BreakerReport {
  breakers.sentAt = now;
  breakers.silentSince ??= now;
  if (breakers.pending !== null && now - breakers.pending.sentAt < STALE_REPORT_MS) return breakers.pending.report;
  breakers.seq += 1;
  breakers.urgent = false;
  breakers.touched = false;
  breakers.idle = false;
  const report = {
    isolate,
    seq: breakers.seq,
    policies: [...breakers.policies.values()]
      .filter(({ touched }) => touched)
      .map((policyState) => reportOf(policyState, now)),
  };
  breakers.pending = { report, sentAt: now };
  return report;
}

function reportOf(policyState: PolicyState, now: number): PolicyReport {
  const outcomes: TargetOutcomes[] = [];
  for (const [target, one] of policyState.targets) {
    if (!one.unreported) continue;
    const { epoch, ok, failed, slow, run } = one;
    outcomes.push({ target, epoch, ok, failed, slow, run, okMs: age(one.okAt, now), failedMs: age(one.failedAt, now) });
    one.ok = 0;
    one.failed = 0;
    one.slow = 0;
    one.unreported = false;
  }
  if (policyState.targets.size > MAX_TARGETS) forgetTargets(policyState);
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
    endpoints: circuit.outlier === null ? [] : endpoints.map(({ id }) => id),
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
  const present = new Set(policyState.endpoints.map(({ id }) => endpointTarget(id)));
  for (const target of policyState.targets.keys()) {
    if (target.startsWith("e:") && !present.has(target)) policyState.targets.delete(target);
  }
}

/** Takes over an answer. Times count from the sending of the report, so no two clocks have to agree. */
export function applyReply(breakers: IsolateBreakers, reply: BreakerReply, now: number): void {
  const { pending } = breakers;
  if (pending === null || reply.seq !== pending.report.seq) return;
  const { sentAt } = pending;
  breakers.pending = null;
  breakers.answeredSeq = reply.seq;
  breakers.silentSince = null;
  breakers.failedAt = Number.NEGATIVE_INFINITY;
  breakers.nextSyncMs = reply.nextSyncMs;
  breakers.urgentSyncMs = reply.urgentSyncMs;
  if (reply.suspicious ?? false) {
    breakers.urgent = true;
    for (const { policy } of pending.report.policies) touch(breakers, policy);
  }
  takeForced(breakers, { seq: reply.forcedSeq ?? 0, states: reply.forced ?? [] }, sentAt);
  for (const { policy, target, state, epoch, forMs } of reply.verdicts) {
    const policyState = breakers.policies.get(policy);
    if (policyState !== undefined) turn(targetOf(policyState, target), state, epoch, sentAt + forMs, now);
  }
  for (const { policy, target, permit, ttlMs } of reply.probes ?? []) {
    const policyState = breakers.policies.get(policy);
    if (policyState !== undefined) targetOf(policyState, target).permits.push({ permit, diesAt: sentAt + ttlMs });
  }
  for (const { policy, slots: told } of pending.report.policies) {
    const slots = breakers.policies.get(policy)?.slots;
    const grant = reply.slots?.find((one) => one.policy === policy);
    if (!told || !slots) continue;
    if (grant) applySlots(slots, grant, sentAt);
    else missSlots(slots, sentAt);
  }
  for (const grant of reply.retries ?? []) {
    const retries = breakers.policies.get(grant.policy)?.retries;
    if (retries) applyRetries(retries, grant, sentAt);
  }
  for (const { policy } of pending.report.policies) {
    const policyState = breakers.policies.get(policy);
    if (policyState === undefined) continue;
    const ejections = (reply.ejections ?? []).filter((one) => one.policy === policy);
    policyState.ejected = new Map(ejections.map(({ endpoint, forMs }) => [endpoint, sentAt + forMs]));
  }
  breakers.mustCheck = mustCheckPolicy(breakers, now);
}

function touch(breakers: IsolateBreakers, policy: string): void {
  const policyState = breakers.policies.get(policy);
  if (policyState !== undefined) policyState.touched = true;
}

function turn(policyState: IsolateTarget, state: BreakerState, epoch: number, until: number, now: number): void {
  if (state !== "closed") policyState.until = until;
  if (policyState.epoch === epoch && policyState.state === state) return;
  const heals = state === "closed" && policyState.state !== "closed";
  policyState.state = state;
  policyState.epoch = epoch;
  policyState.rampFrom = heals ? now : null;
  policyState.ok = 0;
  policyState.failed = 0;
  policyState.slow = 0;
  policyState.run = 0;
  policyState.unreported = false;
  policyState.permits = [];
  if (heals) policyState.fast = newFastBreaker();
}
