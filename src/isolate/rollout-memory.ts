// What an isolate remembers of Rollouts: how much of each service's calls the canary gets, as it last heard, and what
// it has counted. A share that it has not heard of is none: the stable version gets the call.
import { newRolloutTally, type RolloutTally } from "../decide/rollout/isolate.ts";
import { BoundedMap } from "../decide/text/bounded-map.ts";
import type { Share } from "../model/message/rollout.ts";
import type { ServiceKey, Snapshot } from "../model/snapshot/snapshot.ts";

export interface RolloutMemory {
  readonly shares: BoundedMap<ServiceKey, Share>;
  readonly tallies: BoundedMap<ServiceKey, RolloutTally>;
}

const MOST_SERVICES = 5000;

export const newRolloutMemory = (): RolloutMemory => ({
  shares: new BoundedMap(MOST_SERVICES),
  tallies: new BoundedMap(MOST_SERVICES),
});

/** Of two shares the later one holds, whichever way it came. */
export function hearShare({ shares }: RolloutMemory, service: ServiceKey, share: Share): void {
  if ((shares.get(service)?.seq ?? -1) < share.seq) {
    shares.set(service, share);
  }
}

export function hearShares(memory: RolloutMemory, told: ReadonlyMap<ServiceKey, Share> | undefined): void {
  for (const [service, share] of told ?? []) {
    hearShare(memory, service, share);
  }
}

export const tallyOf = ({ tallies }: RolloutMemory, service: ServiceKey): RolloutTally =>
  tallies.getOrMake(service, newRolloutTally);

/** Of calls that are nobody's request (copies, questions of a route): the version that everybody has. */
export function settledVersion(
  { shares }: RolloutMemory,
  { services }: Snapshot,
  { service, version }: { readonly service: ServiceKey; readonly version: string | null },
): string | null {
  const rollout = services[service]?.rollout;
  if (version !== null || rollout === undefined) {
    return version;
  }
  return (shares.get(service)?.weight ?? 0) >= 100 ? rollout.canary : rollout.stable;
}
