// What an isolate knows of the targets of one policy: the coordinator's last verdicts, permits to probe, outcomes not
// yet reported, its own fast breakers, and what it was lent of the service's concurrency and retries. Plain data.
// Verdicts are obeyed while they are fresh; one that nobody renews is forgotten half a minute after its time, so that a
// coordinator that cannot be reached never keeps a service shut.
import type { SettledProbe } from "../../model/message/breaker.ts";
import type { BreakerState, Circuit } from "../../model/snapshot/circuit.ts";
import type { Endpoint } from "../../model/snapshot/snapshot.ts";
import type { IsolateSlots } from "../concurrency/isolate.ts";
import type { IsolateRetries } from "../retry/isolate.ts";
import { newFastBreaker, type FastBreaker } from "./fast-breaker.ts";
import type { IsolateForced } from "./forced.ts";

/** By policy. */
export type PolicyStates = Map<string, PolicyState>;

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
  retries: IsolateRetries | null;
}

const FORGET_OPEN_MS = 30_000;
export const RAMP_MS = 5000;

function newIsolateTarget(): IsolateTarget {
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

interface WithPolicies {
  readonly policies: PolicyStates;
}

/** The state of a policy, as the latest snapshot has it. */
export function policyStateOf({ policies }: WithPolicies, circuit: Circuit): PolicyState {
  const known = policies.get(circuit.policy);
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
  policies.set(circuit.policy, policyState);
  return policyState;
}

export function targetOf(policyState: PolicyState, target: string): IsolateTarget {
  const known = policyState.targets.get(target);
  if (known !== undefined) {
    return known;
  }
  const fresh = newIsolateTarget();
  policyState.targets.set(target, fresh);
  return fresh;
}

/** Forgets what has had its time; whether anything is left that a choice must look at. */
export function mustCheckPolicies({ policies, forced }: WithPolicies & IsolateForced, now: number): boolean {
  let mustCheck = forced.some(({ until }) => until > now);
  for (const policyState of policies.values()) {
    for (const until of policyState.ejected.values()) {
      mustCheck ||= until > now;
    }
    for (const target of policyState.targets.values()) {
      if (target.state !== "closed" && now > target.until + FORGET_OPEN_MS) {
        // Towards trying: what is dead is found out by the fast breaker.
        target.state = "closed";
      }
      if (target.rampFrom !== null && now - target.rampFrom >= RAMP_MS) {
        target.rampFrom = null;
      }
      mustCheck ||= target.state !== "closed" || target.rampFrom !== null || target.fast.openUntil > now;
    }
  }
  return mustCheck;
}
