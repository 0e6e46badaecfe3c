// The two things that stages say most: nothing, and that the request leads nowhere.
import { NO_FILTERS } from "../../decide/route/filter-plan.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { Decided, Routed } from "./exchange.ts";

/** The request may go on, and there is nothing new to know. */
export const GO_ON: Decided = { ok: {} };

/** Where a request stands that no rule and no service answers, or not yet. */
export function nowhere(destination: Refusal): Routed {
  return { ...NOWHERE, destination };
}

const NOWHERE: Omit<Routed, "destination"> = {
  policy: "none",
  rule: null,
  matchedPath: "/",
  addressPrefix: "",
  path: "/",
  sent: { path: "/", matchPath: "/" },
  keepsSlashes: false,
  plan: NO_FILTERS,
  access: { policies: {} },
  addressed: null,
  guarded: null,
};
