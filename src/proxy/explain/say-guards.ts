// What the guards said, in words: who calls and how that was proven, which addresses may come, which policies let the
// caller do this. Whoever reads this may be told what the caller is not: why a proof does not hold.
import { policyTruths } from "../../decide/authorize/authorize.ts";
import { YES, NO } from "../../decide/authorize/pattern.ts";
import { sourceOf } from "../../decide/identity/caller.ts";
import type { ExplainedDecision } from "../../model/message/explanation.ts";
import type { Authentication } from "../../model/snapshot/access.ts";
import { authorizationRequestOf } from "../exchange/authorization-request.ts";
import { decision, endedAt, endOf, type StageSeen } from "./decision.ts";

export function sayBodiless(seen: StageSeen): ExplainedDecision[] {
  const end = endOf(seen);
  return end === null ? [] : [endedAt("admit", end)];
}

export function sayIdentify({ exchange, decided, facts, as }: StageSeen): ExplainedDecision[] {
  if (as !== null) {
    return [decision("identify", "passed", `Taken for proven, without its credential: ${as}`)];
  }
  const learned = "no" in decided ? {} : decided.ok;
  const told = facts.get("identify")?.at(-1) ?? {};
  if (learned.badProof !== undefined) {
    const why = typeof told["refused"] === "string" ? ` (${told["refused"]})` : "";
    return [decision("identify", "passed", `A token of the mesh is there and does not hold${why}: refused below`)];
  }
  const source = sourceOf(learned.caller ?? exchange.caller);
  const what =
    source === "anonymous" ? "No token of the mesh came: the caller is nobody so far" : `The caller is ${source}`;
  return [decision("identify", "passed", what)];
}

/** A stage without words of its own: under the name that it has in the trace, with the policies that it told of. */
export function sayGuard(seen: StageSeen): ExplainedDecision[] {
  const end = endOf(seen);
  if (end !== null && "stage" in seen.decided) {
    return [endedAt(seen.decided.stage, end)];
  }
  return [...seen.facts].flatMap(([stage, told]) => {
    const policies = told.flatMap(({ policies: asked }) => (Array.isArray(asked) ? asked.map(String) : []));
    return policies.map((policy) => decision(stage, "passed", "It lets the request pass", { policy }));
  });
}

export function sayPreflight(seen: StageSeen): ExplainedDecision[] {
  const end = endOf(seen);
  return end === null
    ? []
    : [decision("preflight", "answered", "A browser's question, answered by the rule's CORS filter", end)];
}

export function sayAuthenticate(seen: StageSeen): ExplainedDecision[] {
  const { exchange, world } = seen;
  const { access, guarded } = exchange.routed;
  const index = access.policies.authentication;
  const row = index === undefined ? null : (exchange.live.snapshot.policies.authentication?.[index] ?? null);
  const policy = row === null ? null : `AuthenticationPolicy/${row.policy}`;
  const told = seen.facts.get("authenticate")?.at(-1) ?? {};
  const end = endOf(seen);
  if (end !== null && told["is"] === "uncheckable" && world.unheld.size > 0) {
    const urls = [...world.unheld].join(", ");
    const detail = `The keys that the token is to be checked with are not held here. A real request would have them fetched from ${urls}; what comes of that is not known`;
    return [decision("authenticate", "unknown", detail, { policy, setting: settingOf(row, told) })];
  }
  if (end !== null) {
    const why = typeof told["reason"] === "string" ? `${end.detail} (${told["reason"]})` : end.detail;
    return [decision("authenticate", "refused", why, { policy: end.policy, setting: settingOf(row, told) })];
  }
  if (row === null) {
    const why =
      guarded === null
        ? "No AuthenticationPolicy holds here, and no identity is needed"
        : `${guarded} is for callers with an identity, and this one has one`;
    return [decision("authenticate", "passed", why)];
  }
  const proven =
    Array.isArray(told["proven"]) && told["proven"].length > 0
      ? `Proven: ${told["proven"].join(", ")}`
      : "Nothing is proven";
  const mode = row.mode === "permit" ? ", and mode: permit lets callers without a proof pass" : "";
  return [decision("authenticate", "passed", `${proven}${mode}`, { policy })];
}

/** The provider that could not check. */
function settingOf(row: Authentication | null, told: Readonly<Record<string, unknown>>) {
  const { provider } = told;
  return row === null || typeof provider !== "string" ? null : { list: "jwt/providers", entry: provider };
}

export function sayAuthorize(seen: StageSeen): ExplainedDecision[] {
  const { exchange } = seen;
  const { policies, apart = [] } = exchange.routed.access;
  const held = policies.authorization ?? [];
  if (held.length === 0) {
    return [decision("authorize", "passed", "No AuthorizationPolicy holds here")];
  }
  const table = exchange.live.snapshot.policies.authorization ?? [];
  const truths = policyTruths(
    table,
    [...new Set([...held, ...apart.flat()])],
    authorizationRequestOf(exchange, exchange.routed),
  );
  const settingOf = (rule: number | null) => (rule === null ? null : { list: "rules", entry: rule });
  const noted = truths
    .filter(({ action, truth }) => action === "AUDIT" && truth !== NO)
    .map(({ policy, rule }) =>
      decision("authorize", "noted", "An AUDIT policy matches: it only reports", {
        policy: `AuthorizationPolicy/${policy}`,
        setting: settingOf(rule),
      }),
    );
  const alternatives = truths
    .filter(({ action, truth }) => truth === NO && action !== "AUDIT")
    .map(({ policy, action }) => ({
      policy: `AuthorizationPolicy/${policy}`,
      why: `none of its ${action} rules matches`,
    }));
  const end = endOf(seen);
  if (end !== null) {
    const by = truths.find(({ policy }) => `AuthorizationPolicy/${policy}` === end.policy);
    return [
      ...noted,
      decision("authorize", "refused", end.detail, {
        policy: end.policy,
        setting: settingOf(by?.rule ?? null),
        alternatives,
      }),
    ];
  }
  const allow = truths.find(({ action, truth }) => action === "ALLOW" && truth === YES);
  const detail = allow === undefined ? "No DENY matches, and there is no ALLOW" : `An ALLOW matches`;
  const by =
    allow === undefined ? {} : { policy: `AuthorizationPolicy/${allow.policy}`, setting: settingOf(allow.rule) };
  return [...noted, decision("authorize", "passed", detail, { ...by, alternatives })];
}
