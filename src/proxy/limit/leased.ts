// Limits of the whole fleet, decided from quota that is held here. The coordinator is asked behind the answers; only a
// request of a bucket that nothing is known about waits for it, and not for long. Requests share values, never
// promises: one that waits looks again until the value is there.
import {
  applyLimits,
  isReportDue,
  limitsRejected,
  mayReportLimits,
  newIsolateLimits,
  reportLimits,
  type IsolateLimits,
} from "../../decide/limit/isolate.ts";
import {
  COLD_WAIT_MS,
  noteRefused,
  putBack,
  spendToken,
  spendEstimate,
  startWaiting,
  stopWaiting,
  type LeaseVerdict,
} from "../../decide/limit/lease-spend.ts";
import type { IsolateState } from "../../isolate/state.ts";
import type { Counting } from "../exchange/exchange.ts";
import { denyUncounted, full, LET_PASS, type BucketRef, type LimitVerdict } from "./verdict.ts";

/** Between two looks at whether the answer to another request's question has come. */
const LOOK_MS = 5;

/** What the isolate knows of the limits of one policy. */
export function limitsOf({ id, limits }: IsolateState, policy: string): IsolateLimits {
  return limits.policies.getOrMake(policy, () => newIsolateLimits(id));
}

/**
 * @param again the request was seen before (a queue held it) and is not new demand
 * @returns a promise only where the coordinator has to be waited for
 */
export function countLeased(
  exchange: Counting,
  asked: BucketRef,
  again: boolean,
): LimitVerdict | Promise<LimitVerdict> {
  const { ports, state } = exchange;
  const { limit, key } = asked;
  const startedAt = ports.now();
  const limits = limitsOf(state, limit.policy);
  const bucket = { limit: limit.name, key, terms: limit.terms };
  const verdict = spendToken(limits, bucket, startedAt, again ? startedAt : null);
  if (verdict.verdict !== "ask" || limit.shadow) {
    return counted(exchange, asked, limits, verdict, startedAt);
  }
  startWaiting(limits, limit.name, key, startedAt);
  return waitForAnswer(exchange, asked, limits, startedAt).then((answer) => {
    stopWaiting(limits, limit.name, key);
    return counted(exchange, asked, limits, answer, ports.now());
  });
}

function counted(
  exchange: Counting,
  asked: BucketRef,
  limits: IsolateLimits,
  verdict: LeaseVerdict,
  now: number,
): LimitVerdict {
  const { limit, key } = asked;
  const bucket = { limit: limit.name, key, terms: limit.terms };
  // A limit that never refuses has nobody wait: until something is known of the bucket its requests count as demand.
  const isDue = verdict.verdict === "ask" ? mayReportLimits(limits, now) : isReportDue(limits, bucket, now);
  if (isDue) {
    exchange.ctx.waitUntil(sync(exchange, limit.policy, limits, now));
  }
  return judge(asked, limits, verdict, now);
}

function judge(asked: BucketRef, limits: IsolateLimits, verdict: LeaseVerdict, now: number): LimitVerdict {
  const { limit, key } = asked;
  const bucket = { limit: limit.name, key, terms: limit.terms };
  switch (verdict.verdict) {
    case "allow": {
      const { remaining, resetMs } = verdict;
      return { allowed: true, standings: [{ asked, remaining, resetMs }], putBack: () => putBack(limits, bucket, now) };
    }
    case "deny":
      return full(asked, verdict.retryAfterMs, verdict.resetMs);
    case "ask":
      return LET_PASS;
    case "unavailable": {
      const alone = judgeAlone(asked, limits, now);
      if (!alone.allowed) {
        noteRefused(limits, bucket, now);
      }
      return alone;
    }
  }
}

/** Without the coordinator: what the policy says of that. */
export function judgeAlone(asked: BucketRef, limits: IsolateLimits, now: number): LimitVerdict {
  const { limit, key } = asked;
  if (limit.whenUnavailable === "allow") {
    return LET_PASS;
  }
  if (limit.whenUnavailable === "deny") {
    return denyUncounted(asked);
  }
  const estimate = spendEstimate(limits, { limit: limit.name, key, terms: limit.terms }, now);
  if (estimate.verdict === "deny") {
    return full(asked, estimate.retryAfterMs, estimate.resetMs);
  }
  const { remaining, resetMs } = estimate.verdict === "allow" ? estimate : { remaining: 0, resetMs: 0 };
  return { allowed: true, standings: [{ asked, remaining, resetMs }], putBack: () => undefined };
}

async function waitForAnswer(
  exchange: Counting,
  { limit, key }: BucketRef,
  limits: IsolateLimits,
  since: number,
): Promise<LeaseVerdict> {
  const { ports, ctx } = exchange;
  const bucket = { limit: limit.name, key, terms: limit.terms };
  // As many looks as fit, should the clock stand still.
  for (let look = 0; look <= COLD_WAIT_MS / LOOK_MS; look++) {
    const asking = mayReportLimits(limits, ports.now()) ? sync(exchange, limit.policy, limits, ports.now()) : null;
    if (asking !== null) {
      ctx.waitUntil(asking);
    }
    await (asking === null ? ports.sleep(LOOK_MS) : Promise.race([asking, ports.sleep(LOOK_MS)]));
    const verdict = spendToken(limits, bucket, ports.now(), since);
    if (verdict.verdict !== "ask") {
      return verdict;
    }
  }
  return { verdict: "unavailable" };
}

/** Sends what was counted of a bucket that others decide (strict limits), once it has waited for long. */
export function tellSoon(exchange: Counting, { limit, key }: BucketRef, limits: IsolateLimits, now: number): void {
  const due = isReportDue(limits, { limit: limit.name, key, terms: limit.terms }, now);
  if (due) {
    exchange.ctx.waitUntil(sync(exchange, limit.policy, limits, now));
  }
}

/** One report and its answer. Never rejects; the report counts as sent before anything is awaited. */
async function sync({ env, ports }: Counting, policy: string, limits: IsolateLimits, now: number): Promise<void> {
  const report = reportLimits(limits, now);
  try {
    const reply = await env.LIMITER.getByName(policy).sync(report);
    if (reply === null) {
      limitsRejected(limits, report.seq, ports.now());
    } else {
      applyLimits(limits, reply, ports.now());
    }
  } catch {
    limitsRejected(limits, report.seq, ports.now());
  }
}
