// What the stages hand to each other, as types only: the ports a proxy is made of, the request once it is admitted,
// where it goes, and the optional trace of decisions. Nothing here decides or does anything.
import type { Jwks } from "../../isolate/ports.ts";
import type { Live } from "../../isolate/snapshot.ts";
import type { SharedTick } from "../../isolate/shared-tick.ts";
import type { IsolateState } from "../../isolate/state.ts";
import type { Scheme } from "../../decide/route/authority.ts";
import type { EditedHeaders, HeaderEdit, HeaderFields } from "../../decide/header/edited-headers.ts";
import type { FilterPlan } from "../../decide/route/filter-plan.ts";
import type { Caller } from "../../model/snapshot/caller.ts";
import type { Circuit } from "../../model/snapshot/circuit.ts";
import type { Env } from "../../env/env.ts";
import type { Settings } from "../../env/settings.ts";
import type { CallPolicy } from "../../model/snapshot/call-policy.ts";
import type { Share } from "../../model/message/rollout.ts";
import type { MeshKeys } from "../../model/message/mesh-keys.ts";
import type { Fault } from "../../model/snapshot/fault.ts";
import type { Held } from "../../model/snapshot/policies.ts";
import type { RolloutTerms } from "../../model/snapshot/rollout.ts";
import type { HeaderPair, Rule, ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { Timeouts } from "../../model/snapshot/traffic.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { Body } from "./body.ts";

/** Everything of the outside world that a request needs. */
export interface Ports {
  readonly current: (
    env: Env,
    ctx: ExecutionContext,
    now: number,
    request: Request,
  ) => Promise<Live | null> | Live | null;
  /** The mesh's own keys, from this isolate's memory where they are fresh; null = they cannot be had. Never rejects. */
  readonly keys: (env: Env, ctx: ExecutionContext, now: number) => Promise<MeshKeys | null> | MeshKeys | null;
  /** Key sets that issuers publish under a URL, from this isolate's memory. */
  readonly jwks: Jwks;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly newId: () => string;
  readonly sleep: (ms: number) => Promise<void>;
  /** Watches over young calls instead of a timer of their own; null = each has its own. */
  readonly tick: SharedTick | null;
  /** How long a caller may stand still while it sends its request or reads its answer, milliseconds. */
  readonly callerStillMs: number;
  /** How often it is looked whether the caller of an open WebSocket would still be let in, milliseconds. */
  readonly socketCheckMs: number;
  /** Told of a bug of ours: for the operator, not for the caller. */
  readonly mistaken: (error: unknown) => void;
}

/**
 * Receives each stage's decision; absent in normal operation, and then nothing is built for it.
 *
 * @returns for a call that begins, the `traceparent` that it is made with, where it has one of its own
 */
export type Trace = (stage: string, facts: Readonly<Record<string, unknown>>) => unknown;

/** One request on its way. What stages learn is written here by the walk, and by nobody else. */
export interface Exchange {
  readonly ports: Ports;
  /** What the isolate remembers from one request to the next. */
  readonly state: IsolateState;
  readonly env: Env;
  readonly settings: Settings;
  readonly ctx: ExecutionContext;
  readonly live: Live;
  readonly admitted: Admitted;
  /** Aborts when the caller hangs up, as far as the platform can tell; asking for it costs. */
  readonly left: () => AbortSignal;
  readonly startedAtMs: number;
  readonly trace: Trace | undefined;
  /**
   * The service that another proxy is about to send it to, whatever its host and path say; null = the mesh itself sends
   * it.
   */
  readonly meant: ServiceKey | null;
  /** The same that `admitted` lets everybody read. */
  readonly headers: EditedHeaders;
  /** Who calls, as far as it is proven by now: anonymous at first. */
  caller: Caller;
  /** A proof of the mesh's own that does not hold: refused once it is known whose rule answers. */
  badProof: Refusal | null;
  /** Where it goes: nowhere at first. */
  routed: Routed;
  /** The caller's, until a stage had to keep it. */
  body: Body;
  /** Where the caller stands with the limits that hold for the request. */
  limits: readonly HeaderPair[];
  /** The headers hold what the mesh itself tells about the request. */
  isTold: boolean;
}

/** As much of it as counting needs. */
export type Counting = Pick<Exchange, "ports" | "env" | "ctx" | "state">;

/** What a stage found out, for those behind it: only what changed. */
export interface Learned extends Partial<
  Pick<Exchange, "caller" | "badProof" | "routed" | "body" | "limits" | "isTold">
> {
  /** Of the headers that the service gets. */
  readonly edits?: readonly HeaderEdit[];
}

/** What a rule answers by itself. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** The walk ends here. */
export interface Ended {
  /** A refusal, an answer of the rule's, or what an authorization service said. */
  readonly no: Refusal | Answer | Response;
  /** In place of the refusal's own. */
  readonly status?: number;
  readonly stage: string;
  /** What decided, for `selvage-decision`: `AuthenticationPolicy/shop/customers`; `none` = none in particular. */
  readonly policy: string;
}

export type Decided = { readonly ok: Learned } | Ended;

/**
 * Looks at the exchange, asks a verb, does at most one kind of I/O. A promise only where there is something to wait
 * for.
 */
export type Stage = (exchange: Exchange) => Decided | Promise<Decided>;

/** A request that may go on: one canonical path, one host, and headers without what callers may not say. */
export interface Admitted {
  readonly method: string;
  /** How the caller came: of the URL, or of a trusted proxy in front. */
  readonly scheme: Scheme;
  /** Lower-case, without trailing dot and port. */
  readonly host: string;
  /** The port the caller named; null = the scheme's own. */
  readonly port: number | null;
  /** Where it came in, as far as a trusted proxy in front says so. */
  readonly entry: { readonly gateway: string | null; readonly port: number | null; readonly scheme: Scheme };
  /** Canonical, `;parameters` included: what is forwarded. */
  readonly path: string;
  /** The same without parameters: what is matched. */
  readonly matchPath: string;
  /** The query as it was sent, with its `?`. */
  readonly search: string;
  /** The path holds `%2F`: a rule has to say that it is to be kept. */
  readonly hasEncodedSlash: boolean;
  /** What is left of the caller's headers, with what the stages said so far. */
  readonly headers: HeaderFields;
  readonly body: ReadableStream<Uint8Array> | null;
  /** What the platform says, never what the caller says; null = not known. */
  readonly clientAddress: string | null;
  readonly requestId: string;
  /** The caller asks for the request's id and the revision on whatever answer it gets. */
  readonly wantsDetails: boolean;
  /** The caller's; judged when they are passed on. */
  readonly traceparent: string | null;
  readonly tracestate: string | null;
  /** How often this request has passed through a mesh before. */
  readonly hops: number;
  /** What came as `selvage-identity`; services never see it. */
  readonly identity: string | null;
  /** What the platform says of the client's certificate (`cf.tlsClientAuth`); reading it costs, so it is asked for. */
  readonly certificate: () => unknown;
  /** Asks for a WebSocket. */
  readonly isUpgrade: boolean;
}

/** The rule that answers, or the service itself, and where the request is to go. */
export interface Routed {
  /** What decided, for `selvage-decision`: `HTTPRoute/shop/orders/0`, `Service/shop/orders`. */
  readonly policy: string;
  /** null = the request goes to the service as it is. */
  readonly rule: Rule | null;
  /** The path or prefix that the rule names, `/` for a regular expression. */
  readonly matchedPath: string;
  /** `/svc/orders` when the path addressed the service; already cut off `path`. */
  readonly addressPrefix: string;
  readonly path: string;
  /** The path as the rule's rewrite leaves it: what is judged of a rewritten path and what is forwarded, one value. */
  readonly sent: Pick<Admitted, "path" | "matchPath">;
  /** `%2F` in paths is let through. */
  readonly keepsSlashes: boolean;
  /** The rule's filters and those of the chosen backend, by what they do. */
  readonly plan: FilterPlan;
  /** What holds for it: of the chosen backend, or of the rule that answers by itself. */
  readonly access: Held;
  /** The service whose own address was used; null = a rule on a hostname answers. */
  readonly addressed: ServiceKey | null;
  /** The same while its exposure is "mesh"; null = no identity is needed for that. */
  readonly guarded: ServiceKey | null;
  /** A refusal only holds if no filter answers first. */
  readonly destination: Destination | Refusal;
}

export interface Destination {
  readonly service: ServiceKey;
  readonly version: string | null;
  readonly timeouts: Timeouts;
  /** null = no TrafficPolicy says more than timeouts. */
  readonly calls: CallPolicy | null;
  /** null = no FaultPolicy is attached. */
  readonly fault: Fault | null;
  /** The endpoint that the caller's session names. */
  readonly pinned: Pinned | null;
  /** The breaker and ejection that guard the call; absent = none. */
  readonly circuit?: Circuit;
  /** Deals the service's calls; absent: nothing does, or the rule names a version itself. */
  readonly rollout?: RolloutTerms;
  /** How a Rollout dealt the request; absent: nothing deals calls of the service. */
  readonly dealt?: Dealt;
}

export interface Dealt {
  /** By which it was dealt; null = none was heard of. */
  readonly share: Share | null;
  /** `nobody`: for want of a share. `spill`: the version that it was dealt to cannot be asked. */
  readonly by: "match" | "caller" | "draw" | "nobody" | "spill";
  readonly isCanary: boolean;
  /** Below the weight is the canary's; of a draw, what was drawn. */
  readonly place: number;
}

interface Pinned {
  readonly endpointId: string;
  readonly issuedAtMs: number;
}

/** The request to a service, as a try sends it. */
export interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly search: string;
  readonly headers: EditedHeaders;
  /** For service bindings, which have no address of their own: the URL's scheme and authority. */
  readonly origin: string;
}

/** How one try failed, in words that complete "endpoint x …"; `caller` is no failure of the endpoint. */
export interface CallFailure {
  readonly failure: "unsent" | "lost" | "timeout" | "caller";
  readonly detail: string;
}
