// What a limit would have refused in the last hour with other numbers. The demand comes from the policy's coordinator;
// it is replayed here, where a second of arithmetic keeps nobody waiting.
import * as z from "zod";
import { termsOf } from "../../compile/policy/limit.ts";
import { type LimitPreview, previewLimit } from "../../decide/limit/preview.ts";
import { HISTORY_MS } from "../../decide/limit/demand-history.ts";
import type { Env } from "../../env/env.ts";
import { type LimitPreviewAnswer, limitPreviewListSchema } from "../../model/api/limits.ts";
import type { DocumentOf } from "../../model/document/document.ts";
import { positiveDurationSchema } from "../../model/document/field/duration.ts";
import { TIER_LIMITS } from "../../model/snapshot/limit.ts";
import { nameSchema } from "../../model/document/field/names.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { LimitSpec } from "../../model/document/kind/rate-limit.ts";
import { isRefusal } from "../http/answer.ts";
import { wholeNumber, wholeNumberOr } from "../http/parameters.ts";
import { noBody } from "../register/json-body.ts";
import { readLimitKey } from "../view/limit-key.ts";
import { lacksNamespace } from "../operator/operator.ts";
import { type ControlApp, register } from "../register/register.ts";
import { partsOfKey } from "../../model/word/refs.ts";

type Policy = DocumentOf<"RateLimitPolicy"> | DocumentOf<"Tier">;

const querySchema = z.object({
  policy: z
    .string()
    .regex(/^[^/]+\/[^/]+$/, "A policy is named <namespace>/<name>.")
    .meta({ description: "`<namespace>/<name>` of a RateLimitPolicy, or of a Tier." }),
  kind: z.enum(["RateLimitPolicy", "Tier"]).default("RateLimitPolicy").meta({ description: "What `policy` names." }),
  limit: nameSchema.optional().meta({ description: "One limit of it; all of them when left out." }),
  requests: wholeNumber(1, 1_000_000_000).optional().meta({ description: "As it is when left out." }),
  window: positiveDurationSchema.optional().meta({ description: "As it is when left out: `1m`." }),
  burst: wholeNumber(1, 1_000_000_000).optional().meta({
    description: "As a document's default when left out and another number changes.",
  }),
  keys: wholeNumberOr(20, 0, 1000).meta({ description: "How many keys to show." }),
});

export function registerLimitPreview(app: ControlApp): void {
  register(app, {
    id: "previewLimit",
    method: "get",
    path: "/limits/preview",
    role: "viewer",
    scope: "each",
    writes: false,
    tag: "limits",
    summary: "What a limit would have refused in the last hour, had its numbers been others.",
    params: z.object({}),
    query: querySchema,
    body: noBody,
    answer: limitPreviewListSchema,
    refusals: ["notFound"],
    async handle({ query, store, env, operator, now }) {
      const { namespace, name } = partsOfKey(query.policy);
      const outside = lacksNamespace(operator, namespace);
      if (outside) {
        return outside;
      }
      const document = (await store.document(query.kind, namespace, name))?.document;
      const policy = document?.kind === "RateLimitPolicy" || document?.kind === "Tier" ? document : null;
      if (policy === null) {
        return { problem: "notFound", detail: `There is no ${query.kind} ${query.policy}.` };
      }
      const limits = chosen(policy, query.limit);
      if (isRefusal(limits)) {
        return limits;
      }
      const items = await Promise.all(limits.map((limit) => preview(env, policy, limit, query, now)));
      return { body: { items } };
    },
  });
}

function chosen({ metadata, spec }: Policy, name: string | undefined): readonly LimitSpec[] | Refusal {
  if (name === undefined) {
    return spec.limits;
  }
  const found = spec.limits.filter((limit) => limit.name === name);
  if (found.length > 0) {
    return found;
  }
  const names = spec.limits.map((limit) => limit.name).join(", ");
  const policy = `${metadata.namespace}/${metadata.name}`;
  return { problem: "notFound", detail: `${policy} has no limit ${name}; its limits are: ${names}.` };
}

async function preview(
  env: Env,
  { kind, metadata: { namespace, name } }: Policy,
  limit: LimitSpec,
  asked: z.output<typeof querySchema>,
  now: number,
): Promise<LimitPreviewAnswer> {
  const { requests = limit.requests, window = limit.window } = asked;
  const isAsItWas = requests === limit.requests && window === limit.window;
  const burst = asked.burst ?? (isAsItWas ? limit.burst : undefined);
  const { algorithm, mode, shadow } = limit;
  const terms = termsOf({ algorithm, requests, window, burst });
  // Limits of mode local have no coordinator, and nobody knows their demand.
  const coordinator = `${kind === "Tier" ? TIER_LIMITS : ""}${namespace}/${name}`;
  const pages = mode === "local" ? [] : await env.LIMITER.getByName(coordinator).demand(limit.name);
  const found = previewLimit(pages, terms, now);
  const current = { algorithm, requests: limit.requests, window: limit.window, burst: termsOf(limit).burst };
  return {
    namespace,
    policy: name,
    limit: limit.name,
    mode,
    shadow,
    current,
    numbers: { algorithm, requests, window, burst: terms.burst },
    ...shown(found, asked.keys, now),
  };
}

function shown({ since, keys, ...figures }: LimitPreview, most: number, now: number) {
  return {
    ...figures,
    since: since === null ? null : new Date(Math.max(since, now - HISTORY_MS)).toISOString(),
    keys: keys.slice(0, most).map(({ key, ...of }) => Object.assign(readLimitKey(key), of)),
    moreKeys: Math.max(0, keys.length - most),
  };
}
