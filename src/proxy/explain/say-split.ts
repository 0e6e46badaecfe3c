// Which version a request would get where a Rollout deals a service's calls: by the stage itself, with the step and the
// weight that decided. Where each request is drawn, the version that most get is followed.
import type { ExplainedDecision } from "../../model/message/explanation.ts";
import type { RolloutTerms } from "../../model/snapshot/rollout.ts";
import type { Dealt, Exchange } from "../exchange/exchange.ts";
import { decision } from "./decision.ts";

/** Below 1, and near enough. */
const LAST_LOT = 1 - Number.EPSILON;

/** What is to be drawn, so that most requests' version is followed; in [0, 1). */
export function drawOfMost({ routed, state }: Exchange): number {
  const { destination } = routed;
  const weight = "problem" in destination ? 0 : (state.rollouts.shares.get(destination.service)?.weight ?? 0);
  return weight > 50 ? 0 : LAST_LOT;
}

/** Of a request that the stage has just dealt. */
export function saySplit({ routed: { destination } }: Exchange): ExplainedDecision[] {
  if ("problem" in destination || destination.rollout === undefined || destination.dealt === undefined) {
    return [];
  }
  const { dealt, rollout: terms } = destination;
  const isOpen = dealt.by === "draw" && dealt.share !== null && dealt.share.weight > 0 && dealt.share.weight < 100;
  const outcome = isOpen ? "noted" : "passed";
  return [decision("split", outcome, detailOf(terms, dealt), { policy: `Rollout/${terms.rollout}` })];
}

function detailOf(terms: RolloutTerms, { by, share, isCanary }: Dealt): string {
  const { stable, canary } = terms;
  const version = isCanary ? canary : stable;
  if (share === null) {
    return `No weight was heard of: ${version}`;
  }
  if (by === "match") {
    return `Its match names the request: ${canary}, whatever the weight, and not counted`;
  }
  const where = `${stepOf(terms, share.weight)}${share.weight} % for ${canary}`;
  switch (by) {
    case "caller":
      return `${where}: this caller is dealt ${version}`;
    case "draw":
      return `${where}, drawn for each request: ${version} is what most get`;
    default:
      return `${where}; ${canary} cannot be asked, so its share goes to ${stable}`;
  }
}

/** A weight that is no step's is that of a canary which was taken out. */
function stepOf({ steps }: RolloutTerms, weight: number): string {
  const step = steps.findIndex((one) => one.weight === weight);
  return step === -1 ? "" : `Step ${step + 1} of ${steps.length}, `;
}
