// How an isolate's book of a service goes out as a report, and comes back as what the coordinator answers. One report is on
// its way at a time; an unanswered one is sent again under its old number, and what is answered too late is not taken in.
import type { BreakerReply, BreakerReport, PolicyReport, TargetOutcomes } from "../../model/message/breaker-sync.ts";
import { endpointKey } from "../balance/endpoint-identity.ts";
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
export function reportFailed(book: IsolateBreakers, now: number): void {
  book.failedAt = now;
}

/** Milliseconds until the next report is due; null = there is nothing to say. */
export function syncDueIn(book: IsolateBreakers, now: number): number | null {
  if (!book.urgent && !book.touched && !book.idle) return null;
  if (book.pending !== null && now - book.sentAt < ANSWER_MS) return null;
  const waitMs = book.urgent ? Math.min(book.urgentSyncMs, book.nextSyncMs) : book.nextSyncMs;
  return Math.max(0, book.sentAt + waitMs - now);
}

/** The report to send now; an unanswered one first, under its old number. */
export function takeReport(book: IsolateBreakers, isolate: string, now: number): BreakerReport {
  book.sentAt = now;
  book.silentSince ??= now;
  if (book.pending !== null && now - book.pending.sentAt < STALE_REPORT_MS) return book.pending.report;
  book.seq += 1;
  book.urgent = false;
  book.touched = false;
  book.idle = false;
  const report = {
    isolate,
    seq: book.seq,
    policies: [...book.policies.values()].filter(({ touched }) => touched).map((page) => reportOf(page, now)),
  };
  book.pending = { report, sentAt: now };
  return report;
}

function reportOf(page: PolicyState, now: number): PolicyReport {
  const outcomes: TargetOutcomes[] = [];
  for (const [target, one] of page.targets) {
    if (!one.unreported) continue;
    const { epoch, ok, failed, slow, run } = one;
    outcomes.push({ target, epoch, ok, failed, slow, run, okMs: age(one.okAt, now), failedMs: age(one.failedAt, now) });
    one.ok = 0;
    one.failed = 0;
    one.slow = 0;
    one.unreported = false;
  }
  if (page.targets.size > MAX_TARGETS) forgetTargets(page);
  const { circuit, settled, endpoints, probeMs } = page;
  const slots = page.slots === null ? null : reportSlots(page.slots, now);
  const retries =
    page.retries === null || circuit.retryBudget === undefined
      ? null
      : reportRetries(page.retries, circuit.retryBudget);
  const probeWant = [...page.wants];
  page.wants.clear();
  page.touched = false;
  page.settled = [];
  return {
    policy: circuit.policy,
    breaker: circuit.breaker,
    outlier: circuit.outlier,
    endpoints: circuit.outlier === null ? [] : endpoints.map(endpointKey),
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
function forgetTargets(page: PolicyState): void {
  const present = new Set(page.endpoints.map((one) => endpointTarget(endpointKey(one))));
  for (const target of page.targets.keys()) {
    if (target.startsWith("e:") && !present.has(target)) page.targets.delete(target);
  }
}

/** Takes over an answer. Times count from the sending of the report, so no two clocks have to agree. */
export function applyReply(book: IsolateBreakers, reply: BreakerReply, now: number): void {
  const { pending } = book;
  if (pending === null || reply.seq !== pending.report.seq) return;
  const { sentAt } = pending;
  book.pending = null;
  book.answeredSeq = reply.seq;
  book.silentSince = null;
  book.failedAt = Number.NEGATIVE_INFINITY;
  book.nextSyncMs = reply.nextSyncMs;
  book.urgentSyncMs = reply.urgentSyncMs;
  if (reply.suspicious ?? false) {
    book.urgent = true;
    for (const { policy } of pending.report.policies) touch(book, policy);
  }
  takeForced(book, { seq: reply.forcedSeq ?? 0, states: reply.forced ?? [] }, sentAt);
  for (const { policy, target, state, epoch, forMs } of reply.verdicts) {
    const page = book.policies.get(policy);
    if (page !== undefined) turn(targetOf(page, target), state, epoch, sentAt + forMs, now);
  }
  for (const { policy, target, permit, ttlMs } of reply.probes ?? []) {
    const page = book.policies.get(policy);
    if (page !== undefined) targetOf(page, target).permits.push({ permit, diesAt: sentAt + ttlMs });
  }
  for (const { policy, slots: told } of pending.report.policies) {
    const slots = book.policies.get(policy)?.slots;
    const grant = reply.slots?.find((one) => one.policy === policy);
    if (!told || !slots) continue;
    if (grant) applySlots(slots, grant, sentAt);
    else missSlots(slots, sentAt);
  }
  for (const grant of reply.retries ?? []) {
    const retries = book.policies.get(grant.policy)?.retries;
    if (retries) applyRetries(retries, grant, sentAt);
  }
  for (const { policy } of pending.report.policies) {
    const page = book.policies.get(policy);
    if (page === undefined) continue;
    const ejections = (reply.ejections ?? []).filter((one) => one.policy === policy);
    page.ejected = new Map(ejections.map(({ endpoint, forMs }) => [endpoint, sentAt + forMs]));
  }
  book.mustCheck = mustCheckPolicy(book, now);
}

function touch(book: IsolateBreakers, policy: string): void {
  const page = book.policies.get(policy);
  if (page !== undefined) page.touched = true;
}

function turn(page: IsolateTarget, state: BreakerState, epoch: number, until: number, now: number): void {
  if (state !== "closed") page.until = until;
  if (page.epoch === epoch && page.state === state) return;
  const heals = state === "closed" && page.state !== "closed";
  page.state = state;
  page.epoch = epoch;
  page.rampFrom = heals ? now : null;
  page.ok = 0;
  page.failed = 0;
  page.slow = 0;
  page.run = 0;
  page.unreported = false;
  page.permits = [];
  if (heals) page.fast = newFastBreaker();
}
