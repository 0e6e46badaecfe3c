// Rollouts that somebody should look at: a canary that was taken out lately, one that is paused, and a controller that
// cannot be asked. None makes the mesh unhealthy: a canary that is out is what a Rollout is for.
import type { RolloutStatus } from "../model/api/rollouts.ts";
import { refOf } from "../model/word/refs.ts";
import { namespaceFlag, type Trouble } from "./trouble.ts";

/** So long somebody may not have heard of it. */
const NEWS_MS = 24 * 3_600_000;

export function rolloutTroubles(rollouts: readonly RolloutStatus[], now: number): Trouble[] {
  return rollouts.flatMap(({ namespace, name, canary, known, phase, weight, turns }): Trouble[] => {
    const ref = refOf("Rollout", namespace, name);
    const say = (message: string, since: string | null, verb: string): Trouble[] => {
      const command = `selvage rollout ${verb} ${name}${namespaceFlag(namespace)}`;
      return [{ severity: "notice", ref, message, since, command }];
    };
    if (!known) {
      return say("its controller cannot be asked: isolates deal by the weight that they last heard", null, "get");
    }
    const last = turns.at(-1);
    const since = last?.at ?? null;
    if (phase === "rolled-back" && since !== null && now - Date.parse(since) < NEWS_MS) {
      return say(`${canary.version} was rolled back: ${last?.reason ?? ""}`, since, "get");
    }
    return phase === "paused"
      ? say(`${canary.version} is paused at ${weight} %: ${last?.reason ?? ""}`, since, "resume")
      : [];
  });
}
