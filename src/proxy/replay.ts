// Kept requests, decided again by two snapshots: the same walk as explain.ts takes. Callers are taken for whom they had
// proven to be; of headers only digests are known, so each value is the one that a rule names with that digest, or one
// that none names. Limits are counted in memory, by these requests alone.
import { askStrictly } from "../decide/limit/strict.ts";
import { newLimitCoordinator, type LimitCoordinator } from "../decide/limit/coordinator.ts";
import { namedValues } from "../decide/route/reads.ts";
import type { Env } from "../env/env.ts";
import type { Context } from "../isolate/kept.ts";
import { newLimitMemory } from "../isolate/limit-memory.ts";
import { isolateState } from "../isolate/state.ts";
import type { Explain, Explanation, ExplainQuestion } from "../model/message/explanation.ts";
import type { Receipt } from "../model/message/receipt.ts";
import type { Replay, Replayed, ReplayedPair } from "../model/message/replay.ts";
import type { Limit } from "../model/snapshot/limit.ts";
import type { Snapshot } from "../model/snapshot/snapshot.ts";
import { createExplain } from "./explain.ts";
import { receiptDigest } from "./exchange/receipt-digest.ts";
import { outlook } from "./explain/outlook.ts";

export const replayRequests: Replay<Env, Context> = async ({ before, after, receipts }, via, env, ctx) => {
  const clock = { at: 0 };
  const sides = [explainBy(before, clock), explainBy(after, clock)] as const;
  const values = await valuesByDigest([before, after], env, ctx);
  const pairs: ReplayedPair[] = [];
  for (const receipt of receipts) {
    clock.at = receipt.at;
    const { question, isUncertain } = questionOf(receipt, values);
    const [one, other] = [await sides[0](question, via, env, ctx), await sides[1](question, via, env, ctx)];
    if (!("fault" in one) && !("fault" in other)) {
      pairs.push({ receipt, before: replayed(one), after: replayed(other), isUncertain });
    }
  }
  return pairs;
};

function explainBy(given: Snapshot, clock: { readonly at: number }): Explain<Env, Context> {
  const limit = (given.policies.limit ?? []).map(counted);
  const snapshot: Snapshot = { ...given, policies: { ...given.policies, limit } };
  const written = new Map(Object.entries(snapshot.services).map(([key, { endpoints }]) => [key, endpoints]));
  const coordinators = new Map<string, LimitCoordinator>();
  const memory = { limits: newLimitMemory(), rollouts: isolateState().rollouts };
  return createExplain({
    ...outlook,
    live: async (env, ctx, _, via) => {
      const live = await outlook.live(env, ctx, null, via);
      // Registered endpoints are those of now, for both.
      const endpoints = new Map(
        [...written].map(([key, own]) => [key, ("fault" in live ? null : live.endpoints.get(key)) ?? own]),
      );
      return { snapshot, endpoints, checkedAt: clock.at, stale: false };
    },
    now: () => clock.at,
    state: () => memory,
    limits: (_, policy, ask) => {
      const coordinator = coordinators.get(policy) ?? newLimitCoordinator(clock.at, null);
      coordinators.set(policy, coordinator);
      return Promise.resolve(askStrictly(coordinator, ask, clock.at).answer);
    },
    // How endpoints are now says nothing about either.
    breakers: () => Promise.resolve({ rows: [], forced: [], health: [], slots: [], retries: [] }),
    health: () => Promise.resolve([]),
  });
}

/** By one coordinator, whichever way it is counted: there is one isolate here. */
function counted(limit: Limit): Limit {
  return { ...limit, mode: "strict" };
}

type Values = ReadonlyMap<string, string>;

/** `header:x-tenant <digest>` → the value that has it. */
async function valuesByDigest(snapshots: readonly Snapshot[], env: Env, ctx: Context): Promise<Values> {
  const keys = await outlook.keys(env, ctx, outlook.now());
  const found = new Map<string, string>();
  if (keys === null) {
    return found;
  }
  for (const [name, value] of snapshots.flatMap(namedValues)) {
    found.set(`${name} ${await receiptDigest(keys.pepper, value)}`, value);
  }
  return found;
}

function questionOf(receipt: Receipt, values: Values): { question: ExplainQuestion; isUncertain: boolean } {
  const { method, scheme, host, path, clientAddress, caller, read } = receipt;
  const headers = new Headers();
  const query = new URLSearchParams();
  let isUncertain = false;
  for (const [name, digest] of Object.entries(read)) {
    const known = values.get(`${name} ${digest}`);
    isUncertain ||= known === undefined;
    const value = known ?? `unknown-${digest}`;
    const at = name.indexOf(":") + 1;
    if (name.startsWith("header:")) {
      headers.set(name.slice(at), value);
    } else {
      query.set(name.slice(at), value);
    }
  }
  const search = query.size === 0 ? "" : `?${query.toString()}`;
  const as = caller.startsWith("spiffe:") ? caller : null;
  const url = `${scheme}://${host}${path}${search}`;
  return { question: { method, url, headers, clientAddress, as, revision: null }, isUncertain };
}

function replayed({ decisions, destination, answer }: Explanation): Replayed {
  const last = decisions.findLast(({ outcome }) => outcome === "refused" || outcome === "answered");
  const route = decisions.find(({ stage }) => stage === "route");
  return {
    status: answer.status,
    stage: answer.from === "service" ? "forwarded" : (last?.stage ?? "route"),
    policy: answer.from === "service" ? null : (last?.policy ?? null),
    code: answer.problem?.code ?? null,
    route: route?.policy ?? null,
    destination: destination === null ? null : `${destination.service} ${destination.version ?? ""}`.trimEnd(),
  };
}
