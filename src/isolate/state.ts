// Everything that an isolate remembers from one request to the next, and the id by which all whom it tells something
// know it. There is one for the process; tests make several. Values only, all of them bounded.
import { newEndpointStats, type EndpointStats } from "../decide/balance/endpoint-stats.ts";
import { newCallNotes, troubledNotes, type CallNotes } from "../decide/health/call-notes.ts";
import { heldSince } from "../decide/trace/watching.ts";
import { newAddressLimits, type AddressLimits } from "../decide/identity/address-limit.ts";
import { newGuessing, type Guessing } from "../decide/identity/guessing.ts";
import type { Authority } from "../decide/route/authority.ts";
import { BoundedMap } from "../decide/text/bounded-map.ts";
import type { Claims } from "../model/snapshot/caller.ts";
import { newObserving, type Observing } from "../observe/flush.ts";
import type { Catalog } from "../model/api/endpoints.ts";
import type { DocumentOf } from "../model/document/document.ts";
import type { Snapshot } from "../model/snapshot/snapshot.ts";
import type { TracePass } from "../tokens/trace-pass.ts";
import { newBreakerMemory, obey, type BreakerMemory } from "./breaker-memory.ts";
import { CallerMemory } from "./caller-memory.ts";
import { HeldJwks } from "./jwks.ts";
import { newLimitMemory, type LimitMemory } from "./limit-memory.ts";
import { HeldKeys } from "./mesh-keys.ts";
import { newProofMemory, type ProofMemory } from "./proof-memory.ts";
import { HeldProviders } from "./providers.ts";
import { hearShares, newRolloutMemory, type RolloutMemory } from "./rollout-memory.ts";
import { RouteMemory } from "./route-memory.ts";
import { newKeeping, type Keeping } from "../observe/keeping.ts";
import type { AccessLine } from "../observe/export/access-line.ts";
import type { Receipt } from "../model/message/receipt.ts";
import { newExporting, type Exporting } from "../observe/export/send.ts";
import { HeldSnapshot } from "./snapshot.ts";

export interface IsolateState {
  /** Random, for the isolate's life: in its receipts, and in its reports about breakers, health and limits. */
  readonly id: string;
  readonly snapshot: HeldSnapshot;
  readonly keys: HeldKeys;
  readonly jwks: HeldJwks;
  /** Of operators. */
  readonly providers: HeldProviders;
  readonly limits: LimitMemory;
  readonly breakers: BreakerMemory;
  readonly rollouts: RolloutMemory;
  readonly endpoints: EndpointStats;
  /** How calls to endpoints end, for operators. */
  readonly callNotes: CallNotes;
  /** What it counts of requests that ended. */
  readonly observing: Observing;
  /** Requests that are kept, on their way. */
  readonly keeping: Keeping;
  /** Their spans, on their way to a collector of the operator's. */
  readonly exporting: Exporting<Receipt>;
  /** Requests that ended, for the share of them that is logged, and lines on their way to that collector. */
  readonly logging: { seen: number; readonly exporting: Exporting<AccessLine> };
  /** Tokens of the mesh by their text. */
  readonly meshTokens: BoundedMap<string, MeshToken>;
  /** By key, caller and service. */
  readonly assertions: BoundedMap<string, SignedAssertion>;
  /** Passes of operators that hold, by their text. */
  readonly tracePasses: BoundedMap<string, TracePass>;
  readonly proofs: ProofMemory;
  readonly callers: CallerMemory;
  readonly routes: RouteMemory;
  /** Hosts as requests name them: a mesh has few, and to read one costs as much as a match. */
  readonly authorities: BoundedMap<string, Authority | null>;
  /** Of those who show secrets of operators. */
  readonly guessing: Guessing;
  /** Of those who ask for tokens of the mesh. */
  readonly tokenFailures: AddressLimits;
  /** Of those who ask for pages that are large. */
  readonly pageVisits: AddressLimits;
  /** The newest snapshot that the token call has read, where this isolate does not serve it yet. */
  readonly newestRead: { askedAtMs: number; snapshot: Snapshot | null };
  /** The catalogue that consumers' views are made of, as long as nothing of it changes; null = none was asked for. */
  readCatalog: ReadCatalog | null;
  /** WebSockets that are the runtime's own and are looked after, each by its request; the oldest go first. */
  readonly followedSockets: BoundedMap<object, true>;
  /** Whoever runs the isolate is about to end it: WebSockets, which end by themselves at no time, end now. */
  isStopping: boolean;
  /** Whether workerd itself takes the connections; null = no request has told yet. */
  isSelfHosted: boolean | null;
}

interface ReadCatalog {
  /** The registry's head, and what else the entries depend on. */
  readonly key: string;
  readonly catalog: Catalog;
  /** By service. */
  readonly tiers: ReadonlyMap<string, readonly DocumentOf<"Tier">[]>;
}

/** A token of the mesh whose signature, issuer, audience and times hold. */
export interface MeshToken {
  readonly kid: string;
  readonly claims: Claims;
  readonly expiresAtMs: number;
}

/** Used until `until`, milliseconds since the epoch. */
interface SignedAssertion {
  readonly text: string;
  readonly until: number;
}

const MOST_TOKENS = 2000;
const MOST_PASSES = 100;
const MOST_ASSERTIONS = 5000;
const MOST_AUTHORITIES = 500;
const MOST_SOCKETS = 2000;

/** @param seen before its first request, as far as shares of all requests are concerned */
export function newIsolateState(id: string, seen = 0): IsolateState {
  const breakers = newBreakerMemory();
  const rollouts = newRolloutMemory();
  const keys = new HeldKeys();
  const callNotes = newCallNotes();
  const keeping = newKeeping(seen);
  return {
    id,
    snapshot: new HeldSnapshot(id, null, {
      forced: (list, sentAt) => (obey(breakers, list, sentAt), hearShares(rollouts, list.shares)),
      revoked: () => keys.doubt(),
      notes: (now) => troubledNotes(callNotes, now),
      watched: (watches, sentAt) => (keeping.watches = heldSince(watches, sentAt)),
    }),
    keys,
    jwks: new HeldJwks(),
    providers: new HeldProviders(),
    limits: newLimitMemory(),
    breakers,
    rollouts,
    endpoints: newEndpointStats(),
    callNotes,
    observing: newObserving(),
    keeping,
    exporting: newExporting(),
    logging: { seen, exporting: newExporting() },
    meshTokens: new BoundedMap(MOST_TOKENS),
    assertions: new BoundedMap(MOST_ASSERTIONS),
    tracePasses: new BoundedMap(MOST_PASSES),
    proofs: newProofMemory(),
    callers: new CallerMemory(),
    routes: new RouteMemory(),
    authorities: new BoundedMap(MOST_AUTHORITIES),
    guessing: newGuessing(),
    tokenFailures: newAddressLimits(),
    pageVisits: newAddressLimits(),
    newestRead: { askedAtMs: 0, snapshot: null },
    readCatalog: null,
    followedSockets: new BoundedMap(MOST_SOCKETS),
    isStopping: false,
    isSelfHosted: null,
  };
}

/** So that the first request of an isolate, the slowest it ever has, is traced no more often than any other. */
const MOST_UNSEEN = 1_000_000;

let own: IsolateState | null = null;

/** The process's one. Random values are not to be had when the module is evaluated, so the first request makes it. */
export function isolateState(): IsolateState {
  return (own ??= newIsolateState(crypto.randomUUID(), Math.floor(Math.random() * MOST_UNSEEN)));
}
