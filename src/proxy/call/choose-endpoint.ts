// The endpoint of one try: the one the caller's session names, else the one that the balancing policy chooses. A
// service with a single endpoint costs no bookkeeping.
import { balance } from "../../decide/balance/balance.ts";
import type { Choice } from "../../decide/breaker/choice.ts";
import { claimText, clientOf } from "../../decide/identity/caller.ts";
import { followHealth, loadIn, statsOf } from "../../decide/balance/endpoint-stats.ts";
import type { EndpointLoad } from "../../decide/balance/endpoint-load.ts";
import { DEFAULT_FAILOVER } from "../../decide/balance/failover.ts";
import { bucketKey } from "../../decide/limit/key.ts";
import { tiersOf } from "../../decide/balance/locality.ts";
import { pickEndpoint } from "../../decide/balance/pick.ts";
import type { Balance } from "../../model/snapshot/call-policy.ts";
import type { Endpoint, Rule } from "../../model/snapshot/snapshot.ts";
import type { Destination, Exchange } from "../exchange/exchange.ts";

export interface Chosen {
  readonly endpoint: Endpoint;
  /** Where its load is noted; null = nobody asks for it. */
  readonly load: EndpointLoad | null;
}

const DEFAULT_BALANCE: Balance = { policy: "peak-ewma" };

interface Candidates {
  /** All of the service. */
  readonly endpoints: readonly Endpoint[];
  /** What breakers and health checks say of them; null = nothing, each may be asked. */
  readonly choice: Pick<Choice, "endpoints" | "among" | "unhealthy"> | null;
  /** Those that already failed this request. */
  readonly tried: readonly string[];
}

export function chooseEndpoint(
  exchange: Exchange,
  destination: Destination,
  rule: Rule | null,
  { endpoints, choice, tried }: Candidates,
  nowMs: number,
): Chosen | null {
  const { state, ports, live } = exchange;
  const { service, version, pinned, calls } = destination;
  const failover = calls?.failover ?? DEFAULT_FAILOVER;
  const tierOf = tiersOf(failover, live.near ?? null);
  const passable = choice === null ? endpoints : choice.endpoints;
  const isSound = choice === null || (choice.unhealthy.size === 0 && choice.among === choice.endpoints);
  if (endpoints.length < 2 && isSound && tierOf === null) {
    const only = pickEndpoint(passable, version, tried, 0);
    return only === null ? null : { endpoint: only, load: null };
  }
  const stats = statsOf(state.endpoints, service, endpoints, nowMs);
  if (choice !== null) {
    followHealth(stats, choice.among, choice.unhealthy, nowMs);
  }
  const mayAsk = isSound ? null : (one: Endpoint): boolean => choice.endpoints.includes(one);
  const isHealthy =
    mayAsk === null || choice === null
      ? null
      : (one: Endpoint): boolean => mayAsk(one) && !choice.unhealthy.has(one.id);
  const kept = pinned === null || tried.length > 0 ? undefined : passable.find(({ id }) => id === pinned.endpointId);
  if (kept !== undefined && (isHealthy === null || isHealthy(kept))) {
    return { endpoint: kept, load: loadIn(stats, kept) };
  }
  const how = calls?.balance ?? DEFAULT_BALANCE;
  const endpoint = balance(choice === null ? endpoints : choice.among, version, tried, {
    policy: how.policy,
    key: how.policy === "ring-hash" ? hashKey(exchange, how, rule, service) : "",
    failover,
    isHealthy,
    mayAsk,
    tierOf,
    stats,
    nowMs,
    random: ports.random,
  });
  return endpoint === null ? null : { endpoint, load: loadIn(stats, endpoint) };
}

function hashKey(
  { admitted, caller }: Exchange,
  { key }: Extract<Balance, { policy: "ring-hash" }>,
  rule: Rule | null,
  service: string,
): string {
  return bucketKey([key], {
    method: admitted.method,
    route: rule === null ? service : `${rule.route}/${rule.name}`,
    ip: admitted.clientAddress,
    caller: clientOf(caller),
    header: (name) => admitted.headers.get(name),
    claim: (name) => claimText(caller, name),
  });
}
