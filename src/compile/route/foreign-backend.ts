// A backend that a route of another namespace was not granted: the service that it is attached to, for callers of its
// own. The service's policies hold as they do without the route; what the route and its policies say is laid on top,
// and only tightens.
import type { CallRetry, RetryCause } from "../../model/snapshot/call-policy.ts";
import type { Held, PolicyIndexes } from "../../model/snapshot/policies.ts";
import type { Circuit } from "../../model/snapshot/circuit.ts";
import type { Traffic } from "../../model/snapshot/traffic.ts";
import type { Backend, Filter, Rule } from "../../model/snapshot/snapshot.ts";
import type { PolicyIndex } from "../policy/policy-index.ts";
import { timeoutsOf } from "../policy/traffic.ts";

/** What a rule says about calls, and what a policy on it or its route does. */
interface SaidByRule {
  readonly timeouts: Rule["timeouts"];
  readonly retry: Rule["retry"];
  readonly filters: readonly Filter[];
  readonly held: PolicyIndexes;
}

/**
 * The shorter of timeouts, the fewer of retries; faults and caps of both. Balancing and failover are the owner's.
 *
 * @param owners what holds for the service without the rule
 */
export function tightened(
  index: PolicyIndex,
  owners: Held,
  rule: SaidByRule,
): Pick<Backend, "timeouts" | "policies"> & { readonly faults: readonly Filter[] } {
  const { tables } = index;
  const below = timeoutsOf(tables, owners);
  const { requestMs, perTryMs } = below;
  const own = rule.held.traffic === undefined ? undefined : tables.traffic?.[rule.held.traffic];
  const timeouts = {
    ...below,
    requestMs: shorter(rule.timeouts.requestMs ?? own?.timeouts.requestMs ?? null, requestMs),
    perTryMs: shorter(rule.timeouts.perTryMs ?? own?.timeouts.perTryMs ?? null, perTryMs),
  };
  const named = rule.filters.some(({ type }) => type === "Fault");
  const faults = [named ? undefined : rule.held.fault, owners.policies.fault].flatMap((fault): Filter[] =>
    fault === undefined ? [] : [{ type: "Fault", fault }],
  );
  const held = owners.policies.traffic === undefined ? undefined : tables.traffic?.[owners.policies.traffic];
  const cap = own === undefined ? null : capOf(own);
  if (cap === null && (held === undefined || held.calls === null)) {
    return { timeouts, policies: owners.policies, faults };
  }
  const { policy = own?.policy ?? "", calls = null, circuit = null } = held ?? {};
  const retry = calls === null ? null : fewer(calls.retry, own?.calls?.retry ?? null, rule.retry);
  const traffic = index.trafficOf({
    policy,
    timeouts: held?.timeouts ?? below,
    calls: calls === null ? null : { ...calls, retry },
    circuit: cap === null ? circuit : circuit === null ? cap : { ...circuit, beside: cap },
  });
  return { timeouts, policies: { ...owners.policies, traffic }, faults };
}

/** What the caller's namespace lets itself have at once. */
function capOf({ policy, circuit }: Traffic): Circuit | null {
  const concurrency = circuit?.concurrency;
  return concurrency === undefined ? null : { policy, breaker: null, slowCallMs: 0, outlier: null, concurrency };
}

/** 0 = no deadline, and null = nothing is said: neither is shorter than anything. */
function shorter(own: number | null, owners: number): number {
  if (own === null || own === 0) {
    return owners;
  }
  return owners === 0 ? own : Math.min(own, owners);
}

/** Of a service whose owner wants no retries there are none. */
function fewer(owners: CallRetry | null, own: CallRetry | null, retry: Rule["retry"]): CallRetry | null {
  if (owners === null) {
    return null;
  }
  const attempts = Math.min(owners.attempts, retry?.attempts ?? owners.attempts, own?.attempts ?? owners.attempts);
  if (own === null) {
    return { ...owners, attempts };
  }
  const { hedge, ...rest } = owners;
  const copies =
    hedge === undefined || own.hedge === undefined
      ? {}
      : { hedge: { afterMs: Math.max(hedge.afterMs, own.hedge.afterMs), max: Math.min(hedge.max, own.hedge.max) } };
  return {
    ...rest,
    attempts,
    on: narrower(owners.on, own.on),
    methods: owners.methods.filter((method) => own.methods.includes(method)),
    baseMs: Math.max(owners.baseMs, own.baseMs),
    maxMs: Math.max(owners.maxMs, own.maxMs),
    ...copies,
  };
}

/** Each of these covers all that stand before it (`decide/retry/traffic-policy.ts`). */
const WIDENING: readonly RetryCause[] = ["connect-failure", "reset", "gateway-error", "5xx"];

function narrower(a: readonly RetryCause[], b: readonly RetryCause[]): RetryCause[] {
  const widest = (on: readonly RetryCause[]): number => Math.max(-1, ...on.map((cause) => WIDENING.indexOf(cause)));
  const cause = WIDENING[Math.min(widest(a), widest(b))];
  const both: readonly RetryCause[] =
    a.includes("retriable-4xx") && b.includes("retriable-4xx") ? ["retriable-4xx"] : [];
  return [...(cause === undefined ? [] : [cause]), ...both];
}
