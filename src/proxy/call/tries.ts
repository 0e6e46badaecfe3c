// One request to one service, with all its tries: chooses an endpoint, sends, and tries again where the rule's retry
// allows it and no harm can come of it. What the first try comes to is usually all there is.
import { isGood, type RetriedRequest } from "../../decide/retry/http-route.ts";
import type { Hedge } from "../../model/snapshot/call-policy.ts";
import type { Endpoint, Rule } from "../../model/snapshot/snapshot.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { letGo } from "../exchange/body.ts";
import type { Destination, Exchange } from "../exchange/exchange.ts";
import { bodyRefusal } from "../transfer/body-refusal.ts";
import { deadlineFrom } from "../transfer/own-body.ts";
import { passOn } from "../transfer/pass-on.ts";
import { Attempt, type OutgoingCall, type Try } from "./attempt.ts";
import { chooseEndpoint, type Chosen } from "./choose-endpoint.ts";
import { late, lost, noEndpoint, noTimeLeft, outOfTime } from "./forward-refusal.ts";
import { firstGood, type Copy } from "./hedge.ts";
import { earn, nextTryMs, spendAtHand, type RetryPlan } from "./retry.ts";

export interface Forwarded {
  readonly response: Response;
  readonly endpoint: Endpoint;
  /** The last try. */
  readonly attempt: Pick<Attempt, "drop">;
  /** Endpoints that were asked for it. */
  readonly tries: number;
  readonly endedAtMs: number;
}

/** One request on its way to a service, with all its tries. */
export interface Sending extends OutgoingCall {
  readonly rule: Rule | null;
  readonly endpoints: readonly Endpoint[];
  readonly plan: RetryPlan | null;
  readonly hedge: Hedge | null;
  readonly request: RetriedRequest;
  /** Endpoints that were asked, in order. */
  readonly tried: string[];
}

/** What is made of it, in the frame that waited for the service. */
export type Conclude<Result> = (forwarded: Forwarded | Refusal) => Result | Promise<Result>;

/** The frame that a request waits in. Small, since each has one: what is rarely needed is in functions of its own. */
export async function deliver<Result>(sending: Sending, conclude: Conclude<Result>): Promise<Result> {
  const first = begin(sending);
  if ("problem" in first) {
    return conclude(first);
  }
  if (sending.hedge !== null) {
    return conclude(await hedged(sending, first, sending.hedge));
  }
  let came;
  try {
    came = await first.answering;
  } catch (error) {
    came = first.failure(error);
  }
  const tried = first.take(came);
  const { plan } = sending;
  const forwarded = plan === null || isOver(tried) ? passed(sending, first, tried) : again(sending, plan, first, tried);
  return conclude(forwarded instanceof Promise ? await forwarded : forwarded);
}

async function hedged(sending: Sending, first: Attempt, hedge: Hedge): Promise<Forwarded | Refusal> {
  const tried = await copied(sending, first, hedge);
  const { plan } = sending;
  return plan === null || isOver(tried) ? passed(sending, first, tried) : again(sending, plan, first, tried);
}

function copied(sending: Sending, attempt: Attempt, hedge: Hedge): Promise<Try> {
  const behind = (work: Promise<void>): void => sending.exchange.ctx.waitUntil(work);
  return firstGood(copyOf(attempt), hedge, () => beside(sending), behind);
}

function copyOf(attempt: Attempt): Copy {
  return { answer: attempt.ended(), drop: () => attempt.drop() };
}

/** Nobody asks for another try. */
function isOver({ end }: Try): boolean {
  return isGood(end) || end.end === "caller";
}

/** Tries again as long as somebody allows it. */
async function again(sending: Sending, plan: RetryPlan, first: Attempt, failed: Try): Promise<Forwarded | Refusal> {
  const { exchange, destination, hedge, request, tried } = sending;
  const { ports } = exchange;
  let [attempt, last] = [first, failed];
  while (!isOver(last)) {
    const { endpoint, answer, end, endedAtMs } = last;
    const delayMs = await nextTryMs(exchange, plan, destination, {
      request,
      end,
      retryAfter: "failure" in answer ? null : answer.headers.get("retry-after"),
      retries: tried.length - 1,
      leftMs: leftMs(sending, endedAtMs),
      nowMs: endedAtMs,
    });
    const isTimeout = "failure" in answer && answer.failure === "timeout";
    if (delayMs === null || (delayMs === "late" && isTimeout)) {
      break;
    }
    if (!("failure" in answer)) {
      exchange.ctx.waitUntil(letGo(answer));
    }
    if (delayMs === "late") {
      return noTimeLeft(destination, endpoint, tried.length);
    }
    if (delayMs > 0) {
      await ports.sleep(delayMs);
    }
    const next = begin(sending);
    if ("problem" in next) {
      return next;
    }
    attempt = next;
    last = await (hedge === null ? next.ended() : copied(sending, next, hedge));
  }
  return passed(sending, attempt, last);
}

/** What the last try comes to. */
function passed(
  { exchange, destination, slot, tried }: Sending,
  attempt: Attempt,
  { endpoint, answer, end, timeoutMs, endedAtMs, upload }: Try,
): Forwarded | Refusal | Promise<Forwarded> {
  if (end.end === "caller") {
    return bodyRefusal(upload?.fault() === "stalled" ? "stalled" : "broken");
  }
  if ("failure" in answer) {
    return answer.failure === "timeout"
      ? late(destination, endpoint, timeoutMs, tried.length)
      : lost(destination, endpoint, answer, tried.length);
  }
  if (exchange.admitted.isUpgrade && answer.ok) {
    return notSwitched(exchange, destination, endpoint, answer);
  }
  const tries = tried.length;
  const passing = passOn(exchange, destination, answer, { slot, upload });
  return passing instanceof Promise
    ? passing.then((response) => ({ response, endpoint, tries, attempt, endedAtMs: exchange.ports.now() }))
    : { response: passing, endpoint, tries, attempt, endedAtMs };
}

/** The next try, on its way; a refusal where there is no endpoint for it, or no time. */
function begin(sending: Sending): Attempt | Refusal {
  const { exchange, destination, endpoints, plan, tried } = sending;
  const nowMs = exchange.ports.now();
  const chosen = choose(sending, nowMs);
  if (chosen === null) {
    return noEndpoint(destination, endpoints.length);
  }
  if ("problem" in chosen) {
    return chosen;
  }
  const left = leftMs(sending, nowMs);
  if (left !== null && left <= 0) {
    return outOfTime(destination, chosen.endpoint, tried.length);
  }
  if (plan !== null && tried.length === 0) {
    earn(exchange, plan, destination, nowMs);
  }
  return attempted(sending, chosen, left, nowMs);
}

function choose(
  { exchange, destination, rule, endpoints, guard, tried }: Sending,
  nowMs: number,
): Chosen | Refusal | null {
  const choice = guard === null ? null : guard.choose(nowMs);
  if (choice !== null && "problem" in choice) {
    return choice;
  }
  return chooseEndpoint(exchange, destination, rule, { endpoints, choice, tried }, nowMs);
}

/** Until the request's deadline; null = it has none. */
function leftMs({ exchange, destination, body }: Sending, nowMs: number): number | null {
  const { requestMs } = destination.timeouts;
  return requestMs === 0 ? null : requestMs - (nowMs - deadlineFrom(exchange, body));
}

function attempted(sending: Sending, chosen: Chosen, left: number | null, nowMs: number): Attempt {
  const { exchange, destination, hedge, tried } = sending;
  const { perTryMs } = destination.timeouts;
  const timeoutMs = perTryMs > 0 && (left === null || perTryMs < left) ? perTryMs : left;
  const { slot, body } = sending;
  // A try that is given up goes on until its answer comes, or the request ends: to be able to break it off costs each
  // request a fifth of what a bare Worker does.
  const mayEnd = hedge !== null || slot !== null || body.kind === "stream" || exchange.admitted.isUpgrade;
  const abort = mayEnd ? new AbortController() : null;
  tried.push(chosen.endpoint.id);
  return new Attempt(sending, chosen, { timeoutMs, abort, isFirst: tried.length === 1 }, nowMs);
}

/** A copy of a request that is slow; null = there is no endpoint, no slot, no time or no retry for it. */
function beside(sending: Sending): Copy | null {
  const { exchange, destination, plan, slot } = sending;
  const nowMs = exchange.ports.now();
  const left = leftMs(sending, nowMs);
  if (plan === null || (left !== null && left <= 0)) {
    return null;
  }
  const chosen = choose(sending, nowMs);
  if (chosen === null || "problem" in chosen) {
    return null;
  }
  const release = slot === null ? null : slot.another();
  if (slot !== null && release === null) {
    return null;
  }
  if (!spendAtHand(exchange, plan, destination)) {
    release?.();
    return null;
  }
  const copy = copyOf(attempted(sending, chosen, left, nowMs));
  return release === null ? copy : { ...copy, answer: copy.answer.finally(release) };
}

/**
 * A service's own refusal of an upgrade passes; a success that is no 101 means that it does not know what was asked.
 */
function notSwitched(exchange: Exchange, { service }: Destination, endpoint: Endpoint, answer: Response): Refusal {
  exchange.ctx.waitUntil(letGo(answer));
  return {
    problem: "upgradeRefused",
    detail: `Endpoint ${endpoint.id} of the service ${service} answered the WebSocket upgrade with ${answer.status} instead of 101`,
    extensions: { service, endpoint: endpoint.id },
  };
}
