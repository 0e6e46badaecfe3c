// RateLimitPolicy: a row for each of its limits. They add up: a request is under those of the mesh, the Gateway it came
// through, its service, its route and its rule, and every one of them must have room. A Tier's limits stand behind them
// in the same table; contracts point to them.
import type { DocumentOf } from "../../model/document/document.ts";
import { parseDuration } from "../../model/document/field/duration.ts";
import type { LimitTerms } from "../../model/snapshot/limit-terms.ts";
import { TIER_LIMITS, type KeyPart, type Limit } from "../../model/snapshot/limit.ts";
import type { LimitSpec } from "../../model/document/kind/rate-limit.ts";
import { keyPart } from "../documents/key-part.ts";
import type { KindOf, PolicyOf } from "./kind.ts";

export const limit: KindOf<"RateLimitPolicy", "limit"> = {
  kind: "RateLimitPolicy",
  table: "limit",
  attaches: "requests",
  mode: "adds-up",
  compile: limitsOf,
};

/** In a shorter window not all requests, only half of them, may come at once unless the policy says how many. */
const SHORT_WINDOW_MS = 10_000;

export interface TierLimits {
  readonly rows: readonly Limit[];
  /** Indexes of the limits of the Tier `<namespace>/<name>`. */
  readonly of: (key: string) => readonly number[];
}

/** @param first index that the first of their rows will have */
export function compileTiers(tiers: ReadonlyMap<string, DocumentOf<"Tier">>, first: number): TierLimits {
  const rows: Limit[] = [];
  const indexes = new Map<string, readonly number[]>();
  for (const [key, { spec }] of tiers) {
    const own = spec.limits.map((one) => first + rows.push(compileTierLimit(key, one)) - 1);
    indexes.set(key, own);
  }
  return { rows, of: (key) => indexes.get(key) ?? [] };
}

/** The arithmetic of a limit, its burst filled in. */
export function termsOf({
  algorithm,
  requests,
  window,
  burst,
}: Pick<LimitSpec, "algorithm" | "requests" | "window" | "burst">): LimitTerms {
  const windowMs = parseDuration(window) ?? 1000;
  const usual = windowMs < SHORT_WINDOW_MS ? Math.max(1, Math.ceil(requests / 2)) : requests;
  return { algorithm, requests, windowMs, burst: burst ?? usual };
}

function limitsOf({ metadata, spec }: PolicyOf<"RateLimitPolicy">): Limit[] {
  const policy = `${metadata.namespace}/${metadata.name}`;
  const of = { policy, headers: spec.headers };
  if (spec.sla && spec.limits.length === 0) {
    return [{ ...compileLimit(SLA_ONLY, of), sla: "only" }];
  }
  return spec.limits.map((one) => ({ ...compileLimit(one, of), ...(spec.sla ? { sla: "own" as const } : {}) }));
}

/** Stands for the tier's limits where a policy has none of its own. Harmless to a release that does not know it. */
const SLA_ONLY: LimitSpec = {
  name: "sla",
  requests: 1_000_000_000,
  window: "1s",
  key: [],
  mode: "local",
  algorithm: "gcra",
  whenUnavailable: "allow",
  shadow: true,
};

/**
 * Counted for each application, whatever else its key says. The headers' dialect is that of the policy it stands in
 * for.
 */
function compileTierLimit(tier: string, spec: LimitSpec): Limit {
  const compiled = compileLimit(spec, { policy: `${TIER_LIMITS}${tier}`, headers: "ietf" });
  const client: KeyPart = { from: "client" };
  return compiled.key.some(({ from }) => from === "client")
    ? compiled
    : { ...compiled, key: [client, ...compiled.key] };
}

function compileLimit(spec: LimitSpec, of: Pick<Limit, "policy" | "headers">): Limit {
  return {
    policy: of.policy,
    name: spec.name,
    terms: termsOf(spec),
    mode: spec.mode,
    key: spec.key.map(keyPart),
    whenUnavailable: spec.whenUnavailable,
    shadow: spec.shadow,
    queue:
      spec.queue === undefined ? null : { maxWaitMs: parseDuration(spec.queue.maxWait) ?? 1000, max: spec.queue.max },
    headers: of.headers,
  };
}
