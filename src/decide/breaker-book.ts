// What an isolate knows about the breakers of one service: outcomes not yet reported, the coordinator's last verdicts,
// permits to probe, and its own fast breakers. Plain data. Verdicts are obeyed while they are fresh; one that nobody renews
// is forgotten half a minute after its time, so that a coordinator that cannot be reached never keeps a service shut.
import type { BreakerReply, BreakerReport, PolicyReport, SettledProbe, TargetOutcomes } from "../model/breaker-sync.ts";
import { endpointTarget, type BreakerState, type Circuit, type ForcedState } from "../model/circuit.ts";
import type { Endpoint } from "../model/snapshot.ts";
import { newFastBreaker, type FastBreaker } from "./fast-breaker.ts";

export interface TargetPage {
  epoch: number;
  state: BreakerState;
  /** End of the open time, by the isolate's own clock. */
  until: number;
  /** When a closed breaker begins to let traffic through again, little by little; null = it lets everything through. */
  rampFrom: number | null;
  ok: number;
  failed: number;
  slow: number;
  run: number;
  okAt: number | null;
  failedAt: number | null;
  /** Whether `run` has changed since the last report. */
  unsaid: boolean;
  permits: { readonly permit: number; readonly diesAt: number }[];
  fast: FastBreaker;
}

export interface PolicyPage {
  circuit: Circuit;
  endpoints: readonly Endpoint[];
  /** A request has asked since the last report. */
  touched: boolean;
  probeMs: number;
  readonly targets: Map<string, TargetPage>;
  readonly wants: Set<string>;
  settled: SettledProbe[];
  ejected: ReadonlyMap<string, number>;
}

export interface BreakerBook {
  readonly policies: Map<string, PolicyPage>;
  forced: readonly (Omit<ForcedState, "forMs"> & { readonly until: number })[];
  /** Something is not as it should be: each choice has to look. */
  troubled: boolean;
  seq: number;
  /** A report without an answer, which is sent again. */
  pending: { readonly report: BreakerReport; readonly sentAt: number } | null;
  sentAt: number;
  nextSyncMs: number;
  urgentSyncMs: number;
  urgent: boolean;
  /** A request has asked since the last report. */
  touched: boolean;
}

/** A report that got no answer for so long says nothing about now. */
const STALE_REPORT_MS = 2000;
/** An answer that takes longer is given up. */
const ANSWER_MS = 1000;
const FORGET_OPEN_MS = 30_000;
const MAX_TARGETS = 2000;
export const RAMP_MS = 5000;

export function newBreakerBook(): BreakerBook {
  return {
    policies: new Map(),
    forced: [],
    troubled: false,
    seq: 0,
    pending: null,
    sentAt: Number.NEGATIVE_INFINITY,
    nextSyncMs: 0,
    urgentSyncMs: 100,
    urgent: false,
    touched: false,
  };
}

export function newTargetPage(): TargetPage {
  return {
    epoch: 1,
    state: "closed",
    until: 0,
    rampFrom: null,
    ok: 0,
    failed: 0,
    slow: 0,
    run: 0,
    okAt: null,
    failedAt: null,
    unsaid: false,
    permits: [],
    fast: newFastBreaker(),
  };
}

/** The page of a policy, as the latest snapshot has it. */
export function pageOf(book: BreakerBook, circuit: Circuit): PolicyPage {
  const known = book.policies.get(circuit.policy);
  if (known !== undefined) {
    known.circuit = circuit;
    return known;
  }
  const page: PolicyPage = {
    circuit,
    endpoints: [],
    touched: false,
    probeMs: 0,
    targets: new Map(),
    wants: new Set(),
    settled: [],
    ejected: new Map(),
  };
  book.policies.set(circuit.policy, page);
  return page;
}

export function targetOf(page: PolicyPage, target: string): TargetPage {
  const known = page.targets.get(target);
  if (known !== undefined) return known;
  const fresh = newTargetPage();
  page.targets.set(target, fresh);
  return fresh;
}

/** Milliseconds until the next report is due; null = there is nothing to say. */
export function syncDueIn(book: BreakerBook, now: number): number | null {
  if (!book.urgent && !book.touched) return null;
  if (book.pending !== null && now - book.sentAt < ANSWER_MS) return null;
  const waitMs = book.urgent ? Math.min(book.urgentSyncMs, book.nextSyncMs) : book.nextSyncMs;
  return Math.max(0, book.sentAt + waitMs - now);
}

/** The report to send now; an unanswered one first, under its old number. */
export function takeReport(book: BreakerBook, isolate: string, now: number): BreakerReport {
  book.sentAt = now;
  if (book.pending !== null && now - book.pending.sentAt < STALE_REPORT_MS) return book.pending.report;
  book.seq += 1;
  book.urgent = false;
  book.touched = false;
  const report = {
    isolate,
    seq: book.seq,
    policies: [...book.policies.values()].filter(({ touched }) => touched).map((page) => reportOf(page, now)),
  };
  book.pending = { report, sentAt: now };
  return report;
}

function reportOf(page: PolicyPage, now: number): PolicyReport {
  const outcomes: TargetOutcomes[] = [];
  for (const [target, one] of page.targets) {
    if (!one.unsaid) continue;
    const { epoch, ok, failed, slow, run } = one;
    outcomes.push({ target, epoch, ok, failed, slow, run, okMs: age(one.okAt, now), failedMs: age(one.failedAt, now) });
    one.ok = 0;
    one.failed = 0;
    one.slow = 0;
    one.unsaid = false;
  }
  if (page.targets.size > MAX_TARGETS) forgetTargets(page);
  const { circuit, settled, endpoints, probeMs } = page;
  const probeWant = [...page.wants];
  page.wants.clear();
  page.touched = false;
  page.settled = [];
  return {
    policy: circuit.policy,
    breaker: circuit.breaker,
    outlier: circuit.outlier,
    endpoints: circuit.outlier === null ? [] : endpoints.map(({ id }) => id),
    outcomes,
    settled,
    probeWant,
    probeMs,
  };
}

function age(at: number | null, now: number): number | null {
  return at === null ? null : now - at;
}

/** Endpoints come and go; the coordinator tells again what matters of those that are left. */
function forgetTargets(page: PolicyPage): void {
  const present = new Set(page.endpoints.map(({ id }) => endpointTarget(id)));
  for (const target of page.targets.keys()) {
    if (target.startsWith("e:") && !present.has(target)) page.targets.delete(target);
  }
}

/** Takes over an answer. Times count from the sending of the report, so no two clocks have to agree. */
export function applyReply(book: BreakerBook, reply: BreakerReply, now: number): void {
  const { pending } = book;
  if (pending === null || reply.seq !== pending.report.seq) return;
  const { sentAt } = pending;
  book.pending = null;
  book.nextSyncMs = reply.nextSyncMs;
  book.urgentSyncMs = reply.urgentSyncMs;
  if (reply.suspicious ?? false) {
    book.urgent = true;
    for (const { policy } of pending.report.policies) touch(book, policy);
  }
  book.forced = (reply.forced ?? []).map(({ target, state, forMs, reason }) => ({
    target,
    state,
    reason,
    until: sentAt + forMs,
  }));
  for (const { policy, target, state, epoch, forMs } of reply.verdicts) {
    const page = book.policies.get(policy);
    if (page !== undefined) turn(targetOf(page, target), state, epoch, sentAt + forMs, now);
  }
  for (const { policy, target, permit, ttlMs } of reply.probes ?? []) {
    const page = book.policies.get(policy);
    if (page !== undefined) targetOf(page, target).permits.push({ permit, diesAt: sentAt + ttlMs });
  }
  for (const { policy } of pending.report.policies) {
    const page = book.policies.get(policy);
    if (page === undefined) continue;
    const ejections = (reply.ejections ?? []).filter((one) => one.policy === policy);
    page.ejected = new Map(ejections.map(({ endpoint, forMs }) => [endpoint, sentAt + forMs]));
  }
  book.troubled = isTroubled(book, now);
}

function touch(book: BreakerBook, policy: string): void {
  const page = book.policies.get(policy);
  if (page !== undefined) page.touched = true;
}

function turn(page: TargetPage, state: BreakerState, epoch: number, until: number, now: number): void {
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
  page.unsaid = false;
  page.permits = [];
  if (heals) page.fast = newFastBreaker();
}

/** Forgets what has had its time; whether anything is left that a choice must look at. */
export function isTroubled(book: BreakerBook, now: number): boolean {
  let troubled = book.forced.some(({ until }) => until > now);
  for (const page of book.policies.values()) {
    for (const until of page.ejected.values()) troubled ||= until > now;
    for (const target of page.targets.values()) {
      if (target.state !== "closed" && now > target.until + FORGET_OPEN_MS) {
        // Towards trying: what is dead is found out by the fast breaker.
        target.state = "closed";
      }
      if (target.rampFrom !== null && now - target.rampFrom >= RAMP_MS) target.rampFrom = null;
      troubled ||= target.state !== "closed" || target.rampFrom !== null || target.fast.openUntil > now;
    }
  }
  return troubled;
}
