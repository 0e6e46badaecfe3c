// How callers are told where they stand, in four dialects whose units differ: the IETF draft (draft-ietf-httpapi-
// ratelimit-headers, quoted form) counts seconds to go, Anypoint milliseconds to go, Envoy (draft 03) seconds to go.
import { capacityOf } from "./ledger.ts";
import type { HeaderDialect } from "../../model/snapshot/limit.ts";
import type { LimitTerms } from "../../model/snapshot/limit-terms.ts";
import type { HeaderPair } from "../../model/snapshot/snapshot.ts";

/** Where one limit stands after this request. */
export interface LimitStanding {
  readonly name: string;
  readonly terms: LimitTerms;
  readonly dialect: HeaderDialect;
  readonly remaining: number;
  readonly resetMs: number;
}

/** Of several limits the one nearest to exhaustion speaks; the IETF's policy header lists all of them. */
export function limitHeaders(standings: readonly LimitStanding[]): readonly HeaderPair[] {
  const spoken = standings.filter(({ dialect }) => dialect !== "none");
  const [first, ...others] = spoken;
  if (first === undefined) {
    return [];
  }
  const nearest = others.reduce((near, one) => (shareLeft(one) < shareLeft(near) ? one : near), first);
  const remaining = Math.max(0, Math.floor(nearest.remaining));
  const seconds = Math.ceil(nearest.resetMs / 1000);
  switch (nearest.dialect) {
    case "ietf":
      return [
        [
          "ratelimit-policy",
          spoken.map(({ name, terms }) => `"${name}";q=${terms.requests};w=${windowSeconds(terms)}`).join(", "),
        ],
        ["ratelimit", `"${nearest.name}";r=${remaining};t=${seconds}`],
      ];
    case "anypoint":
      return [
        ["x-ratelimit-limit", String(nearest.terms.requests)],
        ["x-ratelimit-remaining", String(remaining)],
        ["x-ratelimit-reset", String(Math.ceil(nearest.resetMs))],
      ];
    case "envoy":
      return [
        ["x-ratelimit-limit", [nearest.terms.requests, ...spoken.map(envoyPolicy)].join(", ")],
        ["x-ratelimit-remaining", String(remaining)],
        ["x-ratelimit-reset", String(seconds)],
      ];
    case "none":
      return [];
  }
}

function shareLeft({ remaining, terms }: LimitStanding): number {
  return remaining / capacityOf(terms);
}

/** Whole seconds, never 0: a caller that comes back at once would only be refused again. */
export function retryAfterSeconds(retryAfterMs: number): string {
  return String(Math.max(1, Math.ceil(retryAfterMs / 1000)));
}

function envoyPolicy({ name, terms }: LimitStanding): string {
  return `${terms.requests};w=${windowSeconds(terms)};name="${name}"`;
}

function windowSeconds(terms: LimitTerms): number {
  return Math.max(1, Math.round(terms.windowMs / 1000));
}
