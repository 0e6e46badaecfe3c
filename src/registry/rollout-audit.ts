// Turns of Rollouts that nobody asked for, in the audit: what the controller decided by itself, and why. What an
// operator said is written down by the call that said it.
import type { Env } from "../env/env.ts";
import type { RolloutTurn } from "../model/message/rollout.ts";
import { Store } from "../store/store.ts";

const ACTOR = "system:rollouts";

/** @param rollout `<namespace>/<name>` */
export async function auditTurn(env: Pick<Env, "DB">, rollout: string, turn: RolloutTurn): Promise<void> {
  const { at, phase, step, weight, reason } = turn;
  await new Store(env.DB).appendAudit({
    at: new Date(at).toISOString(),
    actor: ACTOR,
    role: null,
    ip: null,
    action: "turnRollout",
    target: `Rollout/${rollout}`,
    outcome: "allowed",
    before: null,
    after: null,
    revision: null,
    reason,
    detail: { phase, step: step + 1, weight },
  });
}
