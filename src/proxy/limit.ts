// Whether every limit that holds for a request has room for it. They are asked in the order of what an answer costs
// (this isolate, quota held here, the coordinator itself); when one refuses, the others get their tokens back. Nothing
// that goes wrong with counting becomes an error of the mesh: then the policy's `whenUnavailable` decides.
import { asksForContract } from "../decide/identity/contract.ts";
import { claimText, clientOf } from "../decide/identity/caller.ts";
import { limitHeaders, retryAfterSeconds } from "../decide/limit/headers.ts";
import { bucketKey, type LimitKeySource } from "../decide/limit/key.ts";
import { limitOwner, limitsInForce } from "../decide/identity/contract-limits.ts";
import type { Limit } from "../model/snapshot/limit.ts";
import type { ServiceKey, Snapshot } from "../model/snapshot/snapshot.ts";
import { GO_ON } from "./exchange/decided.ts";
import type { Decided, Exchange, Routed } from "./exchange/exchange.ts";
import { countLeased } from "./limit/leased.ts";
import { countLocally } from "./limit/local.ts";
import { countStrictly } from "./limit/strict.ts";
import { LET_PASS, type BucketRef, type BucketStanding, type LimitVerdict } from "./limit/verdict.ts";

/** Limits that are asked together: one, or the strict ones of one policy. */
interface Step {
  readonly group: readonly BucketRef[];
  readonly count: (again: boolean) => Promise<LimitVerdict> | LimitVerdict;
}

type Refused = Extract<LimitVerdict, { allowed: false }>;

export function limit(exchange: Exchange): Decided | Promise<Decided> {
  const held = limitsAt(exchange.routed);
  return held.length === 0 ? GO_ON : askAll(exchange, held);
}

/**
 * Of the service that the request goes to, or of the rule that answers by itself. What can only fail is not counted.
 */
function limitsAt({ access, destination, plan }: Routed): readonly number[] {
  const answersItself = plan.direct !== null || plan.redirect !== null;
  if (plan.unsupported !== null || ("problem" in destination && !answersItself)) {
    return NO_LIMITS;
  }
  return access.policies.limit ?? NO_LIMITS;
}

const NO_LIMITS: readonly number[] = [];

function askAll(exchange: Exchange, indexes: readonly number[]): Decided | Promise<Decided> {
  const { live, caller, routed } = exchange;
  const service = serviceOf(routed);
  const source = keySource(exchange, service);
  const inForce = limitsInForce(live.snapshot, indexes, caller, contractor(live.snapshot, routed, service));
  const asked = inForce.map((one): BucketRef => ({ limit: one, key: bucketKey(one.key, source) }));
  exchange.trace?.("limits", { asked });
  return askFrom(exchange, plan(exchange, asked), 0, { taken: [], standings: [] });
}

/** What was found of the limits that were asked before. */
interface Asking {
  readonly taken: (() => void)[];
  readonly standings: BucketStanding[];
}

function askFrom(exchange: Exchange, steps: readonly Step[], from: number, asking: Asking): Decided | Promise<Decided> {
  for (let at = from; at < steps.length; at++) {
    const step = steps[at];
    const verdict = step === undefined ? LET_PASS : held(exchange, step);
    if (verdict instanceof Promise) {
      return verdict.then((one) => note(exchange, one, asking) ?? askFrom(exchange, steps, at + 1, asking));
    }
    const refusal = note(exchange, verdict, asking);
    if (refusal !== null) {
      return refusal;
    }
  }
  return { ok: { limits: limitHeaders(asking.standings.filter(({ asked }) => !asked.limit.shadow).map(shown)) } };
}

/** null = the next limit may be asked. */
function note(exchange: Exchange, verdict: LimitVerdict, { taken, standings }: Asking): Decided | null {
  if (verdict.allowed) {
    taken.push(verdict.putBack);
    standings.push(...verdict.standings);
    return null;
  }
  const { limit } = verdict.violated.asked;
  exchange.trace?.("limit", { policy: limit.policy, limit: limit.name, shadow: limit.shadow });
  if (limit.shadow) {
    return null;
  }
  for (const putBack of taken) {
    putBack();
  }
  return refused(verdict, standings);
}

/** Whose contract holds: of the service that was named, where it has tiers, also where a rule leads to another one. */
function contractor({ identities }: Snapshot, { addressed }: Routed, service: ServiceKey): ServiceKey {
  return addressed !== null && asksForContract(identities, addressed) ? addressed : service;
}

function plan(exchange: Exchange, asked: readonly BucketRef[]): Step[] {
  const { state, ports } = exchange;
  const local: Step[] = [];
  const leased: Step[] = [];
  const strict: BucketRef[] = [];
  for (const one of asked) {
    const { mode, shadow } = one.limit;
    if (mode === "local") {
      local.push({ group: [one], count: () => countLocally(state.limits, one, ports.now()) });
    } else if (mode === "leased") {
      leased.push({ group: [one], count: (again) => countLeased(exchange, one, again) });
    } else if (shadow) {
      // Nobody waits for a limit that never refuses.
      exchange.ctx.waitUntil(countBehind(exchange, one));
    } else {
      strict.push(one);
    }
  }
  const steps = local.length === 0 ? leased : [...local, ...leased];
  if (strict.length > 0) {
    for (const [policy, group] of Map.groupBy(strict, ({ limit }) => limit.policy)) {
      steps.push({ group, count: (again) => countStrictly(exchange, policy, group, again) });
    }
  }
  return steps;
}

async function countBehind(exchange: Exchange, one: BucketRef): Promise<void> {
  const { policy, name } = one.limit;
  const { allowed } = await countStrictly(exchange, policy, [one], false);
  if (!allowed) {
    exchange.trace?.("limit", { policy, limit: name, shadow: true });
  }
}

/** Counts; where the limit that refuses has a queue, waits for room as long and with as many others as it says. */
function held(exchange: Exchange, step: Step): LimitVerdict | Promise<LimitVerdict> {
  const first = step.count(false);
  return first instanceof Promise
    ? first.then((verdict) => queued(exchange, step, verdict))
    : queued(exchange, step, first);
}

function queued(exchange: Exchange, step: Step, first: LimitVerdict): LimitVerdict | Promise<LimitVerdict> {
  if (first.allowed || first.violated.asked.limit.shadow || first.violated.asked.limit.queue === null) {
    return first;
  }
  return awaitRoom(exchange, step, first, first.violated.asked.limit.queue);
}

async function awaitRoom(
  { ports, state }: Exchange,
  { count }: Step,
  first: Refused,
  queue: NonNullable<Limit["queue"]>,
): Promise<LimitVerdict> {
  const { policy, name } = first.violated.asked.limit;
  const id = `${policy}/${name}`;
  const since = ports.now();
  const until = since + queue.maxWaitMs;
  const waiting = (state.limits.held.get(id) ?? []).filter((end) => end > since);
  if (waiting.length >= queue.max) {
    return first;
  }
  state.limits.held.set(id, [...waiting, until]);
  let verdict: LimitVerdict = first;
  for (let now = since; !verdict.allowed && now + verdict.retryAfterMs <= until; now = ports.now()) {
    await ports.sleep(Math.max(1, verdict.retryAfterMs));
    verdict = await count(true);
  }
  const left = state.limits.held.get(id) ?? [];
  const own = left.indexOf(until);
  if (own !== -1) {
    state.limits.held.set(id, left.toSpliced(own, 1));
  }
  return verdict;
}

function refused({ violated, retryAfterMs }: Refused, standings: readonly BucketStanding[]): Decided {
  const { limit } = violated.asked;
  const { requests, windowMs } = limit.terms;
  const policy = `${limitOwner(limit)}/${limit.name}`;
  const others = standings.filter(({ asked }) => !asked.limit.shadow);
  return {
    stage: "limit",
    policy,
    no: {
      problem: "quotaExceeded",
      detail: `The limit "${limit.name}" (${requests} requests in ${span(windowMs)}) has no room for the request`,
      extensions: { violated: policy },
      headers: {
        ...Object.fromEntries(limitHeaders([violated, ...others].map(shown))),
        "retry-after": retryAfterSeconds(retryAfterMs),
      },
    },
  };
}

function shown({ asked, remaining, resetMs }: BucketStanding) {
  const { name, terms, headers }: Limit = asked.limit;
  return { name, terms, dialect: headers, remaining, resetMs };
}

function span(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}

/** Empty where a rule on a hostname answers by itself: nobody has a contract with that. */
function serviceOf({ addressed, destination }: Routed): ServiceKey {
  return "problem" in destination ? (addressed ?? "") : destination.service;
}

function keySource({ admitted, caller, routed: { rule } }: Exchange, service: ServiceKey): LimitKeySource {
  return {
    method: admitted.method,
    route: rule === null ? service : `${rule.route}/${rule.name}`,
    ip: admitted.clientAddress,
    caller: clientOf(caller),
    claim: (name) => claimText(caller, name),
    header: (name) => admitted.headers.get(name),
  };
}
