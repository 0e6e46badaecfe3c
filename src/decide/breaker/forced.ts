// What operators force: as the coordinator of a service numbers and keeps it, as the mesh object keeps it for every
// isolate, and as an isolate takes it. Whatever the way it came, the list with the higher number holds.
import type { ForcedList, ForcedOrders } from "../../model/message/forced.ts";
import type { Share } from "../../model/message/rollout.ts";
import type { ForceOrder } from "../../model/message/breaker.ts";
import type { ForcedState } from "../../model/snapshot/circuit.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";

/** Of one service, at its coordinator. */
export interface ForcedTargets {
  /** By target: `*` or a version. */
  readonly forced: Map<string, Forced>;
  /** Number of the last order. */
  forcedSeq: number;
}

export interface Forced {
  readonly state: "open" | "closed";
  readonly until: number;
  readonly reason: string;
}

export function forceState(orders: ForcedTargets, { target, state, ttlMs, reason }: ForceOrder, now: number): void {
  // By the clock, so that a coordinator which lost its storage does not count through numbers that isolates know.
  orders.forcedSeq = Math.max(now, orders.forcedSeq + 1);
  if (state === "auto") {
    orders.forced.delete(target);
  } else {
    orders.forced.set(target, { state, until: now + ttlMs, reason });
  }
}

/** As long as it lasts. */
export function forcedStates({ forced }: ForcedTargets, now: number): ForcedState[] {
  for (const [target, { until }] of forced) {
    if (until <= now) {
      forced.delete(target);
    }
  }
  return [...forced].map(([target, { state, until, reason }]) => ({ target, state, forMs: until - now, reason }));
}

/** Of one service, at an isolate. */
export interface IsolateForced {
  forced: readonly KeptState[];
  /** Number of the order that `forced` is of; 0 = none was heard of. */
  forcedSeq: number;
  /** Something is not as it should be: each choice has to look. */
  mustCheck: boolean;
}

/** Plain data: the mesh object writes it down as it is. */
export interface ForcedBoard {
  readonly version: number;
  readonly services: ReadonlyMap<ServiceKey, KeptOrders>;
  /** What Rollouts deal to canaries; absent = none yet. */
  readonly shares?: ReadonlyMap<ServiceKey, Share>;
}

interface KeptOrders {
  readonly seq: number;
  readonly at: number;
  readonly states: readonly KeptState[];
}

type KeptState = Omit<ForcedState, "forMs"> & { readonly until: number };

export const NO_ORDERS: ForcedBoard = { version: 0, services: new Map() };

/** The longest that a state may be forced for; an isolate that obeyed an older order has been told by then. */
const KEEP_MS = 86_400_000;
const MAX_SERVICES = 1000;
const MAX_SHARES = 5000;

/** The board after an order; one that arrives late changes nothing. */
export function withOrders(board: ForcedBoard, service: ServiceKey, orders: ForcedOrders, now: number): ForcedBoard {
  const before = board.services.get(service);
  if (before !== undefined && before.seq >= orders.seq) {
    return board;
  }
  const services = new Map([...board.services].filter(([key, { at }]) => key !== service && now - at <= KEEP_MS));
  services.set(service, { seq: orders.seq, at: now, states: orders.states.map((one) => stateUntil(one, now)) });
  const [oldest] = services.keys();
  if (services.size > MAX_SERVICES && oldest !== undefined) {
    services.delete(oldest);
  }
  return { ...board, version: nextVersion(board, now), services };
}

/** The board after a Rollout's share has changed; null = there is no Rollout any more. */
export function withShare(board: ForcedBoard, service: ServiceKey, share: Share | null, now: number): ForcedBoard {
  const before = board.shares?.get(service);
  if (share === null ? before === undefined : before !== undefined && before.seq >= share.seq) {
    return board;
  }
  const shares = new Map([...(board.shares ?? [])].filter(([key]) => key !== service));
  if (share !== null) {
    shares.set(service, share);
  }
  const [oldest] = shares.keys();
  if (shares.size > MAX_SHARES && oldest !== undefined) {
    shares.delete(oldest);
  }
  return { ...board, version: nextVersion(board, now), shares };
}

/** By the clock, so that a board which was lost does not count through numbers that isolates know. */
const nextVersion = ({ version }: ForcedBoard, now: number): number => Math.max(now, version + 1);

/** For isolates: what is left of each order. */
export function forcedList({ version, services, shares }: ForcedBoard, now: number): ForcedList {
  const told = [...services].map(([service, { seq, states }]): [ServiceKey, ForcedOrders] => [
    service,
    { seq, states: states.filter(({ until }) => until > now).map((one) => stateLeft(one, now)) },
  ]);
  return { version, services: new Map(told), ...(shares === undefined ? {} : { shares }) };
}

function stateLeft({ target, state, reason, until }: KeptState, now: number): ForcedState {
  return { target, state, reason, forMs: until - now };
}

/** An isolate hears of orders. @param sentAt of its question: times count from then, so no two clocks have to agree */
export function takeForced(breakers: IsolateForced, { seq, states }: ForcedOrders, sentAt: number): void {
  if (seq < breakers.forcedSeq) {
    return;
  }
  breakers.forcedSeq = seq;
  breakers.forced = states.map((one) => stateUntil(one, sentAt));
  breakers.mustCheck ||= states.length > 0;
}

function stateUntil({ target, state, reason, forMs }: ForcedState, from: number): KeptState {
  return { target, state, reason, until: from + forMs };
}
