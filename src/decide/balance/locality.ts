// Which clusters are near to where an isolate runs, and how endpoints are ranked by that. Asked once for each snapshot;
// a request only looks its endpoints' clusters up.
import type { Failover } from "../../model/snapshot/call-policy.ts";
import type { ClusterPlace, Endpoint } from "../../model/snapshot/snapshot.ts";

/** Where an isolate runs; null = nobody told. */
export interface Place {
  /** What the operator says (`REGION`); it comes before what the platform says. */
  readonly region: string | null;
  /** Three letters of the data centre. */
  readonly colo: string | null;
  /** Two letters. */
  readonly continent: string | null;
}

export const NOWHERE: Place = { region: null, colo: null, continent: null };

/**
 * A region that is told counts alone. Otherwise clusters that name this data centre, or when none does, this continent,
 * are near, and so are all clusters of their regions.
 *
 * @returns null when the place is not known, or no cluster says where it is: then all are alike
 */
export function nearClusters(
  clusters: Readonly<Record<string, ClusterPlace>> | undefined,
  { region, colo, continent }: Place,
): ReadonlySet<string> | null {
  const all = Object.entries(clusters ?? {});
  const named = (is: (cluster: ClusterPlace) => boolean): string[] =>
    all.filter(([, cluster]) => is(cluster)).map(([name]) => name);
  if (region !== null) {
    return all.some(([, cluster]) => cluster.region !== null) ? new Set(named((one) => one.region === region)) : null;
  }
  const located = all.some(([, { colos, continents }]) => colos.length + continents.length > 0);
  if (!located || (colo === null && continent === null)) {
    return null;
  }
  const byColo = named(({ colos }) => colo !== null && colos.includes(colo));
  const here = byColo.length > 0 ? byColo : named((one) => continent !== null && one.continents.includes(continent));
  const regions = new Set(all.filter(([name]) => here.includes(name)).map(([, cluster]) => cluster.region));
  return new Set([...here, ...named((one) => one.region !== null && regions.has(one.region))]);
}

/** The place of endpoints in `failover.order`, for `balance`; null = all of them are alike. */
export function tiersOf(
  { order }: Failover,
  near: ReadonlySet<string> | null,
): ((endpoint: Endpoint) => number) | null {
  if (near === null || (order !== undefined && order[0] !== "same-region")) {
    return null;
  }
  const elsewhere = order === undefined || order.includes("any") ? 1 : -1;
  return ({ cluster }) => (near.has(cluster) ? 0 : elsewhere);
}
