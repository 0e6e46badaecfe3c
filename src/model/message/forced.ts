// What operators force upon services, on its way to isolates: from the service's own coordinator with each answer to a
// report, and from the mesh object with the answer to each isolate's question, so that one without traffic hears of it
// as well.
import type { Share } from "./rollout.ts";
import type { ForcedState } from "../snapshot/circuit.ts";
import type { ServiceKey } from "../snapshot/snapshot.ts";

/**
 * All that is forced upon one service. Of two such lists the one with the higher number holds, whichever way it came.
 */
export interface ForcedOrders {
  /** Rises with each order for the service. */
  readonly seq: number;
  readonly states: readonly ForcedState[];
}

export interface ForcedList {
  /** Changes with each order for any service. */
  readonly version: number;
  /** Services that were given an order in the last day, also those whose order was taken back. */
  readonly services: ReadonlyMap<ServiceKey, ForcedOrders>;
  /** What Rollouts deal to canaries; absent = none, or an object of an earlier release. */
  readonly shares?: ReadonlyMap<ServiceKey, Share>;
}
