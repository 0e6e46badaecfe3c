// Whether a failed try is followed by another: by the rule's own retry, else by the TrafficPolicy in force, as far as the
// service's retry budget goes. Inside a mesh only the outermost hop tries again: otherwise every hop multiplies the tries.
import { mayRetry, retryDelayMs, type RetriedRequest, type RetryPolicy, type TryEnd } from "../decide/retry.ts";
import { readRetryAfter } from "../decide/retry-after.ts";
import { earnRetry, newBudget, takeRetry, type BudgetState } from "../decide/retry-budget.ts";
import { maySendAgain, policyRetryDelayMs } from "../decide/retry-matrix.ts";
import type { CallRetry, RetryBudget } from "../model/call-policy.ts";
import type { Rule, ServiceKey } from "../model/snapshot.ts";
import type { Admitted, Destination, Exchange } from "./exchange.ts";

export type RetryPlan =
  /** HTTPRoute.retry; a TrafficPolicy's budget holds for it, too. */
  | { readonly by: "rule"; readonly retry: RetryPolicy; readonly budget: RetryBudget | null }
  | { readonly by: "policy"; readonly retry: CallRetry; readonly budget: RetryBudget };

/** Longest wait that an answer may ask for when the request has no deadline. */
const LONGEST_WAIT_MS = 10_000;
/** Services whose budget is remembered. */
const MOST_SERVICES = 2000;

/** null = no failure is followed by another try. */
export function retryPlanOf(rule: Rule | null, { calls }: Destination, { hops }: Admitted): RetryPlan | null {
  if (hops > 0) return null;
  const policy = calls?.retry ?? null;
  const own = rule?.retry ?? null;
  if (own !== null) return { by: "rule", retry: own, budget: policy?.budget ?? null };
  return policy === null || policy.attempts === 0 ? null : { by: "policy", retry: policy, budget: policy.budget };
}

/** Is a body worth keeping? */
export function mayNeedBody(plan: RetryPlan | null, method: string, hasIdempotencyKey: boolean): boolean {
  if (plan === null) return false;
  return plan.by === "rule"
    ? mayRetry(plan.retry, method, hasIdempotencyKey)
    : maySendAgain(plan.retry, method, hasIdempotencyKey);
}

export interface Tried {
  readonly request: RetriedRequest;
  readonly end: TryEnd;
  /** The answer's header. */
  readonly retryAfter: string | null;
  /** How many were made already. */
  readonly retries: number;
  /** Until the deadline; null = none. */
  readonly leftMs: number | null;
  readonly nowMs: number;
}

/** Milliseconds to wait before the next try, or null when there is none. */
export function nextTryMs(exchange: Exchange, plan: RetryPlan, { service }: Destination, tried: Tried): number | null {
  const { request, end, retries, leftMs, nowMs } = tried;
  const waitMs = end.end === "answered" ? readRetryAfter(tried.retryAfter, nowMs) : null;
  const mostMs = leftMs ?? LONGEST_WAIT_MS;
  if (waitMs !== null && waitMs >= mostMs) return null;
  const random = exchange.ports.random();
  const delayMs =
    plan.by === "policy"
      ? policyRetryDelayMs(plan.retry, request, end, retries, leftMs, waitMs, random)
      : atLeast(waitMs, retryDelayMs(plan.retry, request, end, retries, leftMs, random));
  if (delayMs === null || plan.budget === null) return delayMs;
  if (takeRetry(budgetOf(exchange, service, plan.budget, nowMs), plan.budget, nowMs)) return delayMs;
  exchange.trace?.("retry", { refused: "budget", service });
  return null;
}

function atLeast(waitMs: number | null, delayMs: number | null): number | null {
  return delayMs === null ? null : Math.max(delayMs, waitMs ?? 0);
}

/** To be called once per request, before its first try. */
export function earn(exchange: Exchange, { budget }: RetryPlan, { service }: Destination, nowMs: number): void {
  if (budget !== null) earnRetry(budgetOf(exchange, service, budget, nowMs), budget, nowMs);
}

function budgetOf({ books }: Exchange, service: ServiceKey, budget: RetryBudget, nowMs: number): BudgetState {
  const { retryBudgets } = books;
  const known = retryBudgets.get(service);
  if (known !== undefined) return known;
  const oldest = retryBudgets.size >= MOST_SERVICES ? retryBudgets.keys().next().value : undefined;
  if (oldest !== undefined) retryBudgets.delete(oldest);
  const fresh = newBudget(budget, nowMs);
  retryBudgets.set(service, fresh);
  return fresh;
}
