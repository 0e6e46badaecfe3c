// Limits whose coordinator is asked for each request, all strict limits of one policy at once: exact, at the price of
// one call before the answer. What is full is remembered until it could have some.
import { noteDecided } from "../../decide/limit/lease-spend.ts";
import type { StrictAnswer, StrictAsk } from "../../model/message/limit.ts";
import type { Counting } from "../exchange/exchange.ts";
import { judgeAlone, limitsOf, tellSoon } from "./leased.ts";
import { bucketName, full, type BucketRef, type LimitVerdict } from "./verdict.ts";

/** A coordinator that does not answer for so long counts as gone, and is then left alone for as long. */
const PATIENCE_MS = 1000;

/**
 * @param group the strict limits of one policy that hold for the request
 * @param again the request was seen before (a queue held it) and is not new demand
 */
export async function countStrictly(
  exchange: Counting,
  policy: string,
  group: readonly BucketRef[],
  again: boolean,
): Promise<LimitVerdict> {
  const { ports, state } = exchange;
  const verdict = await decide(exchange, policy, group);
  if (again) {
    return verdict;
  }
  const now = ports.now();
  const limits = limitsOf(state, policy);
  for (const asked of group) {
    const allowed = verdict.allowed || verdict.violated.asked !== asked;
    noteDecided(limits, { limit: asked.limit.name, key: asked.key, terms: asked.limit.terms }, now, allowed);
    tellSoon(exchange, asked, limits, now);
  }
  return verdict;
}

async function decide(exchange: Counting, policy: string, group: readonly BucketRef[]): Promise<LimitVerdict> {
  const { ports, state, env, ctx } = exchange;
  const now = ports.now();
  for (const asked of group) {
    const known = state.limits.full.get(bucketName(asked));
    if (known && known.until > now) {
      return full(asked, known.until - now, Math.max(0, known.resetAt - now));
    }
  }
  const ask: StrictAsk = {
    isolate: state.id,
    buckets: group.map(({ limit, key }) => ({ limit: limit.name, key, terms: limit.terms })),
  };
  const answer = (state.limits.down.get(policy) ?? 0) > now ? null : await take(exchange, policy, ask);
  if (answer === null) {
    return alone(exchange, policy, group);
  }
  limitsOf(state, policy).isolates = answer.isolates;
  const violated = answer.violated === null ? undefined : group[answer.violated];
  if (answer.allowed || violated === undefined) {
    const standings = group.map((asked, index) => {
      const { remaining = 0, resetMs = 0 } = answer.standings[index] ?? {};
      return { asked, remaining, resetMs };
    });
    const putBack = (): void =>
      ctx.waitUntil(
        env.LIMITER.getByName(policy)
          .giveBack(ask)
          .catch(() => undefined),
      );
    return { allowed: true, standings, putBack };
  }
  const { resetMs = 0 } = answer.standings[answer.violated ?? 0] ?? {};
  // From the sending of the question: never longer than the coordinator meant.
  state.limits.full.set(bucketName(violated), { until: now + answer.retryAfterMs, resetAt: now + resetMs });
  return full(violated, answer.retryAfterMs, resetMs);
}

/** null = the coordinator cannot be asked. */
async function take({ env, ports, state }: Counting, policy: string, ask: StrictAsk): Promise<StrictAnswer | null> {
  try {
    const asking = env.LIMITER.getByName(policy).take(ask);
    const answer = await Promise.race([asking, ports.sleep(PATIENCE_MS).then(() => null)]);
    if (answer !== null) {
      return answer;
    }
  } catch {
    // Told below: whatever the reason, nobody counts.
  }
  state.limits.down.set(policy, ports.now() + PATIENCE_MS);
  return null;
}

/** Each limit by its own `whenUnavailable`; the first that refuses refuses. */
function alone({ ports, state }: Counting, policy: string, group: readonly BucketRef[]): LimitVerdict {
  const now = ports.now();
  const limits = limitsOf(state, policy);
  const verdicts = group.map((asked) => judgeAlone(asked, limits, now));
  return (
    verdicts.find(({ allowed }) => !allowed) ?? {
      allowed: true,
      standings: verdicts.flatMap((verdict) => (verdict.allowed ? verdict.standings : [])),
      putBack: () => undefined,
    }
  );
}
