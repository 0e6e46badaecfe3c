// Whether a failed try is followed by another: by the rule's own retry, else by the TrafficPolicy in force, as far as
// the service's retry budget goes. Inside a mesh only the outermost hop tries again: otherwise every hop multiplies the
// tries.
import {
  mayRetry,
  retryDelayMs,
  type RetriedRequest,
  type RetryPolicy,
  type TryEnd,
} from "../../decide/retry/http-route.ts";
import { readRetryAfter } from "../../decide/retry/retry-after.ts";
import type { IsolateBreakers } from "../../decide/breaker/isolate.ts";
import { policyStateOf, type PolicyState } from "../../decide/breaker/policy-state.ts";
import { isSilent } from "../../decide/fleet/sync.ts";
import {
  earnRetry,
  newIsolateRetries,
  takeRetry,
  type IsolateRetries,
  type RetryVerdict,
} from "../../decide/retry/isolate.ts";
import { maySendAgain, policyRetryDelayMs } from "../../decide/retry/traffic-policy.ts";
import type { CallRetry, Hedge, RetryBudget } from "../../model/snapshot/call-policy.ts";
import type { Circuit } from "../../model/snapshot/circuit.ts";
import type { Rule } from "../../model/snapshot/snapshot.ts";
import type { Admitted, Destination, Exchange } from "../exchange/exchange.ts";
import { breakersOf } from "../../isolate/breaker-memory.ts";
import { awaitAnswer, reportSoon } from "./coordinator-sync.ts";

export type RetryPlan =
  /** HTTPRoute.retry; a TrafficPolicy's budget holds for it, too. */
  | { readonly by: "rule"; readonly retry: RetryPolicy; readonly budget: RetryBudget | null }
  | { readonly by: "policy"; readonly retry: CallRetry; readonly budget: RetryBudget };

/** Longest wait that an answer may ask for when the request has no deadline. */
const LONGEST_WAIT_MS = 10_000;
/** Longest wait for the coordinator of the service. */
const LONGEST_ASK_MS = 250;
/** For snapshots of an older release, which name no policy. */
const UNGUARDED: Circuit = { policy: "", breaker: null, slowCallMs: 0, outlier: null };

/** null = no failure is followed by another try. */
export function retryPlanOf(rule: Rule | null, { calls }: Destination, { hops }: Admitted): RetryPlan | null {
  if (hops > 0) {
    return null;
  }
  const policy = calls?.retry ?? null;
  const own = rule?.retry ?? null;
  if (own !== null) {
    return { by: "rule", retry: own, budget: policy?.budget ?? null };
  }
  return policy === null || policy.attempts === 0 ? null : { by: "policy", retry: policy, budget: policy.budget };
}

/** Is a body worth keeping? */
export function mayNeedBody(plan: RetryPlan | null, method: string, hasIdempotencyKey: boolean): boolean {
  if (plan === null) {
    return false;
  }
  return plan.by === "rule"
    ? mayRetry(plan.retry, method, hasIdempotencyKey)
    : maySendAgain(plan.retry, method, hasIdempotencyKey);
}

interface Tried {
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

/** Milliseconds to wait before the next try; null = there is none; "late" = the deadline comes before it. */
export async function nextTryMs(
  exchange: Exchange,
  plan: RetryPlan,
  destination: Destination,
  tried: Tried,
): Promise<number | "late" | null> {
  const { request, end, retries, leftMs, nowMs } = tried;
  const waitMs = end.end === "answered" ? readRetryAfter(tried.retryAfter, nowMs) : null;
  const mostMs = leftMs ?? LONGEST_WAIT_MS;
  if (waitMs !== null && waitMs >= mostMs) {
    return null;
  }
  const tries = { retries, remainingMs: leftMs, random: exchange.ports.random() };
  const delayMs =
    plan.by === "policy"
      ? policyRetryDelayMs(plan.retry, request, end, tries, waitMs)
      : atLeast(waitMs, retryDelayMs(plan.retry, request, end, tries));
  if (delayMs === "late") {
    return "late";
  }
  return delayMs !== null && (await spendRetry(exchange, plan.budget, destination, leftMs)) ? delayMs : null;
}

function atLeast(waitMs: number | null, delayMs: number | "late" | null): number | "late" | null {
  return typeof delayMs === "number" ? Math.max(delayMs, waitMs ?? 0) : delayMs;
}

/** null = the request is not sent again before its answer. */
export function hedgeOf(plan: RetryPlan | null, request: RetriedRequest): Hedge | null {
  if (plan === null || plan.by === "rule" || plan.retry.hedge === undefined || !request.replayable) {
    return null;
  }
  const { retry } = plan;
  const max = Math.min(plan.retry.hedge.max, retry.attempts);
  return maySendAgain(retry, request.method, request.hasIdempotencyKey) ? { ...plan.retry.hedge, max } : null;
}

/** To be called once per request, before its first try. */
export function earn(exchange: Exchange, { budget }: RetryPlan, destination: Destination, nowMs: number): void {
  if (budget !== null) {
    earnRetry(budgetOf(exchange, destination).state, budget, nowMs);
  }
}

/** One retry of the service's budget, unless it has none. Where the fleet may have one to lend, that is asked for. */
async function spendRetry(
  exchange: Exchange,
  budget: RetryBudget | null,
  destination: Destination,
  leftMs: number | null,
): Promise<boolean> {
  if (budget === null) {
    return true;
  }
  const { ports } = exchange;
  const { service } = destination;
  const { breakers, policyState, state } = budgetOf(exchange, destination);
  const take = (): RetryVerdict => takeRetry(state, budget, isSilent(breakers.sync, ports.now()), ports.now());
  let verdict = take();
  if (state.wanted > 0) {
    policyState.touched = true;
  }
  if (verdict === "ask") {
    await awaitAnswer(exchange, service, breakers, Math.min(LONGEST_ASK_MS, leftMs ?? LONGEST_ASK_MS));
    verdict = take();
  }
  if (verdict === "granted") {
    return true;
  }
  exchange.trace?.("retry", { refused: "budget", service });
  return false;
}

/** The same without waiting: what is missing now may be there for the next request. */
export function spendAtHand(exchange: Exchange, { budget }: RetryPlan, destination: Destination): boolean {
  if (budget === null) {
    return true;
  }
  const { ports } = exchange;
  const { breakers, policyState, state } = budgetOf(exchange, destination);
  const verdict = takeRetry(state, budget, isSilent(breakers.sync, ports.now()), ports.now());
  if (verdict !== "ask") {
    return verdict === "granted";
  }
  policyState.touched = true;
  breakers.urgent = true;
  reportSoon(exchange, destination.service, breakers);
  return false;
}

function budgetOf(
  { ports, state: isolate }: Exchange,
  { service, circuit }: Destination,
): { breakers: IsolateBreakers; policyState: PolicyState; state: IsolateRetries } {
  const breakers = breakersOf(isolate.breakers, service);
  const policyState = policyStateOf(breakers, circuit ?? UNGUARDED);
  policyState.retries ??= newIsolateRetries(ports.now());
  return { breakers, policyState, state: policyState.retries };
}
