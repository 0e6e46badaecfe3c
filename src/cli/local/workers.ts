// What miniflare runs: N copies of the Worker ("edges"), each an isolate of its own with its own socket, sharing the
// database and the Durable Objects, which live in the first one; and one more copy without a socket, the control plane,
// which the edges reach by their binding CONTROL. The same facts as wrangler.toml (a test compares them).
import type { MiniflareOptions } from "miniflare";
import { isLoopback } from "../session/connection.ts";

export interface EdgeOptions {
  readonly host: string;
  /** Port of the first edge; the others follow. */
  readonly port: number;
  readonly edges: number;
  /** Where the first edge listens behind a front, and the others after it; left out: at `port`. */
  readonly innerPort?: number | undefined;
  readonly adminToken: string;
  readonly trustEntry: boolean;
  /** How many proxies in front append to `x-forwarded-for`. */
  readonly trustedHops: number;
  readonly meshDomain: string | null;
  /** Which requests the Worker tells of, on stderr. */
  readonly requestLog: "requests" | "problems" | "none";
  /** Answers for the dashboard's files, in this process. */
  readonly assets: AssetsBinding["handler"];
  /** Further variables, as `--var NAME=VALUE` gave them. */
  readonly variables: Readonly<Record<string, string>>;
}

type Worker = NonNullable<MiniflareOptions["workers"]>[number];
type Binding = NonNullable<Worker["config"]["env"]>[string];
type AssetsBinding = Extract<Binding, { readonly type: "fetcher" }>;

/** Name of the Worker that holds the objects: the one of wrangler.toml, so that both find the same files. */
export const MAIN_WORKER = "selvage";
/** Name of the Worker that is the control plane: the one of `--env control`. */
export const CONTROL_WORKER = "selvage-control";
export const DATABASE_ID = "00000000-0000-0000-0000-000000000000";
export const COMPATIBILITY_DATE = "2026-10-01";
export const COMPATIBILITY_FLAGS: readonly string[] = [
  "global_fetch_strictly_public",
  "enable_request_signal",
  "no_nodejs_global_timers",
];
export const CRON = "* * * * *";
/** Binding → class. */
export const DURABLE_OBJECTS: Readonly<Record<string, string>> = {
  MESH: "Mesh",
  PRESENCE: "Presence",
  LIMITER: "RateLimiter",
  BREAKER: "CircuitBreaker",
  JWKS: "JwksCache",
  KEYRING: "KeyRing",
  TELEMETRY: "Telemetry",
  REQUESTS: "Requests",
  ROLLOUT: "Rollout",
};
export const VARIABLES: Readonly<Record<string, string>> = { TRUST_DOMAIN: "mesh.local" };

export const edgeName = (index: number): string => (index === 0 ? MAIN_WORKER : `${MAIN_WORKER}-${index + 1}`);

/**
 * One Worker for each edge, and the control plane, all of the same `script`.
 * @param listening false: nobody can reach them yet
 */
export function workers(script: string, options: EdgeOptions, listening: boolean): Worker[] {
  const control: Binding = { type: "worker", worker: CONTROL_WORKER, exportName: "Control" };
  const edges = Array.from({ length: options.edges }, (_, index) =>
    worker(script, {
      name: edgeName(index),
      env: { ...bindings(`edge-${index + 1}`, options), CONTROL: control },
      sockets: listening ? [{ host: options.host, port: (options.innerPort ?? options.port) + index }] : [],
      ...(index === 0 ? { exports: exports() } : {}),
    }),
  );
  const assets: Binding = { type: "fetcher", handler: options.assets };
  const env = { ...bindings("control", options), ASSETS: assets };
  return [...edges, worker(script, { name: CONTROL_WORKER, env, sockets: [] })];
}

function worker(
  script: string,
  {
    sockets,
    ...config
  }: {
    readonly name: string;
    readonly env: Record<string, Binding>;
    readonly exports?: ReturnType<typeof exports>;
    readonly sockets: { host: string; port: number }[];
  },
): Worker {
  return {
    config: {
      compatibilityDate: COMPATIBILITY_DATE,
      compatibilityFlags: [...COMPATIBILITY_FLAGS],
      manifest: { mainModule: "index.js", modules: { "index.js": { type: "esm", contents: script } } },
      ...config,
    },
    dev: {
      unsafeDirectSockets: sockets,
      // workerd's own network fetches for the Worker; true would add a `cf-worker` header to what services see.
      stripCfConnectingIp: false,
    },
  };
}

/** The first edge's. */
function localUrl({ host, port }: EdgeOptions): string {
  const named = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${named}:${port}`;
}

function bindings(edge: string, options: EdgeOptions): Record<string, Binding> {
  const objects = Object.entries(DURABLE_OBJECTS).map(([binding, exportName]): [string, Binding] => [
    binding,
    { type: "durable-object", worker: MAIN_WORKER, exportName },
  ]);
  const texts = {
    ...VARIABLES,
    LOCAL_MESH: "true",
    SELVAGE_ADMIN_TOKEN: options.adminToken,
    MESH_URL: localUrl(options),
    EDGE: edge,
    ...(isLoopback(`http://${options.host}`) ? { LOCAL_CLIENT_ADDRESS: "127.0.0.1" } : {}),
    ...(options.trustEntry ? { TRUST_ENTRY: "true" } : {}),
    ...(options.trustedHops === 1 ? {} : { TRUSTED_HOPS: String(options.trustedHops) }),
    ...(options.meshDomain === null ? {} : { MESH_DOMAIN: options.meshDomain }),
    ...(options.requestLog === "none" ? {} : { LOG: options.requestLog }),
    ...options.variables,
  };
  return {
    DB: { type: "d1", id: DATABASE_ID },
    ...Object.fromEntries(objects),
    ...Object.fromEntries(
      Object.entries(texts).map(([name, value]): [string, Binding] => [name, { type: "text", value }]),
    ),
  };
}

function exports(): NonNullable<Worker["config"]["exports"]> {
  return Object.fromEntries(
    Object.values(DURABLE_OBJECTS).map((name) => [name, { type: "durable-object", storage: "sqlite" }]),
  );
}
