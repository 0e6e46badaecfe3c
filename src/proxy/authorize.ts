// Whether the caller may do this: asks the verb, answers 403.
import { audited, decideAuthorization as judge } from "../decide/authorize/authorize.ts";
import type { AuthorizationRequest } from "../decide/authorize/request.ts";
import type { Authorization } from "../model/snapshot/access.ts";
import { authorizationRequestOf } from "./exchange/authorization-request.ts";
import { GO_ON } from "./exchange/decided.ts";
import type { Decided, Exchange } from "./exchange/exchange.ts";

const NO_POLICIES: readonly Authorization[] = [];

export function authorize(exchange: Exchange): Decided {
  const { routed } = exchange;
  const { policies, apart } = routed.access;
  if (policies.authorization === undefined || policies.authorization.length === 0) {
    return GO_ON;
  }
  const asked = authorizationRequestOf(exchange, routed);
  const decided = judged(exchange, policies.authorization, asked);
  if ("no" in decided || apart === undefined) {
    return decided;
  }
  for (const held of apart) {
    const refused = judged(exchange, held, asked);
    if ("no" in refused) {
      return refused;
    }
  }
  return GO_ON;
}

function judged({ live, trace }: Exchange, held: readonly number[], asked: AuthorizationRequest): Decided {
  const table = live.snapshot.policies.authorization ?? NO_POLICIES;
  const verdict = judge(table, held, asked);
  trace?.("authorize", { ...verdict, audited: audited(table, held, asked) });
  if (verdict.allowed) {
    return GO_ON;
  }
  if (verdict.because === "unknown") {
    return deny("none", "The policies that hold here are not known");
  }
  const policy = `AuthorizationPolicy/${verdict.policy}`;
  if (verdict.because === "denied") {
    return deny(policy, "An AuthorizationPolicy denies this request");
  }
  return deny(policy, "There are AuthorizationPolicies that allow, and none of them allows this request");
}

function deny(policy: string, detail: string): Decided {
  return { no: { problem: "accessDenied", detail }, stage: "authorize", policy };
}
