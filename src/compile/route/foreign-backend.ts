// A backend that a route of another namespace was not granted: the service that it is attached to, for callers of its own. The
// service's policies hold as they do without the route; what the route and its policies say is laid on top, and only tightens.
import type { CallPolicy, CallRetry, RetryCause } from "../../model/snapshot/call-policy.ts";
import type { Backend, Fault, Filter, Rule, Timeouts } from "../../model/snapshot/snapshot.ts";

/** What a rule, or a policy on it or its route, says about calls. */
interface SaidByRule {
  readonly timeouts: Rule["timeouts"];
  readonly retry: Rule["retry"];
  readonly calls: CallPolicy | undefined;
  readonly fault: Fault | undefined;
  readonly filters: readonly Filter[];
}

/** What holds for the service without the rule. */
interface SaidByOwner extends Timeouts {
  readonly calls?: CallPolicy;
  readonly fault: Fault | undefined;
}

/** The shorter of timeouts, the fewer of retries; faults of both. Balancing and failover are the owner's. */
export function tightened(
  owner: SaidByOwner,
  rule: SaidByRule,
): Pick<Backend, "timeouts" | "calls"> & { readonly faults: readonly Filter[] } {
  const timeouts = {
    requestMs: shorter(rule.timeouts.requestMs, owner.requestMs),
    perTryMs: shorter(rule.timeouts.perTryMs, owner.perTryMs),
  };
  const { calls } = owner;
  const named = rule.filters.some(({ type }) => type === "Fault");
  const faults = [named ? undefined : rule.fault, owner.fault].flatMap((fault): Filter[] =>
    fault === undefined ? [] : [{ type: "Fault", ...fault }],
  );
  return { timeouts, ...(calls === undefined ? {} : { calls: { ...calls, retry: fewer(calls.retry, rule) } }), faults };
}

/** 0 = no deadline, and null = nothing is said: neither is shorter than anything. */
function shorter(own: number | null, owners: number): number {
  if (own === null || own === 0) return owners;
  return owners === 0 ? own : Math.min(own, owners);
}

/** Of a service whose owner wants no retries there are none. */
function fewer(owners: CallRetry | null, { retry, calls }: SaidByRule): CallRetry | null {
  if (owners === null) return null;
  const own = calls?.retry ?? null;
  const attempts = Math.min(owners.attempts, retry?.attempts ?? owners.attempts, own?.attempts ?? owners.attempts);
  if (own === null) return { ...owners, attempts };
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
