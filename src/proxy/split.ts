// Which of two versions a request gets, where a Rollout deals a service's calls and the rule does not name a version
// itself. What a Rollout's `match` names goes to a canary that was not taken back, and is counted by nobody; a canary
// that cannot be asked leaves its share to the stable version.
import { claimText, clientOf } from "../decide/identity/caller.ts";
import { bucketKey } from "../decide/limit/key.ts";
import { valueFits } from "../decide/route/match.ts";
import { callerPlace, drawnPlace, isCanaryAt, stickyKey } from "../decide/rollout/split.ts";
import type { Share } from "../model/message/rollout.ts";
import type { KeyPart } from "../model/snapshot/limit.ts";
import type { RolloutTerms } from "../model/snapshot/rollout.ts";
import { guardOf } from "./call/circuit-breaker.ts";
import { noteKeptBack } from "./call/rollout-count.ts";
import { GO_ON } from "./exchange/decided.ts";
import type { Dealt, Decided, Destination, Exchange } from "./exchange/exchange.ts";

/** For all conditions of one request, about 5 ms; one that takes longer matches nothing. */
const MOST_WORK = 400_000;

export function split(exchange: Exchange): Decided {
  const { routed, state, trace } = exchange;
  const { destination } = routed;
  if ("problem" in destination || destination.rollout === undefined) {
    return GO_ON;
  }
  const { rollout: terms } = destination;
  const share = state.rollouts.shares.get(destination.service) ?? null;
  const dealt = spilled(exchange, destination, terms, deal(exchange, destination, terms, share));
  trace?.("split", { rollout: terms.rollout, by: dealt.by, weight: share?.weight ?? 0, isCanary: dealt.isCanary });
  return { ok: { routed: { ...routed, destination: dealtTo(exchange, destination, terms, dealt) } } };
}

function deal(exchange: Exchange, { service }: Destination, terms: RolloutTerms, share: Share | null): Dealt {
  if (share === null) {
    return { share, by: "nobody", isCanary: false, place: 0 };
  }
  if (share.isOut !== true && isMatched(exchange, terms)) {
    return { share, by: "match", isCanary: true, place: 0 };
  }
  const key = terms.sticky === undefined ? null : stickyKey(terms.sticky, (part) => textOf(exchange, part));
  const place = key === null ? drawnPlace(exchange.ports.random()) : callerPlace(service, share, key);
  return { share, by: key === null ? "draw" : "caller", isCanary: isCanaryAt(place, share.weight), place };
}

function isMatched({ admitted, live }: Exchange, { match }: RolloutTerms): boolean {
  if (match === undefined) {
    return false;
  }
  const work = { left: MOST_WORK };
  const { router } = live.snapshot;
  const fits = match.some((all) =>
    all.every((condition) => valueFits(router, condition, admitted.headers.get(condition.name), work)),
  );
  return fits && work.left >= 0;
}

/** null = the request has nothing of it. */
function textOf({ admitted, caller, routed }: Exchange, part: KeyPart): string | null {
  const { rule, policy } = routed;
  const text = bucketKey([part], {
    method: admitted.method,
    route: rule === null ? policy : `${rule.route}/${rule.name}`,
    ip: admitted.clientAddress,
    caller: clientOf(caller),
    header: (name) => admitted.headers.get(name),
    claim: (name) => claimText(caller, name),
  });
  return text === NOTHING ? null : text;
}

/** `bucketKey` of a part that is not there. */
const NOTHING = JSON.stringify([""]);

/** To the version that can be asked, where the other one cannot. What goes elsewhere than dealt is not counted. */
function spilled(exchange: Exchange, destination: Destination, terms: RolloutTerms, dealt: Dealt): Dealt {
  if (!dealt.isCanary) {
    // Nobody has heard of a share, as in an isolate that has just begun, and the stable version is gone.
    const mustMove = dealt.share === null && !isThere(exchange, destination, terms.stable);
    return mustMove && isThere(exchange, destination, terms.canary) ? { ...dealt, isCanary: true } : dealt;
  }
  const state = stateOf(exchange, destination, terms.canary);
  if (state === "sound" || !isThere(exchange, destination, terms.stable)) {
    return dealt;
  }
  // Where the whole service is shut, nothing is said about the canary.
  if (state === "shut" && dealt.by !== "match" && stateOf(exchange, destination, terms.stable) !== "shut") {
    noteKeptBack(exchange, destination.service, dealt);
  }
  return { ...dealt, by: "spill", isCanary: false };
}

function isThere({ live }: Exchange, { service }: Destination, version: string): boolean {
  return (live.endpoints.get(service) ?? []).some((one) => one.version === version && one.weight > 0);
}

/** `shut`: its breaker keeps calls back. `out`: it has no endpoint that is well. */
function stateOf(exchange: Exchange, destination: Destination, version: string): "sound" | "out" | "shut" {
  if (!isThere(exchange, destination, version)) {
    return "out";
  }
  const endpoints = exchange.live.endpoints.get(destination.service) ?? [];
  const choice = guardOf(exchange, { ...destination, version }, endpoints)?.choose(exchange.ports.now()) ?? null;
  if (choice === null) {
    return "sound";
  }
  if ("problem" in choice) {
    return "shut";
  }
  const isWell = choice.endpoints.some(
    (one) => one.version === version && one.weight > 0 && !choice.unhealthy.has(one.id),
  );
  return isWell ? "sound" : "out";
}

/** A session names an endpoint; the version is decided before it. */
function dealtTo(exchange: Exchange, destination: Destination, terms: RolloutTerms, dealt: Dealt): Destination {
  const version = dealt.isCanary ? terms.canary : terms.stable;
  const { pinned, service } = destination;
  const named = exchange.live.endpoints.get(service)?.find(({ id }) => id === pinned?.endpointId);
  return { ...destination, version, pinned: named?.version === version ? pinned : null, dealt };
}
