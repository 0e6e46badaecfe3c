// How a request was routed, in words: the rule that answers or the service that was addressed, the share of traffic it
// falls into, and the rules that it did not go to.
import { namespaceOf } from "../../decide/identity/caller.ts";
import { rulesNotTaken } from "../../decide/route/alternatives.ts";
import { match, type RouteRequest } from "../../decide/route/match.ts";
import { dropSegments } from "../../decide/route/rewrite.ts";
import { addressByPath } from "../../decide/route/service-address.ts";
import type { AlternativeNotTaken, ExplainedDecision } from "../../model/message/explanation.ts";
import type { Backend, Rule, ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { Exchange, Routed } from "../exchange/exchange.ts";
import { decision, endedAt, endOf, type StageSeen } from "./decision.ts";

/** For an operator who waits, over all near rules. */
const MOST_WORK = 2_000_000;

export function sayRoute(seen: StageSeen): ExplainedDecision[] {
  const { exchange, decided } = seen;
  const end = endOf(seen);
  if (end !== null || "no" in decided) {
    return end === null ? [] : [endedAt("route", end)];
  }
  const { routed } = decided.ok;
  if (routed === undefined) {
    return [];
  }
  const { destination, rule, policy } = routed;
  const alternatives = [...(rule === null ? [] : sharesNotTaken(rule, routed)), ...rulesBeside(exchange, routed)];
  if (policy === "none" && "problem" in destination) {
    // Who may be refused for another reason is, first: the answer comes at the end of the walk.
    return [decision("route", "passed", destination.detail, { alternatives })];
  }
  const at = routed.addressed === null ? "" : `, at the service's own address ${routed.addressed}`;
  const to = "problem" in destination ? whereNot(routed) : `to ${nameOf(destination.service, destination.version)}`;
  const what =
    rule === null ? `No rule applies${at}: ${to}` : `Rule ${rule.name} of HTTPRoute ${rule.route}${at}: ${to}`;
  const setting = rule === null ? null : { list: "rules", entry: rule.name };
  return [decision("route", "passed", what, { policy, setting, alternatives })];
}

function whereNot({ destination, plan }: Routed): string {
  if (plan.direct !== null || plan.redirect !== null) {
    return "it answers by itself";
  }
  return "problem" in destination ? destination.detail : "";
}

function nameOf(service: ServiceKey, version: string | null): string {
  return version === null ? service : `${service} ${version}`;
}

/** The other backends, with their share. */
function sharesNotTaken({ backends }: Rule, { access }: Routed): AlternativeNotTaken[] {
  const total = backends.reduce((sum, { weight }) => sum + weight, 0);
  return backends.flatMap((backend) =>
    backend === access || backends.length < 2
      ? []
      : [{ policy: null, why: `${percent(backend, total)} of the requests go to ${targetOf(backend)}` }],
  );
}

function percent({ weight }: Backend, total: number): string {
  return total === 0 ? "0 %" : `${Math.round((1000 * weight) / total) / 10} %`;
}

function targetOf({ target }: Backend): string {
  return "invalid" in target ? `nowhere: ${target.message}` : nameOf(target.service, target.version);
}

function rulesBeside(exchange: Exchange, routed: Routed): AlternativeNotTaken[] {
  const { router } = exchange.live.snapshot;
  const asked = requestOf(exchange, serviceOf(routed));
  const found = routed.rule === null ? null : match(router, asked);
  const winner = found?.match === undefined || found.match === null ? null : found;
  return rulesNotTaken(router, { ...asked, work: { left: MOST_WORK } }, winner).map(({ route, rule, why }) => ({
    policy: `HTTPRoute/${route}/${rule}`,
    why,
  }));
}

/** Whose own routes were asked; null = those on hostnames. */
function serviceOf({ addressed, destination }: Routed): ServiceKey | null {
  const named = "problem" in destination ? destination.extensions?.["service"] : null;
  return addressed ?? (typeof named === "string" ? named : null);
}

function requestOf({ admitted, caller }: Exchange, service: ServiceKey | null): RouteRequest {
  const { host, matchPath, method, entry, headers, search } = admitted;
  const parameters = new URLSearchParams(search);
  const isPrefixed = service !== null && addressByPath(matchPath)?.service === service;
  return {
    host,
    path: isPrefixed ? dropSegments(matchPath, 2) || "/" : matchPath,
    method,
    header: (name) => headers.get(name),
    query: (name) => parameters.get(name),
    entry,
    service,
    callerNamespace: namespaceOf(caller),
    work: { left: MOST_WORK },
  };
}
