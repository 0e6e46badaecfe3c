// Which endpoints a request may be sent to as far as breakers are concerned, and what becomes of its outcome.
// A version with several endpoints has a breaker beside those of its endpoints; with one it would only be the same one
// twice. A probe of a version may go to an endpoint whose own breaker is open, when there is no other: otherwise two
// open breakers would wait for each other.
import { endpointTarget, versionTarget, WHOLE_SERVICE, type Circuit } from "../../model/snapshot/circuit.ts";
import type { Endpoint } from "../../model/snapshot/snapshot.ts";
import { endpointIdentity, groupMark } from "../balance/endpoint-identity.ts";
import type { IsolateBreakers } from "./isolate.ts";
import {
  mustCheckPolicies,
  policyStateOf,
  RAMP_MS,
  targetOf,
  type IsolateTarget,
  type PolicyState,
} from "./policy-state.ts";
import { isFastOpen, recordFast } from "./fast-breaker.ts";

export interface Choice {
  /** Those that may be asked; empty = refused. */
  readonly endpoints: readonly Endpoint[];
  /** What shares of the traffic are reckoned from: these, and those that are kept back now. */
  readonly among: readonly Endpoint[];
  /** Of `endpoints`: better not asked, because they are ejected or fail their health checks. */
  readonly unhealthy: ReadonlySet<string>;
  readonly refusal: { readonly target: string; readonly retryAfterMs: number; readonly forced: string | null } | null;
}

/** One call that is on its way. */
interface Attempt {
  readonly policyState: PolicyState;
  /** What its outcome counts for, with the epoch it was sent in. */
  readonly targets: readonly { readonly target: string; readonly epoch: number }[];
  readonly probe: { readonly target: string; readonly permit: number; readonly diesAt: number } | null;
}

type Way =
  | { readonly way: "open" }
  | { readonly way: "shut"; readonly until: number }
  /** Passable, but only when nothing better is. */
  | { readonly way: "probe" };

const OPEN: Way = { way: "open" };
export const NONE: ReadonlySet<string> = new Set();
const RAMP_FROM = 0.1;
const UNKNOWN_WAIT_MS = 1000;
/** Where requests are rare, a permit is used when the next one comes, though its deadline has passed. */
const LATE_MS = 30_000;

interface Candidates {
  /** The service's endpoints of the wanted version. */
  readonly endpoints: readonly Endpoint[];
  /** The endpoint that the caller's session names: not left for the sake of a probe. */
  readonly pinned: string | null;
  /** Those that fail their health checks. */
  readonly failing: ReadonlySet<string>;
}

/**
 * The endpoints that may be asked now.
 *
 * @param random uniform in [0, 1): decides for this request while a closed breaker lets only a share through
 */
export function chooseEndpoints(
  breakers: IsolateBreakers,
  circuit: Circuit,
  { endpoints: candidates, pinned, failing }: Candidates,
  now: number,
  random: number,
): Choice {
  const policyState = policyStateOf(breakers, circuit);
  policyState.endpoints = candidates;
  policyState.touched = true;
  breakers.touched = true;
  if (breakers.mustCheck) {
    breakers.mustCheck = mustCheckPolicies(breakers, now);
  }
  if (!breakers.mustCheck && failing.size === 0) {
    return alike(candidates);
  }

  const live = breakers.forced.filter(({ until }) => until > now);
  // Once for each version: every request takes this way in an outage, and each look is one at every endpoint.
  const versions = new Map<string | null, string | null>();
  const clear: Endpoint[] = [];
  const shut: Endpoint[] = [];
  const unhealthy: Endpoint[] = [];
  const probed: Endpoint[] = [];
  let refusal: Choice["refusal"] = null;
  for (const endpoint of candidates) {
    if (endpoint.weight <= 0) {
      continue;
    }
    const forced = forcedOf(live, endpoint);
    if (forced?.state === "closed") {
      clear.push(endpoint);
      continue;
    }
    if (forced?.state === "open") {
      refusal ??= { target: forced.target, retryAfterMs: forced.until - now, forced: forced.reason };
      continue;
    }
    const version = versions.get(endpoint.version) ?? versionBreaker(candidates, endpoint.version);
    versions.set(endpoint.version, version);
    const above = version === null ? OPEN : wayThrough(breakers, policyState, version, now, random);
    if (version !== null && above.way === "shut") {
      refusal ??= { target: version, retryAfterMs: above.until - now, forced: null };
      continue;
    }
    const key = endpointIdentity(endpoint);
    const own = endpointTarget(key);
    if (above.way === "probe") {
      (isShut(policyState.targets.get(own), now) ? shut : probed).push(endpoint);
      continue;
    }
    const below = wayThrough(breakers, policyState, own, now, random);
    if (below.way === "shut") {
      refusal ??= { target: own, retryAfterMs: below.until - now, forced: null };
    } else if (below.way === "probe") {
      probed.push(endpoint);
    } else if ((policyState.ejected.get(key) ?? 0) > now || failing.has(endpoint.id)) {
      unhealthy.push(endpoint);
    } else {
      clear.push(endpoint);
    }
  }
  // A permit in hand is used at once: who waits for the probe's result is the whole fleet.
  const stays = pinned !== null && clear.some(({ id }) => id === pinned);
  if (probed.length > 0 && !stays) {
    return alike(probed);
  }
  if (clear.length === 0 && shut.length > 0) {
    return alike(shut);
  }
  const endpoints = [...clear, ...unhealthy];
  return {
    endpoints,
    among: candidates,
    unhealthy: unhealthy.length === 0 ? NONE : new Set(unhealthy.map(({ id }) => id)),
    refusal: endpoints.length > 0 ? null : refusal,
  };
}

/** The same without a breaker: health checks alone say who is better not asked. */
export function choiceByHealth(candidates: readonly Endpoint[], failing: ReadonlySet<string>): Choice {
  return { endpoints: candidates, among: candidates, unhealthy: failing, refusal: null };
}

function alike(endpoints: readonly Endpoint[]): Choice {
  return { endpoints, among: endpoints, unhealthy: NONE, refusal: null };
}

/**
 * The breaker that the endpoints of a version have together; null = there is one endpoint at most. When all of them
 * were replaced it is another one: what the old addresses did says nothing about the new.
 */
function versionBreaker(candidates: readonly Endpoint[], version: string | null): string | null {
  if (candidates.length < 2) {
    return null;
  }
  const siblings = candidates.filter((one) => one.version === version && one.weight > 0);
  return siblings.length < 2 ? null : versionTarget(version) + groupMark(siblings);
}

function forcedOf(live: IsolateBreakers["forced"], { version }: Endpoint): IsolateBreakers["forced"][number] | null {
  const own = versionTarget(version);
  return live.find(({ target }) => target === own) ?? live.find(({ target }) => target === WHOLE_SERVICE) ?? null;
}

function wayThrough(
  breakers: IsolateBreakers,
  policyState: PolicyState,
  target: string,
  now: number,
  random: number,
): Way {
  if (policyState.circuit.breaker === null) {
    return OPEN;
  }
  const known = policyState.targets.get(target);
  if (known === undefined) {
    return OPEN;
  }
  if (known.state === "open" && now < known.until) {
    return { way: "shut", until: known.until };
  }
  if (known.state !== "closed") {
    known.permits = known.permits.filter(({ diesAt }) => diesAt + LATE_MS > now);
    if (known.permits.length > 0) {
      return { way: "probe" };
    }
    policyState.wants.add(target);
    breakers.urgent = true;
    return { way: "shut", until: now + UNKNOWN_WAIT_MS };
  }
  if (isFastOpen(known.fast, now)) {
    return { way: "shut", until: known.fast.openUntil };
  }
  if (known.rampFrom === null) {
    return OPEN;
  }
  const share = RAMP_FROM + ((1 - RAMP_FROM) * (now - known.rampFrom)) / RAMP_MS;
  return random < share ? OPEN : { way: "shut", until: now + UNKNOWN_WAIT_MS };
}

function isShut(known: IsolateTarget | undefined, now: number): boolean {
  return known !== undefined && ((known.state === "open" && now < known.until) || isFastOpen(known.fast, now));
}

/**
 * Called right before the request goes to `endpoint`, one of those that were chosen. Takes a permit where one is
 * needed.
 */
export function beginAttempt(
  breakers: IsolateBreakers,
  circuit: Circuit,
  endpoint: Endpoint,
  candidates: readonly Endpoint[],
  now: number,
): Attempt {
  const policyState = policyStateOf(breakers, circuit);
  const own = endpointTarget(endpointIdentity(endpoint));
  const version = versionBreaker(candidates, endpoint.version);
  const names = version === null ? [own] : [version, own];
  const targets = names.map((target) => ({ target, epoch: targetOf(policyState, target).epoch }));
  for (const target of names) {
    const known = targetOf(policyState, target);
    if (known.state === "closed") {
      continue;
    }
    const held = known.permits.find(({ diesAt }) => diesAt + LATE_MS > now);
    if (held === undefined) {
      continue;
    }
    known.permits = known.permits.filter((one) => one !== held);
    return { policyState, targets, probe: { target, ...held } };
  }
  return { policyState, targets, probe: null };
}

/**
 * Called instead of `endAttempt` when the caller itself ended the try: nothing is counted, and a permit goes to the
 * next one.
 */
export function dropAttempt({ policyState, probe }: Attempt): void {
  if (probe === null) {
    return;
  }
  const { target, permit, diesAt } = probe;
  targetOf(policyState, target).permits.push({ permit, diesAt });
}

/** Called when the answer's headers are there, or the try has failed. */
export function endAttempt(
  breakers: IsolateBreakers,
  attempt: Attempt,
  ok: boolean,
  tookMs: number,
  now: number,
): void {
  const { policyState, targets, probe } = attempt;
  policyState.touched = true;
  breakers.touched = true;
  if (probe !== null) {
    policyState.settled.push({ target: probe.target, permit: probe.permit, ok });
    // Where one request came from, the next will: it need not be refused first.
    if (ok) {
      policyState.wants.add(probe.target);
    }
    breakers.urgent = true;
  }
  const slow = policyState.circuit.breaker !== null && tookMs >= policyState.circuit.slowCallMs;
  for (const { target, epoch } of targets) {
    const known = targetOf(policyState, target);
    if (known.epoch !== epoch) {
      continue;
    }
    known.ok += ok ? 1 : 0;
    known.failed += ok ? 0 : 1;
    known.slow += slow ? 1 : 0;
    known.run = ok ? 0 : known.run + 1;
    known.unreported = true;
    if (ok) {
      known.okAt = now;
    } else {
      known.failedAt = now;
    }
    // What failed or dragged could trip the breaker: the coordinator hears of it soon.
    if (!ok || slow) {
      breakers.urgent = true;
    }
    if (!target.startsWith("e:") || policyState.circuit.breaker === null) {
      continue;
    }
    if (recordFast(known.fast, ok, now)) {
      breakers.mustCheck = true;
    }
  }
}
