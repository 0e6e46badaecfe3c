// What a rule answers without a service: fixed answers and redirects. Here ends, too, what no service can be asked for:
// a filter that cannot run fails the rule, as the Gateway API demands, and a request that leads nowhere is refused.
import { redirectLocation } from "../decide/route/redirect.ts";
import type { FilterPlan } from "../decide/route/filter-plan.ts";
import type { Refusal } from "../model/word/problem.ts";
import { GO_ON } from "./exchange/decided.ts";
import type { Decided, Ended, Exchange } from "./exchange/exchange.ts";
import { welcome } from "./exchange/welcome.ts";

export function answer(exchange: Exchange): Decided {
  const { plan, policy, destination } = exchange.routed;
  if (plan.unsupported !== null) {
    return broken(plan.unsupported.message, "filter", policy);
  }
  if (plan.direct !== null) {
    return fixed(plan.direct, policy);
  }
  if (plan.redirect !== null) {
    return redirected(exchange, plan.redirect);
  }
  if (!("problem" in destination)) {
    return GO_ON;
  }
  return (policy === "none" ? welcome(exchange) : null) ?? { no: destination, stage: "route", policy };
}

function fixed({ status, body }: NonNullable<FilterPlan["direct"]>, policy: string): Ended {
  const headers: Record<string, string> = body === null ? {} : { "content-type": "text/plain; charset=utf-8" };
  return { no: { status, headers, body }, stage: "direct-response", policy };
}

function redirected({ admitted, routed }: Exchange, redirect: NonNullable<FilterPlan["redirect"]>): Ended {
  const { policy } = routed;
  const location = redirectLocation(redirect, {
    scheme: admitted.scheme,
    host: admitted.host,
    port: admitted.entry.port ?? admitted.port,
    addressPrefix: routed.addressPrefix,
    path: routed.path,
    search: admitted.search,
    matchedPrefix: routed.matchedPath,
  });
  if (location === null) {
    return broken(`${policy} redirects to a path that has no canonical form`, "redirect", policy);
  }
  return { no: { status: redirect.status, headers: { location }, body: null }, stage: "redirect", policy };
}

function broken(detail: string, stage: string, policy: string): Ended {
  const no: Refusal = { problem: "invalidBackend", detail };
  return { no, stage, policy };
}
