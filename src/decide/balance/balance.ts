// Which endpoint of a service with several takes a try: first the priority, and in it the place, then one of the
// endpoints there by the policy. With weights that differ, or while an endpoint starts slowly, the weights are kept and
// load only overrules what is clearly bad.
import type { Balance, Failover } from "../../model/snapshot/call-policy.ts";
import type { Endpoint } from "../../model/snapshot/snapshot.ts";
import { loadIn, type ServiceStats } from "./endpoint-stats.ts";
import { inFlight, loadOf, slowStart } from "./endpoint-load.ts";
import { priorityShares } from "./failover.ts";
import { rendezvous } from "./rendezvous.ts";

export interface Balancing {
  readonly policy: Balance["policy"];
  /** What ring-hash hashes. */
  readonly key: string;
  readonly failover: Failover;
  /** null = everything is healthy. */
  readonly isHealthy: ((endpoint: Endpoint) => boolean) | null;
  /** Whether it may be asked at all, even in panic; null = each of them. Who may not be asked is not healthy either. */
  readonly mayAsk: ((endpoint: Endpoint) => boolean) | null;
  /** Its place in `failover.order`, 0 or 1; below 0 = none, it is never asked. null = all places are alike. */
  readonly tierOf: ((endpoint: Endpoint) => number) | null;
  readonly stats: ServiceStats;
  readonly nowMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** By how much a drawn endpoint must be worse before another one's weight is overruled. */
const CLEARLY = 4;
/** ring-hash: an endpoint takes at most so much of the mean of what is in flight, percent (Envoy's least). */
const BOUND_PERCENT = 125;
/** So many at once are always kept together: a mean of one or two says nothing about load. */
const UNBOUNDED = 4;

/**
 * @param version null = any
 * @param tried endpoints that already failed this request: used again only when there is no other
 * @returns null when no endpoint can be used
 */
export function balance(
  endpoints: readonly Endpoint[],
  version: string | null,
  tried: readonly string[],
  how: Balancing,
): Endpoint | null {
  const { tierOf } = how;
  const usable = endpoints.filter(
    (one) => one.weight > 0 && (version === null || one.version === version) && (tierOf === null || tierOf(one) >= 0),
  );
  const group = groupOf(usable, how);
  if (tried.length === 0) {
    return among(group, how);
  }
  const isNew = ({ id }: Endpoint): boolean => !tried.includes(id);
  const fresh = group.filter(isNew);
  if (fresh.length > 0) {
    return among(fresh, how);
  }
  const elsewhere = usable.filter((one) => isNew(one) && (how.isHealthy === null || how.isHealthy(one)));
  return among(elsewhere.length > 0 ? preferred(elsewhere, how) : group, how);
}

/** Priorities, each divided by place, in the order in which they are used. */
function rankOf(endpoint: Endpoint, { tierOf }: Balancing): number {
  return 2 * endpoint.priority + (tierOf === null ? 0 : tierOf(endpoint));
}

/** The endpoints of the rank that takes this try, without the unhealthy ones unless it panics. */
function groupOf(usable: readonly Endpoint[], how: Balancing): readonly Endpoint[] {
  const { isHealthy, mayAsk, failover, random } = how;
  if (isHealthy === null || usable.every(isHealthy)) {
    return preferred(usable, how);
  }
  const groups = [...Map.groupBy(usable, (one) => rankOf(one, how))].sort(([left], [right]) => left - right);
  const shares = priorityShares(
    groups.map(([, members]) => ({ total: members.length, healthy: members.filter(isHealthy).length })),
    failover,
  );
  const open = groups.map(([, members], at) =>
    members.filter((one) => (shares[at]?.panic === true ? mayAsk === null || mayAsk(one) : isHealthy(one))),
  );
  let left = random() * 100;
  for (const [at, members] of open.entries()) {
    left -= shares[at]?.percent ?? 0;
    if (left < 0 && members.length > 0) {
      return members;
    }
  }
  // The share of a rank that panics, and whose endpoints may not be asked, goes to whoever can take it.
  return open.find(({ length }) => length > 0) ?? [];
}

function preferred(usable: readonly Endpoint[], how: Balancing): readonly Endpoint[] {
  let best = Number.POSITIVE_INFINITY;
  let same = true;
  for (const one of usable) {
    const rank = rankOf(one, how);
    same &&= best === Number.POSITIVE_INFINITY || rank === best;
    best = Math.min(best, rank);
  }
  return same ? usable : usable.filter((one) => rankOf(one, how) === best);
}

function among(group: readonly Endpoint[], how: Balancing): Endpoint | null {
  if (group.length < 2) {
    return group[0] ?? null;
  }
  switch (how.policy) {
    case "peak-ewma":
      return lighterOfTwo(group, how, (one) => costOf(one, how));
    case "least-request":
      return lighterOfTwo(group, how, (one) => inFlightOf(one, how));
    case "round-robin":
      return inTurn(group, how);
    case "random":
      return draw(group, null, how);
    case "ring-hash":
      return rendezvous(belowBound(group, how), how.key);
  }
}

/** Power of two choices: two different endpoints drawn by weight, the one with less load wins. */
function lighterOfTwo(
  group: readonly Endpoint[],
  how: Balancing,
  loadOfOne: (endpoint: Endpoint) => number,
): Endpoint | null {
  const first = draw(group, null, how);
  const second = first === null ? null : draw(group, first, how);
  if (first === null || second === null) {
    return first;
  }
  const overrule = isEven(group, how) ? 1 : CLEARLY;
  const mine = loadOfOne(first);
  const other = loadOfOne(second);
  // Nothing is known of it: that is no reason to give it more than its weight.
  if (overrule > 1 && other === 0) {
    return first;
  }
  return mine > other * overrule ? second : first;
}

function isEven(group: readonly Endpoint[], how: Balancing): boolean {
  const weight = group[0]?.weight;
  return group.every((one) => one.weight === weight && weightOf(one, how) === weight);
}

/** Those that are not over their share of what is in flight: a key whose own endpoint is goes to its next one. */
function belowBound(group: readonly Endpoint[], { stats, nowMs }: Balancing): readonly Endpoint[] {
  const flying = group.map((one) => {
    const load = loadIn(stats, one);
    return load === null ? 0 : inFlight(load, nowMs);
  });
  // Most of the time nothing is near its bound, and nothing more is reckoned.
  if (flying.every((count) => count < UNBOUNDED)) {
    return group;
  }
  const all = 1 + flying.reduce((sum, count) => sum + count, 0);
  const weights = group.reduce((sum, { weight }) => sum + weight, 0);
  return group.filter(({ weight }, at) => {
    const bound = Math.ceil((BOUND_PERCENT * all * weight) / (100 * weights));
    return (flying[at] ?? 0) < Math.max(UNBOUNDED, bound);
  });
}

/** The weight, less while the endpoint starts. */
function weightOf(endpoint: Endpoint, { stats, nowMs }: Balancing): number {
  const load = loadIn(stats, endpoint);
  return load === null || load.joinedAtMs === null ? endpoint.weight : endpoint.weight * slowStart(load, nowMs);
}

function costOf(endpoint: Endpoint, { stats, nowMs }: Balancing): number {
  const load = loadIn(stats, endpoint);
  return load === null ? 0 : loadOf(load, nowMs);
}

function inFlightOf(endpoint: Endpoint, { stats, nowMs }: Balancing): number {
  const load = loadIn(stats, endpoint);
  return load === null ? 1 : inFlight(load, nowMs) + 1;
}

function draw(group: readonly Endpoint[], except: Endpoint | null, how: Balancing): Endpoint | null {
  let total = 0;
  for (const one of group) {
    if (one !== except) {
      total += weightOf(one, how);
    }
  }
  let left = how.random() * total;
  let last: Endpoint | null = null;
  for (const one of group) {
    if (one === except) {
      continue;
    }
    last = one;
    left -= weightOf(one, how);
    if (left < 0) {
      return one;
    }
  }
  // Only reached when rounding leaves a crumb.
  return last;
}

/** Smooth weighted round robin: whoever is owed most goes, and pays for all. */
function inTurn(group: readonly Endpoint[], how: Balancing): Endpoint | null {
  let next: Endpoint | null = null;
  let most = Number.NEGATIVE_INFINITY;
  let total = 0;
  for (const one of group) {
    const load = loadIn(how.stats, one);
    if (load === null) {
      continue;
    }
    const weight = weightOf(one, how);
    load.turn += weight;
    total += weight;
    if (load.turn <= most) {
      continue;
    }
    most = load.turn;
    next = one;
  }
  const chosen = next === null ? null : loadIn(how.stats, next);
  if (chosen !== null) {
    chosen.turn -= total;
  }
  return next;
}
