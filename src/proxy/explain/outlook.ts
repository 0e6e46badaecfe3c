// Production's look at what a request would meet: this isolate's mesh or a stored snapshot, and what coordinators tell
// those who only look. What cannot be asked is not known, and nothing fails for it.
import { mergeEndpoints, registrationsAfter } from "../../decide/balance/merge-endpoints.ts";
import { nearClusters } from "../../decide/balance/locality.ts";
import { settingsOf } from "../../env/settings.ts";
import type { Env } from "../../env/env.ts";
import { portsOf } from "../../isolate/ports.ts";
import { isolateState } from "../../isolate/state.ts";
import type { Live } from "../../isolate/snapshot.ts";
import type { ExplainFault } from "../../model/message/explanation.ts";
import type { Backend } from "../../model/snapshot/snapshot.ts";
import { MESH_OBJECT } from "../../model/word/refs.ts";
import { placeOf } from "../exchange/ports.ts";
import type { Outlook } from "./imagined.ts";

export const outlook: Outlook = {
  live: async (env, ctx, revision, via) => {
    const { snapshot } = isolateState();
    snapshot.locate(() => placeOf(via, settingsOf(env)));
    const live = await snapshot.current(portsOf(env), ctx, Date.now());
    if (live !== null && (revision === null || live.snapshot.revision === revision)) {
      return live;
    }
    return revision === null ? NOT_READY : stored(env, revision, via);
  },
  keys: (env, ctx, now) => isolateState().keys.current(portsOf(env), ctx, now),
  heldKeys: (source) => isolateState().jwks.last(source),
  now: () => Date.now(),
  newId: () => crypto.randomUUID(),
  state: () => isolateState(),
  limits: async (env, policy, ask) => orNull(() => env.LIMITER.getByName(policy).peek(ask)),
  breakers: async (env, service) => orNull(() => env.BREAKER.getByName(service).states()),
  health: async (env, service) => (await orNull(() => env.MESH.getByName(MESH_OBJECT).health()))?.get(service) ?? [],
  draw: heaviest,
};

async function stored(env: Env, revision: number, via: Request): Promise<Live | ExplainFault> {
  const from = portsOf(env);
  const [snapshot, changes] = await Promise.all([from.snapshot(revision), from.changes(0)]);
  if (snapshot === null) {
    const detail = `There is no snapshot of revision ${revision}: it never was, or newer ones have taken its place`;
    return { fault: "no-revision", detail };
  }
  const registrations = registrationsAfter(new Map(), changes);
  const near = nearClusters(snapshot.clusters, placeOf(via, settingsOf(env)));
  return {
    snapshot,
    endpoints: mergeEndpoints(snapshot, registrations),
    checkedAt: Date.now(),
    stale: false,
    near: near ?? null,
  };
}

const NOT_READY: ExplainFault = { fault: "not-ready", detail: "The mesh could not load its configuration" };

/** The middle of the largest share: what most requests meet. */
function heaviest(backends: readonly Backend[]): number {
  const total = backends.reduce((sum, { weight }) => sum + weight, 0);
  let before = 0;
  let best = { weight: 0, draw: 0 };
  for (const { weight } of backends) {
    if (weight > best.weight) {
      best = { weight, draw: (before + weight / 2) / total };
    }
    before += weight;
  }
  return best.draw;
}

/** An object of an earlier release, or one that cannot be reached. */
async function orNull<Value>(ask: () => Promise<Value> | Value): Promise<Value | null> {
  try {
    return await ask();
  } catch {
    return null;
  }
}
