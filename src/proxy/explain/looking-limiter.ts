// Coordinators of limits as a request that nobody sends meets them: they tell what they would answer and count
// nothing.
import { peekToken } from "../../decide/limit/lease-spend.ts";
import type { Env } from "../../env/env.ts";
import type { IsolateState } from "../../isolate/state.ts";
import type { Grant, LimitReply, LimitReport, StrictAnswer, StrictAsk } from "../../model/message/limit.ts";
import type { Snapshot } from "../../model/snapshot/snapshot.ts";

/** Where one bucket stands, as its coordinator says. */
export interface LookedStanding {
  readonly policy: string;
  readonly limit: string;
  readonly key: string;
  /** null = it could not be asked. */
  readonly remaining: number | null;
  /** A request would be held back for so long and then pass; 0 = not. */
  readonly heldMs: number;
}

interface Looking {
  now(): number;
  state(): Pick<IsolateState, "limits">;
  /** null = the coordinator cannot be asked. */
  limits(env: Env, policy: string, ask: StrictAsk): Promise<StrictAnswer | null>;
}

/** As much of the namespace of coordinators as the limit stage calls. @param standings what they say goes there */
export function lookingLimiter(
  looking: Looking,
  env: Env,
  snapshot: Snapshot,
  standings: LookedStanding[],
): Env["LIMITER"] {
  const getByName = (policy: string) => {
    const look = async (ask: StrictAsk): Promise<StrictAnswer> => {
      const answer = await looking.limits(env, policy, ask);
      return answer === null ? passUnknown(policy, ask, standings) : stand(snapshot, policy, ask, answer, standings);
    };
    return {
      take: look,
      giveBack: () => Promise.resolve(),
      sync: async (report: LimitReport): Promise<LimitReply> => {
        const grants: Grant[] = [];
        for (const { limit, key, waiting } of report.wants) {
          const terms = report.terms[limit];
          if (waiting > 0 && terms !== undefined) {
            const here = atHand(looking, policy, { limit, key }, standings);
            const ask = { isolate: report.isolate, buckets: [{ limit, key, terms }] };
            grants.push(grantOf({ limit, key }, here ?? (await look(ask))));
          }
        }
        return { seq: report.seq, grants, nextSyncMs: LASTS_MS, isolates: 1 };
      },
    };
  };
  // Its other methods make names and ids, which nobody here asks for.
  return { getByName } as unknown as Env["LIMITER"];
}

const PASSES: StrictAnswer = { allowed: true, violated: null, retryAfterMs: 0, standings: [], isolates: 0 };
/** Longer than anybody looks. */
const LASTS_MS = 60_000;

function grantOf(
  { limit, key }: Pick<Grant, "limit" | "key">,
  { allowed, retryAfterMs, standings: [standing] }: StrictAnswer,
): Grant {
  const { remaining = 0, resetMs = 0 } = standing ?? {};
  const denyMs = allowed ? 0 : LASTS_MS;
  return { limit, key, grant: 1, tokens: allowed ? 1 : 0, ttlMs: LASTS_MS, denyMs, retryAfterMs, remaining, resetMs };
}

/** What this isolate has leased, or remembers as refused: a request would ask nobody. null = it would ask. */
function atHand(
  looking: Looking,
  policy: string,
  { limit, key }: Pick<Grant, "limit" | "key">,
  standings: LookedStanding[],
): StrictAnswer | null {
  const leased = looking.state().limits.policies.get(policy);
  const held = leased === undefined ? null : peekToken(leased, { limit, key }, looking.now());
  if (held === null) {
    return null;
  }
  standings.push({ policy, limit, key, remaining: Math.floor(held.tokens), heldMs: 0 });
  return held.tokens >= 1 ? PASSES : { ...PASSES, allowed: false, violated: 0, retryAfterMs: held.retryAfterMs };
}

function passUnknown(policy: string, { buckets }: StrictAsk, standings: LookedStanding[]): StrictAnswer {
  standings.push(...buckets.map(({ limit, key }) => ({ policy, limit, key, remaining: null, heldMs: 0 })));
  return PASSES;
}

/** A limit with a queue holds a request back; nobody waits for that here. */
function stand(
  { policies }: Snapshot,
  policy: string,
  { buckets }: StrictAsk,
  answer: StrictAnswer,
  standings: LookedStanding[],
): StrictAnswer {
  const violated = answer.violated === null ? null : buckets[answer.violated];
  const row = policies.limit?.find((one) => one.policy === policy && one.name === violated?.limit);
  const isHeld = !answer.allowed && answer.retryAfterMs <= (row?.queue?.maxWaitMs ?? -1);
  for (const [at, { limit, key }] of buckets.entries()) {
    const remaining = answer.standings[at]?.remaining ?? null;
    standings.push({
      policy,
      limit,
      key,
      remaining,
      heldMs: isHeld && at === answer.violated ? answer.retryAfterMs : 0,
    });
  }
  return isHeld ? PASSES : answer;
}
