// Counts for a proxy that asks about limits only, in descriptors of its own: the same limits, buckets and quota as for
// traffic through the mesh. Every descriptor is counted, also when an earlier one is over its limit.
import { ANONYMOUS } from "../../decide/identity/caller.ts";
import { limitOf } from "../../decide/limit/envoy-descriptor.ts";
import { limitsInForce } from "../../decide/identity/contract-limits.ts";
import type { Env } from "../../env/env.ts";
import type { DescriptorStatus, RateLimitService } from "../../model/message/descriptor.ts";
import type { Counting, Ports } from "../exchange/exchange.ts";
import { isolateState, type IsolateState } from "../../isolate/state.ts";
import { ownState, ports } from "../exchange/ports.ts";
import { countLeased } from "./leased.ts";
import { countLocally } from "./local.ts";
import { countStrictly } from "./strict.ts";
import type { BucketRef, LimitVerdict } from "./verdict.ts";

/** Production's. */
export const rateLimitService = createRateLimitService(ports, isolateState);

export function createRateLimitService(
  outside: Ports,
  stateOf: () => IsolateState = ownState(outside),
): RateLimitService<Env, ExecutionContext> {
  return async ({ via, service, descriptors }, env, ctx) => {
    const live = await outside.current(env, ctx, outside.now(), via);
    if (live === null) {
      return null;
    }
    const indexes = live.snapshot.services[service]?.policies.limit ?? [];
    // Who calls is not proven here: nobody has a contract.
    const limits = limitsInForce(live.snapshot, indexes, ANONYMOUS, service);
    const counting: Counting = { ports: outside, env, ctx, state: stateOf() };
    return Promise.all(
      descriptors.map(async ({ entries, hits }): Promise<DescriptorStatus> => {
        const found = limitOf(limits, entries);
        const limit = found === null ? undefined : limits[found.index];
        return found === null || limit === undefined ? null : draw(counting, { limit, key: found.key }, hits);
      }),
    );
  };
}

/** All hits or none. */
async function draw(counting: Counting, asked: BucketRef, hits: number): Promise<DescriptorStatus> {
  const { name, terms, shadow } = asked.limit;
  const taken: (() => void)[] = [];
  let last: LimitVerdict | null = null;
  while (taken.length < hits) {
    last = await count(counting, asked);
    if (!last.allowed) {
      break;
    }
    taken.push(last.putBack);
  }
  if (last === null || last.allowed) {
    const { remaining = 0, resetMs = 0 } = last?.standings.at(-1) ?? {};
    return { allowed: true, name, terms, remaining, resetMs, retryAfterMs: 0 };
  }
  for (const putBack of taken) {
    putBack();
  }
  const { violated, retryAfterMs } = last;
  return { allowed: shadow, name, terms, remaining: 0, resetMs: violated.resetMs, retryAfterMs };
}

function count(counting: Counting, asked: BucketRef): Promise<LimitVerdict> | LimitVerdict {
  switch (asked.limit.mode) {
    case "local":
      return countLocally(counting.state.limits, asked, counting.ports.now());
    case "leased":
      return countLeased(counting, asked, false);
    case "strict":
      return countStrictly(counting, asked.limit.policy, [asked], false);
  }
}
