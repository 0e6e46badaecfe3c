// What an operator says about a Rollout, and when it cannot be done: in words, for the one who said it.
import type { RolloutOrder } from "../../model/message/rollout.ts";
import { enterStep, takenOut, turned, newRollout, type RolloutState } from "./state.ts";

type Ordered = { readonly state: RolloutState } | { readonly refused: "moved" | "not-now"; readonly says: string };

/** @param run a random name, for a new try */
export function obeyOrder(state: RolloutState, order: RolloutOrder, run: string, now: number): Ordered {
  const { verb, full, reason, actor, expected } = order;
  const { phase, step, terms } = state;
  const cause = { reason, actor };
  if (expected !== null && expected !== state.seq) {
    const last = state.turns.at(-1);
    const by = last?.actor ?? "the controller";
    const says = `It has moved since: ${phase} at ${state.weight} %, by ${by}: ${last?.reason ?? ""}`;
    return { refused: "moved", says };
  }
  switch (verb) {
    case "promote":
      if (phase !== "progressing" && phase !== "paused") {
        return notNow(`It is ${phase}`);
      }
      return { state: enterStep(state, full ? terms.steps.length : step + 1, cause, now) };
    case "pause":
      return phase === "progressing" ? { state: turned(state, "paused", cause, now) } : notNow(`It is ${phase}`);
    case "resume":
      return phase === "paused"
        ? { state: turned({ ...state, watchedMs: 0, lookedAt: now }, "progressing", cause, now) }
        : notNow(`It is ${phase}`);
    case "abort":
      return phase === "aborted" || phase === "rolled-back"
        ? notNow(`It is ${phase}: the canary gets nothing`)
        : { state: takenOut(state, "aborted", cause, now) };
    case "retry":
      return phase === "aborted" || phase === "rolled-back"
        ? { state: enterStep(newRollout(terms, run, state, now), 0, cause, now) }
        : notNow(`It is ${phase}, and was neither aborted nor rolled back`);
  }
}

const notNow = (says: string): Ordered => ({ refused: "not-now", says });
