// What each Durable Object answers, as whoever calls it sees it. During a deployment isolates of one release call
// objects of another: methods and members are only ever added, and what is asked of an object that does not know it yet
// is caught.
import type { Propagation } from "../api/registry.ts";
import type { Head } from "../registry/registry.ts";
import type { ForcedState } from "../snapshot/circuit.ts";
import type { ServiceKey } from "../snapshot/snapshot.ts";
import type { BreakerReply, BreakerReport, BreakerRow, ForceOrder } from "./breaker.ts";
import type { CallTrouble } from "./call-notes.ts";
import type { SlotRow } from "./concurrency.ts";
import type { RetryRow } from "./retry.ts";
import type { ForcedList, ForcedOrders } from "./forced.ts";
import type { HealthRow } from "./health.ts";
import type { JwksAnswer, JwksQuestion } from "./jwks-exchange.ts";
import type { KeyAnswer, RingView } from "./key-ring.ts";
import type { LimiterCalls, StrictAnswer, StrictAsk, LimitReply, LimitReport } from "./limit.ts";
import type { DemandChunk, LimitUse } from "./limit-use.ts";
import type { RolloutTerms } from "../snapshot/rollout.ts";
import type { RolloutObeyed, RolloutOrder, RolloutReply, RolloutReport, RolloutView, Share } from "./rollout.ts";
import type { SignalAnswer, SignalQuestion, SignalReply, SignalReport, SignalTotals } from "./signals.ts";
import type { WatchCounts, Receipt, ReceiptAnswer, ReceiptQuestion } from "./receipt.ts";
import type { Watch } from "./watch.ts";
import type { LeaseGrant, PollAnswer, PollQuestion, Renewal } from "./propagation.ts";

/** The answer, at once or later. */
type Answer<Value> = Value | Promise<Value>;

/** The mesh's noticeboard: one for the mesh. */
export interface MeshObject {
  /** Anything newer than what the isolate has, and when to ask again. The question is kept as its receipt. */
  poll(question: PollQuestion): Answer<PollAnswer>;
  /** The registry moved. Answers where the mesh stands; an older announcement that arrives late changes nothing. */
  announce(head: Head): Answer<Head>;
  /**
   * When the registry is to be asked to take an Override out of force, milliseconds since the epoch; null = not at all.
   */
  expireAt(at: number | null): Answer<void>;
  /** Which isolates run the revision, or a later one, and how long it took them. */
  propagation(revision: number): Answer<Propagation>;
  /** What the prober of a service knows of its endpoints. */
  tellHealth(service: ServiceKey, rows: readonly HealthRow[]): Answer<boolean>;
  /** What operators force upon a service, for every isolate that asks. */
  tellForced(service: ServiceKey, orders: ForcedOrders): Answer<boolean>;
  /** What a Rollout deals to a canary, likewise; null = there is no Rollout any more. */
  tellShare(service: ServiceKey, share: Share | null): Answer<boolean>;
  /** Somebody watches requests; told anew while it lasts. @returns whether there is room for one more */
  watch(watch: Watch): Answer<boolean>;
  /** All of that, for an isolate that knows nothing yet. */
  forced(): Answer<ForcedList>;
  /** One of the mesh's keys has been taken out of use: every isolate that asks from now on asks the ring first. */
  tellRevoked(): Answer<boolean>;
  /** Of every service that is being probed. */
  health(): Answer<ReadonlyMap<ServiceKey, readonly HealthRow[]>>;
  /** Endpoints that fail the calls of isolates, as those told within the last seconds. */
  troubles(): Answer<readonly CallTrouble[]>;
}

/** Leases of registered endpoints: one for each cluster. */
export interface PresenceObject {
  grant(grants: readonly LeaseGrant[]): Answer<Renewal[]>;
  /** Heartbeats. A key without a lease, or whose lease ran out, is to be registered again. */
  renew(keys: readonly string[]): Answer<Renewal[]>;
  drop(key: string): Answer<void>;
  /** Makes the leases fit the registry's list of this cluster. */
  reconcile(registered: readonly LeaseGrant[]): Answer<{ started: number; ended: number }>;
}

/** Limits: one for each RateLimitPolicy. */
export interface RateLimiterObject {
  /** One batched report of an isolate; null = the object is of an earlier release, and the report came too late. */
  sync(report: LimitReport): Answer<LimitReply | null>;
  take(ask: StrictAsk): Answer<StrictAnswer>;
  /** What `take` would answer, uncounted. An object of an earlier release does not know it. */
  peek(ask: StrictAsk): Answer<StrictAnswer>;
  giveBack(ask: StrictAsk): Answer<void>;
  usage(most: number): Answer<readonly LimitUse[]>;
  demand(limit: string | null): Answer<readonly DemandChunk[]>;
  calls(): Answer<LimiterCalls>;
}

/** Requests that are kept: one for each namespace that they went to, `-` for those that went to none. */
export interface RequestsObject {
  /** @param matched absent = nobody watches, or an isolate of an earlier release */
  keep(receipts: readonly Receipt[], dropped: number, matched?: WatchCounts): Answer<void>;
  find(question: ReceiptQuestion): Answer<ReceiptAnswer>;
}

/** Breakers, slots, retries and probes: one for each service. */
export interface CircuitBreakerObject {
  /** One batched report of an isolate, and what it should know. */
  sync(report: BreakerReport): Answer<BreakerReply>;
  states(): Answer<BreakerStates>;
  /** What an operator says; `auto` takes it back. */
  force(order: ForceOrder): Answer<readonly ForcedState[]>;
}

export interface BreakerStates {
  readonly rows: readonly BreakerRow[];
  readonly forced: readonly ForcedState[];
  /** Of endpoints that are probed. */
  readonly health: readonly HealthRow[];
  readonly slots: readonly SlotRow[];
  readonly retries: readonly RetryRow[];
  /** When breakers turned and endpoints were ejected, lately; absent = an object of an earlier release. */
  readonly turns?: readonly BreakerTurn[];
  /** The mesh object has been told of what is forced; absent = an object of an earlier release. */
  readonly isForcedTold?: boolean;
}

/** What a breaker or the ejection of outliers concluded. */
export interface BreakerTurn {
  readonly at: number;
  readonly policy: string;
  /** As `BreakerRow.target`. */
  readonly target: string;
  readonly to: "open" | "half-open" | "closed" | "ejected";
}

/** A key set: one for each URL. */
export interface JwksCacheObject {
  ask(question: JwksQuestion): Answer<JwksAnswer>;
}

/** The mesh's own keys: one for the mesh. */
export interface KeyRingObject {
  /** For isolates. @param tag of what the asker holds; null = nothing */
  material(tag: string | null): Answer<KeyAnswer>;
  /** For operators: which keys there are, and none of them. */
  view(): Answer<RingView>;
  rotate(): Answer<RingView>;
  /** Takes a key out of use at once. @returns null = there is no such key in force */
  revoke(kid: string): Answer<RingView | null>;
}

/** The controller of a Rollout: one for each service that has one. */
export interface RolloutObject {
  /** What an isolate counted, answered when it is written down. */
  take(report: RolloutReport): Answer<RolloutReply>;
  /** What the document says as of that revision; null = there is none any more. */
  follow(service: ServiceKey, terms: RolloutTerms | null, head: Head): Answer<void>;
  /** Answered when it is written down, and the mesh object has heard of it or cannot be reached. */
  order(order: RolloutOrder): Answer<RolloutObeyed>;
  /** null = there is no Rollout. */
  view(): Answer<RolloutView | null>;
}

/** What isolates count of requests: a few for the mesh, each for a share of its services. */
export interface TelemetryObject {
  /** What an isolate counted; answered when it is written down. */
  take(report: SignalReport): Answer<SignalReply>;
  read(question: SignalQuestion): Answer<SignalAnswer>;
  /** Everything since it began to count. */
  totals(): Answer<SignalTotals>;
}
