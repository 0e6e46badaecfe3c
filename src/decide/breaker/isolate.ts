// What an isolate knows about the breakers of one service: outcomes not yet reported, the coordinator's last verdicts,
// permits to probe, its own fast breakers, and what it was lent of the service's concurrency and retries. Plain data. Verdicts are obeyed while they are fresh; one that nobody renews
// is forgotten half a minute after its time, so that a coordinator that cannot be reached never keeps a service shut.
import type { BreakerReport, SettledProbe } from "../../model/message/breaker-sync.ts";
import type { BreakerState, Circuit, ForcedState } from "../../model/snapshot/circuit.ts";
import type { Endpoint } from "../../model/snapshot/snapshot.ts";
import { newFastBreaker, type FastBreaker } from "./fast-breaker.ts";
import type { BudgetState } from "../retry/retry-budget.ts";
import type { IsolateSlots } from "../concurrency/isolate.ts";

export interface IsolateTarget {
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
  unreported: boolean;
  permits: { readonly permit: number; readonly diesAt: number }[];
  fast: FastBreaker;
}

export interface PolicyState {
  circuit: Circuit;
  endpoints: readonly Endpoint[];
  /** A request has asked since the last report. */
  touched: boolean;
  probeMs: number;
  readonly targets: Map<string, IsolateTarget>;
  readonly wants: Set<string>;
  settled: SettledProbe[];
  ejected: ReadonlyMap<string, number>;
  /** null = nothing has been asked of it yet. */
  slots: IsolateSlots | null;
  retries: BudgetState | null;
}

export interface IsolateBreakers {
  readonly policies: Map<string, PolicyState>;
  forced: readonly (Omit<ForcedState, "forMs"> & { readonly until: number })[];
  /** Number of the order that `forced` is of; 0 = none was heard of. */
  forcedSeq: number;
  /** Something is not as it should be: each choice has to look. */
  mustCheck: boolean;
  seq: number;
  /** A report without an answer, which is sent again. */
  pending: { readonly report: BreakerReport; readonly sentAt: number } | null;
  sentAt: number;
  nextSyncMs: number;
  urgentSyncMs: number;
  urgent: boolean;
  /** A request has asked since the last report. */
  touched: boolean;
  /** Nobody is on the way any more: what was lent should be given back when the next report is due. */
  idle: boolean;
  /** Number of the last report that was answered. */
  answeredSeq: number;
  /** When a report came to nothing, since one was answered. */
  failedAt: number;
  /** Since when reports have no answer; null = the last one has. */
  silentSince: number | null;
}

const FORGET_OPEN_MS = 30_000;
export const RAMP_MS = 5000;

export function newIsolateBreakers(): IsolateBreakers {
  return {
    policies: new Map(),
    forced: [],
    forcedSeq: 0,
    mustCheck: false,
    seq: 0,
    pending: null,
    sentAt: Number.NEGATIVE_INFINITY,
    nextSyncMs: 0,
    urgentSyncMs: 100,
    urgent: false,
    touched: false,
    idle: false,
    answeredSeq: 0,
    failedAt: Number.NEGATIVE_INFINITY,
    silentSince: null,
  };
}

export function newIsolateTarget(): IsolateTarget {
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
    unreported: false,
    permits: [],
    fast: newFastBreaker(),
  };
}

/** The state of a policy, as the latest snapshot has it. */
export function policyStateOf(breakers: IsolateBreakers, circuit: Circuit): PolicyState {
  const known = breakers.policies.get(circuit.policy);
  if (known !== undefined) {
    known.circuit = circuit;
    return known;
  }
  const policyState: PolicyState = {
    circuit,
    endpoints: [],
    touched: false,
    probeMs: 0,
    targets: new Map(),
    wants: new Set(),
    settled: [],
    ejected: new Map(),
    slots: null,
    retries: null,
  };
  breakers.policies.set(circuit.policy, policyState);
  return policyState;
}

export function targetOf(policyState: PolicyState, target: string): IsolateTarget {
  const known = policyState.targets.get(target);
  if (known !== undefined) return known;
  const fresh = newIsolateTarget();
  policyState.targets.set(target, fresh);
  return fresh;
}

/** Forgets what has had its time; whether anything is left that a choice must look at. */
export function mustCheckPolicy(breakers: IsolateBreakers, now: number): boolean {
  let troubled = breakers.forced.some(({ until }) => until > now);
  for (const policyState of breakers.policies.values()) {
    for (const until of policyState.ejected.values()) troubled ||= until > now;
    for (const target of policyState.targets.values()) {
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
