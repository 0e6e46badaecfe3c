// Which limits hold for a caller: those that are attached, but for callers with a contract in force the limits of their
// tier instead of those of the policies that say `sla: true`.
import type { Caller } from "../../model/snapshot/caller.ts";
import { TIER_LIMITS, type Limit } from "../../model/snapshot/limit.ts";
import type { ServiceKey, Snapshot } from "../../model/snapshot/snapshot.ts";
import { contractOf } from "./contract.ts";

/** @param indexes of what is attached, into the snapshot's table of limits */
export function limitsInForce(
  { policies: { limit: table = [] }, identities }: Pick<Snapshot, "policies" | "identities">,
  indexes: readonly number[],
  { application }: Pick<Caller, "application">,
  service: ServiceKey,
): readonly Limit[] {
  const attached = indexes.map((index) => table[index]).filter((limit) => limit !== undefined);
  const sla = attached.find((limit) => limit.sla !== undefined);
  if (sla === undefined) {
    return attached;
  }
  const contract = contractOf(identities, application, service);
  if (contract === null) {
    return attached.filter((limit) => limit.sla !== "only");
  }
  const others = attached.filter((limit) => limit.sla === undefined);
  const { headers } = sla;
  return [...others, ...contract.limits.flatMap((index) => spoken(table[index], headers))];
}

/** In the words of the policy that it stands in for. */
function spoken(limit: Limit | undefined, headers: Limit["headers"]): Limit[] {
  if (limit === undefined) {
    return [];
  }
  return [limit.headers === headers ? limit : { ...limit, headers }];
}

/** The document that a limit is of, as refusals name it: `RateLimitPolicy/shop/per-client`, `Tier/shop/gold`. */
export function limitOwner({ policy }: Pick<Limit, "policy">): string {
  return policy.startsWith(TIER_LIMITS) ? `Tier/${policy.slice(TIER_LIMITS.length)}` : `RateLimitPolicy/${policy}`;
}
