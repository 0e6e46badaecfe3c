// Endpoints and a balancing to test choices with: everything healthy, nothing loaded, random numbers of one seed.
import { balance, type Balancing } from "../../src/decide/balance/balance.ts";
import { loadIn, newEndpointStats, statsOf } from "../../src/decide/balance/endpoint-stats.ts";
import { began, ended } from "../../src/decide/balance/endpoint-load.ts";
import { DEFAULT_FAILOVER } from "../../src/decide/balance/failover.ts";
import type { Endpoint } from "../../src/model/snapshot/snapshot.ts";
import { seeded } from "../sim/virtual-time.ts";

export const endpoint = (id: string, more: Partial<Endpoint> = {}): Endpoint => ({
  id,
  address: { url: `http://${id}.example` },
  cluster: "local",
  version: null,
  weight: 1,
  priority: 0,
  ...more,
});

export const how = (endpoints: readonly Endpoint[], more: Partial<Balancing> = {}): Balancing => ({
  policy: "peak-ewma",
  key: "",
  failover: DEFAULT_FAILOVER,
  isHealthy: null,
  mayAsk: null,
  tierOf: null,
  stats: statsOf(newEndpointStats(), "shop/one", endpoints, 0),
  nowMs: 0,
  random: seeded(4),
  ...more,
});

export const served = (stats: Balancing["stats"], one: Endpoint, tookMs: number, nowMs = 0): void => {
  const load = loadIn(stats, one)!;
  began(load, nowMs);
  ended(load, nowMs, tookMs, nowMs);
};

/** Shares in percent of `rounds` choices. */
export function sharesOf(
  endpoints: readonly Endpoint[],
  balancing: Balancing,
  rounds = 10_000,
): Record<string, number> {
  const counts = Object.fromEntries(endpoints.map(({ id }) => [id, 0]));
  for (let round = 0; round < rounds; round++) {
    const chosen = balance(endpoints, null, [], balancing);
    if (chosen !== null) {
      counts[chosen.id] = (counts[chosen.id] ?? 0) + 1;
    }
  }
  return Object.fromEntries(Object.entries(counts).map(([id, count]) => [id, Math.round((100 * count) / rounds)]));
}
