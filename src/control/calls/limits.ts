// How much of each limit is used: asked of the coordinators of the policies, a few at a time. Limits of mode `local` are
// counted by each isolate for itself and are not seen here.
import { z } from "zod";
import type { Env } from "../../env.ts";
import { limitListSchema, type LimitCoordinator, type LimitUseAnswer } from "../../model/api-limits.ts";
import type { DocumentOf } from "../../model/document.ts";
import { serviceKey } from "../../model/keys.ts";
import type { LimiterCalls } from "../../model/lease.ts";
import { noBody } from "../json-body.ts";
import { readLimitKey } from "../limit-key.ts";
import { covers, lacksNamespace } from "../operator.ts";
import { type ControlApp, register } from "../register.ts";
import { namespaceParameter } from "../route-parameters.ts";

const AT_ONCE = 20;
const MOST_OF_ONE_POLICY = 1000;

type Policy = DocumentOf<"RateLimitPolicy">;

export function registerLimits(app: ControlApp): void {
  register(app, {
    id: "listLimits",
    method: "get",
    path: "/limits",
    role: "viewer",
    scope: "each",
    writes: false,
    tag: "limits",
    summary: "Use of each limit, by key, nearest to exhaustion first.",
    params: z.object({}),
    query: z.object({
      namespace: namespaceParameter.optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(100).meta({ description: "How many buckets." }),
    }),
    body: noBody,
    answer: limitListSchema,
    refusals: [],
    async handle({ query: { namespace, limit }, store, env, operator }) {
      const outside = namespace === undefined ? null : lacksNamespace(operator, namespace);
      if (outside) return outside;
      const { documents } = await store.mesh({ kind: "RateLimitPolicy", namespace });
      const policies = documents.flatMap(({ document }) =>
        document.kind === "RateLimitPolicy" && covers(operator, document.metadata.namespace) ? [document] : [],
      );
      const items: LimitUseAnswer[] = [];
      const coordinators: LimitCoordinator[] = [];
      const unreachable: string[] = [];
      for (let at = 0; at < policies.length; at += AT_ONCE) {
        const asked = policies.slice(at, at + AT_ONCE);
        for (const [index, used] of (await Promise.all(asked.map((policy) => useOf(policy, env)))).entries()) {
          if (used === null) unreachable.push(coordinatorOf(asked[index]));
          else items.push(...used.items);
          if (used?.calls) coordinators.push({ policy: coordinatorOf(asked[index]), ...callsOf(used.calls) });
        }
      }
      items.sort((a, b) => b.used / b.capacity - a.used / a.capacity || b.refused - a.refused);
      return { body: { items: items.slice(0, limit), coordinators, unreachable } };
    },
  });
}

function coordinatorOf(policy: Policy | undefined): string {
  return policy === undefined ? "" : serviceKey(policy.metadata.namespace, policy.metadata.name);
}

function callsOf({ since, sync, take, giveBack }: LimiterCalls): Omit<LimitCoordinator, "policy"> {
  return { since: new Date(since).toISOString(), questions: sync, strict: take, givenBack: giveBack };
}

/** null = the coordinator cannot be reached. */
async function useOf(policy: Policy, env: Env): Promise<{ items: LimitUseAnswer[]; calls?: LimiterCalls } | null> {
  const { namespace, name } = policy.metadata;
  // A policy that only counts locally has no coordinator.
  if (policy.spec.limits.every(({ mode }) => mode === "local")) return { items: [] };
  try {
    const coordinator = env.LIMITER.getByName(coordinatorOf(policy));
    const [uses, calls] = await Promise.all([coordinator.usage(MOST_OF_ONE_POLICY), coordinator.calls()]);
    const items = uses.map(({ limit, key: bucket, capacity, used, leased, refused, resetMs }) => {
      const { mode = null, shadow = false } = policy.spec.limits.find((one) => one.name === limit) ?? {};
      const { key, overflow } = readLimitKey(bucket);
      const what = { namespace, policy: name, limit, key, overflow, mode, shadow };
      return Object.assign(what, { capacity, used, leased, refused, resetMs });
    });
    return { items, calls };
  } catch {
    return null;
  }
}
