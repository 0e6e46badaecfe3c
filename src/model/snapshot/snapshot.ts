// The compiled mesh: everything the data plane needs to decide a request, as plain JSON. Compiled once, at apply;
// immutable; one per revision. Nothing here is parsed, defaulted or merged again by those who read it. Fields are only
// ever added within a schema; those that older snapshots lack are optional.
import type { HostnameBounds } from "./hostname-bounds.ts";
import type { Identities } from "./access.ts";
import type { HealthTerms } from "./health-terms.ts";
import type { Held, PolicyTables } from "./policies.ts";
import type { ReceivedHeader } from "./receive.ts";
import type { RolloutTerms } from "./rollout.ts";
import type { SessionPersistence } from "./session-persistence.ts";
import type { Timeouts } from "./traffic.ts";
import type { ValueMatch } from "./value-match.ts";

/** `"<namespace>/<name>"` of a Service. */
export type ServiceKey = string;

export interface Snapshot {
  /**
   * Version of this shape: an isolate refuses a snapshot whose schema it does not know, and keeps its last good one.
   */
  readonly schema: 2;
  readonly revision: number;
  readonly services: Readonly<Record<ServiceKey, ServiceEntry>>;
  readonly router: Router;
  readonly policies: PolicyTables;
  /** Clusters by name, where a Cluster document says anything about them; absent = none. */
  readonly clusters?: Readonly<Record<string, ClusterPlace>>;
  /** Clients, contracts and trusted clusters; absent = there are none. */
  readonly identities?: Identities;
}

/** Where a cluster is. */
export interface ClusterPlace {
  readonly region: string | null;
  readonly continents: readonly string[];
  readonly colos: readonly string[];
  /** Whether its endpoints may have private addresses. */
  readonly private: boolean;
}

/** `Held` is what holds for requests that reach the service without a rule that says otherwise. */
export interface ServiceEntry extends Held {
  readonly namespace: string;
  readonly name: string;
  readonly exposure: "mesh" | "public";
  /** `request`: what the mesh asserts to the service is bound to method and path; absent: to the caller only. */
  readonly assertion?: "request";
  /** Headers that the mesh adds to its requests; absent: `RECEIVED_BY_DEFAULT`. */
  readonly receive?: readonly ReceivedHeader[];
  /**
   * `%2F` in paths is let through, judged as it is; absent: such requests are refused. Listeners and rules say it, too.
   */
  readonly keepsSlashes?: true;
  /** Endpoints written in the Service document. Dynamic ones are laid beside them by `isolate/snapshot.ts`. */
  readonly endpoints: readonly Endpoint[];
  readonly timeouts: Timeouts;
  /** Absent: its endpoints are not probed. */
  readonly health?: HealthTerms;
  /** How its calls are split between two versions; absent: by nothing, any endpoint may answer. */
  readonly rollout?: RolloutTerms;
}

export interface Endpoint {
  /** What people call it, within its service: given at registration, or made of its address and version. */
  readonly id: string;
  /** What is remembered about it is remembered under this; absent = under its id. Only registered ones have it. */
  readonly key?: string;
  /** Where it is: an absolute http(s) URL without query (its path is prefixed), or the name of a service binding. */
  readonly address: { readonly url: string } | { readonly binding: string };
  readonly cluster: string;
  readonly version: string | null;
  /** Relative share among endpoints of equal priority; 0 = drained. */
  readonly weight: number;
  /** 0 is preferred; higher ones take over when lower ones are not available. */
  readonly priority: number;
}

// ── Routing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * The index of all rules. Its inside belongs to `compile/route/router.ts` (writes) and `decide/route/match.ts` (reads).
 */
export interface Router extends HostnameBounds {
  readonly rules: readonly Rule[];
  readonly matches: readonly RuleMatch[];
  readonly listeners: readonly Listener[];
  /** The listeners of one Gateway and port, by hostname: the most specific one that fits a host owns its requests. */
  readonly groups: readonly HostOwners[];
  /**
   * Every regular expression of the mesh, once, as an automaton; `ValueMatch.program` and `path.program` point here.
   */
  readonly programs: readonly RegexProgram[];
  /** Hostnames that a user's Gateway listens to, by protocol: they decide which protocol's listeners are asked. */
  readonly hosts: { readonly HTTP: HostSet; readonly HTTPS: HostSet };
  /** Rules attached to Gateways, by `"<gateway ns>/<gateway name>:<port>"`, and `"*"` for all of them together. */
  readonly entries: Readonly<Record<string, HostIndex>>;
  /** Rules attached to Services (GAMMA), by service. */
  readonly services: Readonly<Record<ServiceKey, ServiceRoutes>>;
  /** What `matches` compare; absent (older snapshots): they say it themselves. */
  readonly compared?: ComparedNames;
}

/** Names of headers (in lower case) and query parameters, each once. */
export interface ComparedNames {
  readonly headers: readonly string[];
  readonly query: readonly string[];
}

export interface Listener {
  readonly gateway: string;
  readonly name: string;
  /** 0 = every port (the built-in Gateway). */
  readonly port: number;
  /** null = both (the built-in Gateway). */
  readonly protocol: "HTTP" | "HTTPS" | null;
  /** Lower-case, `*.example.com` for a wildcard, `"*"` for any. */
  readonly hostname: string;
  /** Index into `Router.groups`. */
  readonly group: number;
  readonly keepsSlashes?: true;
}

/** Hostname → index into `Router.listeners`. */
export type HostOwners = Readonly<Record<string, number>>;
export type HostSet = Readonly<Record<string, true>>;

/** Effective hostname (`shop.example.com`, `*.example.com`, `*`) → what is matched below it. */
export type HostIndex = Readonly<Record<string, PathIndex>>;

/**
 * A service's own routes. A namespace with consumer routes sees only those; everyone else sees the producer's. Without
 * either the request goes to the service as it is.
 */
export interface ServiceRoutes {
  readonly producer: ServiceIndex | null;
  /** By the caller's namespace. */
  readonly consumers: Readonly<Record<string, ServiceIndex>>;
}

interface ServiceIndex {
  /** Used when the port is not known, or not one of `ports`: every route, whichever port it names. */
  readonly all: PathIndex;
  /** Only where a route names a port: each port of the service → its routes, null when it has none. */
  readonly ports: Readonly<Record<string, PathIndex | null>>;
}

/** Every number is an index into `Router.matches`; every list is sorted, the winner first. */
export interface PathIndex {
  readonly exact: Readonly<Record<string, readonly number[]>>;
  readonly regex: readonly number[];
  readonly prefix: PrefixNode;
}

/**
 * A tree of path segments; the keys of `next` keep their slash (`"/orders"`), so no key is a name of Object.prototype.
 */
export interface PrefixNode {
  readonly here: readonly number[];
  readonly next: Readonly<Record<string, PrefixNode>>;
}

/** One `matches[]` entry of one rule under one listener. */
export interface RuleMatch {
  readonly rule: number;
  /** Index into `Router.listeners`; -1 for rules attached to a Service. */
  readonly listener: number;
  /** A prefix is stored without its trailing slash (`"/"` stays). */
  readonly path:
    | { readonly type: "Exact" | "PathPrefix"; readonly value: string }
    | { readonly type: "RegularExpression"; readonly value: string; readonly program: number };
  readonly method: string | null;
  /** Names in lower case. */
  readonly headers: readonly ValueMatch[];
  readonly query: readonly ValueMatch[];
}

/**
 * An RE2 pattern, parsed and compiled at apply: the data plane carries no regular-expression parser. Instructions are
 * numbered; `alt` goes on at both, `empty` where its assertions (bits, see `decide/route/regex-machine.ts`) hold,
 * `runes` takes one code point of the ranges `[low, high, low, high, …]` and goes on.
 */
export interface RegexProgram {
  readonly start: number;
  readonly instructions: readonly RegexInstruction[];
}

export type RegexInstruction =
  | readonly ["alt", next: number, other: number]
  | readonly ["empty", next: number, assertions: number]
  | readonly ["runes", next: number, ...ranges: number[]]
  | readonly ["match"]
  | readonly ["fail"];

/** `Held` of a rule is what holds where it answers by itself, without a backend. */
export interface Rule extends Held {
  /** `"<namespace>/<name>"` of the HTTPRoute. */
  readonly route: string;
  /** `rules[].name`, or its index. */
  readonly name: string;
  readonly keepsSlashes?: true;
  readonly filters: readonly Filter[];
  readonly backends: readonly Backend[];
  /** What the rule itself says; null = nothing. `Backend.timeouts` is what holds. */
  readonly timeouts: { readonly requestMs: number | null; readonly perTryMs: number | null };
  readonly retry: { readonly codes: readonly number[]; readonly attempts: number; readonly backoffMs: number } | null;
  readonly sessionPersistence: SessionPersistence | null;
}

export interface Backend extends Held {
  readonly weight: number;
  readonly target: Target;
  readonly filters: readonly Filter[];
  /** What the rule itself says, and otherwise the TrafficPolicy in force. */
  readonly timeouts: Timeouts;
}

/** Where a share of traffic goes, or why it cannot go there (answered 500, as the Gateway API says). */
export type Target =
  | { readonly service: ServiceKey; readonly version: string | null }
  | { readonly invalid: "InvalidKind" | "BackendNotFound" | "RefNotPermitted"; readonly message: string };

export type HeaderPair = readonly [name: string, value: string];

export type PathModifier =
  | { readonly type: "ReplaceFullPath"; readonly value: string }
  | { readonly type: "ReplacePrefixMatch"; readonly value: string };

export interface HeaderModifier {
  readonly set: readonly HeaderPair[];
  readonly add: readonly HeaderPair[];
  readonly remove: readonly string[];
}

export type Filter =
  | ({ readonly type: "RequestHeaderModifier" } & HeaderModifier)
  | ({ readonly type: "ResponseHeaderModifier" } & HeaderModifier)
  | {
      readonly type: "RequestRedirect";
      readonly scheme: string | null;
      readonly hostname: string | null;
      readonly port: number | null;
      readonly path: PathModifier | null;
      readonly status: number;
    }
  /** The rule answers by itself; no service is asked. */
  | { readonly type: "DirectResponse"; readonly status: number; readonly body: string | null }
  | { readonly type: "URLRewrite"; readonly hostname: string | null; readonly path: PathModifier | null }
  | {
      readonly type: "RequestMirror";
      readonly target: Target;
      readonly numerator: number;
      readonly denominator: number;
    }
  | {
      readonly type: "CORS";
      readonly allowOrigins: readonly string[];
      readonly allowMethods: readonly string[];
      readonly allowHeaders: readonly string[];
      readonly exposeHeaders: readonly string[];
      readonly allowCredentials: boolean;
      readonly maxAgeSeconds: number;
    }
  | {
      readonly type: "ExternalAuth";
      readonly target: Target;
      readonly path: string;
      readonly allowedHeaders: readonly string[];
      readonly allowedResponseHeaders: readonly string[];
      /** Largest body sent along, bytes; 0 = none. */
      readonly maxBodyBytes: number;
    }
  /** Index into `policies.fault`. Named by the rule itself: takes the place of what is attached. */
  | { readonly type: "Fault"; readonly fault: number }
  /** Accepted in a document, not (yet) runnable here: the rule answers 500 and its route's status says why. */
  | { readonly type: "Unsupported"; readonly name: string; readonly message: string };
