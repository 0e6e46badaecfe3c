// Limits of the whole fleet, decided from quota that is held here. The coordinator is asked behind the answers; only a
// request of a bucket that nothing is known about waits for it, and not for long. Requests share values, never promises:
// one that waits looks again until the value is there.
import { newIsolateLimits, type IsolateLimits } from "../../decide/limit/isolate.ts";
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
import { accept, fail, mayAsk, question, shouldSync } from "../../decide/limit/lease-sync.ts";
import type { IsolateState } from "../../isolate/state.ts";
import type { Counting } from "../exchange/exchange.ts";
import { denyUncounted, full, LET_PASS, type BucketRef, type LimitVerdict } from "./verdict.ts";

/** Between two looks at whether the answer to another request's question has come. */
const LOOK_MS = 5;

/** What the isolate knows of the limits of one policy. */
export function limitsOf({ id, limits }: IsolateState, policy: string): IsolateLimits {
  return limits.policies.getOrMake(policy, () => newIsolateLimits(id));
}

/** @param again the request was seen before (a queue held it) and is not new demand */
export async function countLeased(exchange: Counting, asked: BucketRef, again: boolean): Promise<LimitVerdict> {
  const { ports, state } = exchange;
  const { limit, key } = asked;
  const startedAt = ports.now();
  const book = limitsOf(state, limit.policy);
  const bucket = { limit: limit.name, key, terms: limit.terms };
  let verdict = spendToken(book, bucket, startedAt, again ? startedAt : null);
  if (verdict.verdict === "ask" && !limit.shadow) {
    startWaiting(book, limit.name, key, startedAt);
    verdict = await waitForAnswer(exchange, asked, book, startedAt);
    stopWaiting(book, limit.name, key);
  }
  const now = ports.now();
  // A limit that never refuses has nobody wait: until something is known of the bucket its requests count as demand.
  const isDue = verdict.verdict === "ask" ? mayAsk(book, now) : shouldSync(book, bucket, now);
  if (isDue) exchange.ctx.waitUntil(sync(exchange, limit.policy, book, now));
  return judge(asked, book, verdict, now);
}

function judge(asked: BucketRef, book: IsolateLimits, verdict: LeaseVerdict, now: number): LimitVerdict {
  const { limit, key } = asked;
  const bucket = { limit: limit.name, key, terms: limit.terms };
  switch (verdict.verdict) {
    case "allow": {
      const { remaining, resetMs } = verdict;
      return { allowed: true, standings: [{ asked, remaining, resetMs }], putBack: () => putBack(book, bucket, now) };
    }
    case "deny":
      return full(asked, verdict.retryAfterMs, verdict.resetMs);
    case "ask":
      return LET_PASS;
    case "unavailable": {
      const alone = judgeAlone(asked, book, now);
      if (!alone.allowed) noteRefused(book, bucket, now);
      return alone;
    }
  }
}

/** Without the coordinator: what the policy says of that. */
export function judgeAlone(asked: BucketRef, book: IsolateLimits, now: number): LimitVerdict {
  const { limit, key } = asked;
  if (limit.whenUnavailable === "allow") return LET_PASS;
  if (limit.whenUnavailable === "deny") return denyUncounted(asked);
  const estimate = spendEstimate(book, { limit: limit.name, key, terms: limit.terms }, now);
  if (estimate.verdict === "deny") return full(asked, estimate.retryAfterMs, estimate.resetMs);
  const { remaining, resetMs } = estimate.verdict === "allow" ? estimate : { remaining: 0, resetMs: 0 };
  return { allowed: true, standings: [{ asked, remaining, resetMs }], putBack: () => undefined };
}

async function waitForAnswer(
  exchange: Counting,
  { limit, key }: BucketRef,
  book: IsolateLimits,
  since: number,
): Promise<LeaseVerdict> {
  const { ports, ctx } = exchange;
  const bucket = { limit: limit.name, key, terms: limit.terms };
  // As many looks as fit, should the clock stand still.
  for (let look = 0; look <= COLD_WAIT_MS / LOOK_MS; look++) {
    const asking = mayAsk(book, ports.now()) ? sync(exchange, limit.policy, book, ports.now()) : null;
    if (asking !== null) ctx.waitUntil(asking);
    await (asking === null ? ports.sleep(LOOK_MS) : Promise.race([asking, ports.sleep(LOOK_MS)]));
    const verdict = spendToken(book, bucket, ports.now(), since);
    if (verdict.verdict !== "ask") return verdict;
  }
  return { verdict: "unavailable" };
}

/** Sends what was counted of a bucket that others decide (strict limits), once it has waited for long. */
export function tellSoon(exchange: Counting, { limit, key }: BucketRef, book: IsolateLimits, now: number): void {
  const due = shouldSync(book, { limit: limit.name, key, terms: limit.terms }, now);
  if (due) exchange.ctx.waitUntil(sync(exchange, limit.policy, book, now));
}

/** One question and its answer. Never rejects; the question counts as sent before anything is awaited. */
async function sync({ env, ports }: Counting, policy: string, book: IsolateLimits, now: number): Promise<void> {
  const ask = question(book, now);
  try {
    const reply = await env.LIMITER.getByName(policy).sync(ask);
    if (reply === null) fail(book, ask.seq, ports.now());
    else accept(book, reply, ports.now());
  } catch {
    fail(book, ask.seq, ports.now());
  }
}
