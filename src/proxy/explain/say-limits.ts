// Where the request stands with each limit, in words. Nothing is counted: a coordinator is asked what it would answer.
import { limitOwner } from "../../decide/identity/contract-limits.ts";
import type { ExplainedDecision } from "../../model/message/explanation.ts";
import type { Limit } from "../../model/snapshot/limit.ts";
import { partsOfPolicy } from "../../model/word/refs.ts";
import type { BucketRef } from "../limit/verdict.ts";
import { decision, endOf, type StageSeen } from "./decision.ts";

export function sayLimits(seen: StageSeen): ExplainedDecision[] {
  const asked = seen.facts.get("limits")?.flatMap(({ asked: refs }) => (isRefs(refs) ? refs : [])) ?? [];
  const end = endOf(seen);
  if (asked.length === 0) {
    return end === null ? [decision("limit", "passed", "No limit holds here")] : [];
  }
  const full = new Set(
    (seen.facts.get("limit") ?? []).map(({ policy, limit }) => `${String(policy)}/${String(limit)}`),
  );
  const told = asked.flatMap((one): ExplainedDecision[] => {
    const { limit } = one;
    const by = { policy: `${limitOwner(limit)}/${limit.name}`, setting: { list: "limits", entry: limit.name } };
    if (end?.policy === by.policy) {
      return [];
    }
    if (limit.shadow && full.has(`${limit.policy}/${limit.name}`)) {
      return [decision("limit", "noted", `${termsOf(limit)}: no room, and shadow: true refuses nobody`, by)];
    }
    return [passed(seen, one, by)];
  });
  if (end === null) {
    return told;
  }
  const name = partsOfPolicy(end.policy).entry ?? "";
  return [
    ...told,
    decision("limit", "refused", end.detail, { policy: end.policy, setting: { list: "limits", entry: name } }),
  ];
}

function passed(
  { world }: StageSeen,
  { limit, key }: BucketRef,
  by: Partial<Pick<ExplainedDecision, "policy" | "setting">>,
): ExplainedDecision {
  if (limit.mode === "local") {
    return decision("limit", "passed", `${termsOf(limit)}, counted by each isolate: this one has room`, by);
  }
  const standing = world.standings.find(
    (one) => one.policy === limit.policy && one.limit === limit.name && one.key === key,
  );
  if (standing === undefined) {
    return decision("limit", "passed", `${termsOf(limit)}: not asked, another limit decides before`, by);
  }
  if (standing.remaining === null) {
    const detail = `${termsOf(limit)}: its coordinator cannot be asked; then whenUnavailable: ${limit.whenUnavailable} decides`;
    return decision("limit", "unknown", detail, by);
  }
  if (standing.heldMs > 0) {
    return decision("limit", "passed", `${termsOf(limit)}: held for ${standing.heldMs} ms until there is room`, by);
  }
  return decision("limit", "passed", `${termsOf(limit)}: room for ${standing.remaining} before this request`, by);
}

function termsOf({ terms: { requests, windowMs, burst } }: Limit): string {
  const window = windowMs % 1000 === 0 ? `${windowMs / 1000} s` : `${windowMs} ms`;
  return `${requests} requests in ${window}, ${burst} at once`;
}

function isRefs(value: unknown): value is readonly BucketRef[] {
  return Array.isArray(value);
}
