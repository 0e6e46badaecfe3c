// Envoy's rate-limit service (envoy.service.ratelimit.v3) as the mesh understands it: what is asked, and what each
// descriptor is told.
import type { LimitTerms } from "../snapshot/limit-terms.ts";
import type { ServiceKey } from "../snapshot/snapshot.ts";

export interface RateLimitQuestion {
  /** The proxy's own request to the mesh. */
  readonly via: Request;
  /** Its limits are meant. */
  readonly service: ServiceKey;
  readonly descriptors: readonly {
    readonly entries: readonly { readonly key: string; readonly value: string }[];
    readonly hits: number;
  }[];
}

/** null = no limit holds for the descriptor. */
export type DescriptorStatus = {
  readonly allowed: boolean;
  readonly name: string;
  readonly terms: LimitTerms;
  readonly remaining: number;
  readonly resetMs: number;
  readonly retryAfterMs: number;
} | null;

/** null = the mesh has no configuration. */
export type RateLimitService<Env, Context> = (
  question: RateLimitQuestion,
  env: Env,
  ctx: Context,
) => Promise<readonly DescriptorStatus[] | null>;
