// How much of each limit is used: asked of the coordinators of the policies, a few at a time. Limits of mode `local`
// are counted by each isolate for itself and are not seen here.
import * as z from "zod";
import type { Env } from "../../env/env.ts";
import { limitListSchema, type CoordinatorCalls, type LimitUseAnswer } from "../../model/api/limits.ts";
import type { Document } from "../../model/document/document.ts";
import type { IdentityState } from "../../model/registry/identity.ts";
import { isContractGranted } from "../../decide/identity/contract-state.ts";
import { serviceKey } from "../../model/word/refs.ts";
import { TIER_LIMITS } from "../../model/snapshot/limit.ts";
import type { LimitSpec } from "../../model/document/kind/rate-limit.ts";
import type { LimiterCalls } from "../../model/message/limit.ts";
import { noBody } from "../register/json-body.ts";
import { readLimitKey } from "../view/limit-key.ts";
import { coversNamespace, lacksNamespace } from "../operator/operator.ts";
import { type ControlApp, register } from "../register/register.ts";
import { wholeNumberOr } from "../http/parameters.ts";
import { namespaceParameter } from "../http/route-parameters.ts";

const AT_ONCE = 20;
const MOST_OF_ONE_POLICY = 1000;

/** What has a coordinator of its own. */
interface Policy {
  readonly kind: "RateLimitPolicy" | "Tier";
  readonly namespace: string;
  readonly name: string;
  readonly limits: readonly LimitSpec[];
  readonly coordinator: string;
}

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
      limit: wholeNumberOr(100, 1, 1000).meta({ description: "How many buckets." }),
    }),
    body: noBody,
    answer: limitListSchema,
    refusals: [],
    async handle({ query: { namespace, limit }, store, env, operator }) {
      const outside = namespace === undefined ? null : lacksNamespace(operator, namespace);
      if (outside) {
        return outside;
      }
      const [ofPolicies, ofTiers, identities] = await Promise.all([
        store.documents({ kind: "RateLimitPolicy", namespace }),
        store.documents({ kind: "Tier", namespace }),
        store.identities(),
      ]);
      const policies = [...ofPolicies, ...ofTiers].flatMap(({ document }) =>
        coversNamespace(operator, document.metadata.namespace) ? policyOf(document) : [],
      );
      const contracts = identities.contracts.flatMap((one) => {
        if (isContractGranted(one.state)) {
          return [one];
        }
        return one.former === undefined ? [] : [{ ...one, tier: one.former.tier }];
      });
      const items: LimitUseAnswer[] = [];
      const coordinators: CoordinatorCalls[] = [];
      const unreachable: string[] = [];
      for (let at = 0; at < policies.length; at += AT_ONCE) {
        const asked = policies.slice(at, at + AT_ONCE);
        for (const [index, used] of (
          await Promise.all(asked.map((policy) => useOf(policy, env, contracts)))
        ).entries()) {
          const { coordinator = "" } = asked[index] ?? {};
          if (used === null) {
            unreachable.push(coordinator);
          } else {
            items.push(...used.items);
          }
          if (used?.calls) {
            coordinators.push({ policy: coordinator, ...callsOf(used.calls) });
          }
        }
      }
      items.sort((a, b) => b.used / b.capacity - a.used / a.capacity || b.refused - a.refused);
      return { body: { items: items.slice(0, limit), coordinators, unreachable } };
    },
  });
}

function policyOf(document: Document): Policy[] {
  if (document.kind !== "RateLimitPolicy" && document.kind !== "Tier") {
    return [];
  }
  const {
    kind,
    metadata: { namespace, name },
    spec: { limits },
  } = document;
  const prefix = kind === "Tier" ? TIER_LIMITS : "";
  return [{ kind, namespace, name, limits, coordinator: `${prefix}${serviceKey(namespace, name)}` }];
}

/** The application in a bucket's key, `<namespace>/<name>`. */
function applicationOf(key: readonly string[]): string | null {
  for (const part of key) {
    const found = /^spiffe:\/\/[^/]+\/ns\/([^/]+)\/app\/([^/]+)$/.exec(part);
    if (found) {
      return `${found[1]}/${found[2]}`;
    }
  }
  return null;
}

function callsOf({ since, sync, take, giveBack }: LimiterCalls): Omit<CoordinatorCalls, "policy"> {
  return { since: new Date(since).toISOString(), questions: sync, strict: take, givenBack: giveBack };
}

/** null = the coordinator cannot be reached. */
async function useOf(
  { kind, namespace, name, limits, coordinator: id }: Policy,
  env: Env,
  contracts: IdentityState["contracts"],
): Promise<{ items: LimitUseAnswer[]; calls?: LimiterCalls } | null> {
  // A policy that only counts locally has no coordinator.
  if (limits.every(({ mode }) => mode === "local")) {
    return { items: [] };
  }
  try {
    const coordinator = env.LIMITER.getByName(id);
    const [uses, calls] = await Promise.all([coordinator.usage(MOST_OF_ONE_POLICY), coordinator.calls()]);
    const items = uses.map(({ limit, key: bucket, capacity, used, leased, refused, resetMs }) => {
      const { mode = null, shadow = false } = limits.find((one) => one.name === limit) ?? {};
      const { key, overflow } = readLimitKey(bucket);
      const application = applicationOf(key);
      const by = contracts.find((one) => one.application === application && one.tier === `${namespace}/${name}`);
      const contract = kind === "Tier" && by ? `${by.namespace}/${by.name}` : null;
      const what = { kind, namespace, policy: name, limit, key, application, contract, overflow, mode, shadow };
      return Object.assign(what, { capacity, used, leased, refused, resetMs });
    });
    return { items, calls };
  } catch {
    return null;
  }
}
