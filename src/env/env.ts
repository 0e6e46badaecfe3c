// What the platform hands the Worker: its bindings, each with what it means, and variables.
import type { ControlPlane } from "../model/message/control-plane.ts";
import type {
  CircuitBreakerObject,
  JwksCacheObject,
  KeyRingObject,
  MeshObject,
  PresenceObject,
  RateLimiterObject,
  RequestsObject,
  RolloutObject,
  TelemetryObject,
} from "../model/message/objects.ts";
import type { Variables } from "./variables.ts";

declare global {
  /**
   * Said by the build (`define` in wrangler.toml): the control plane is a Worker of its own, and none of it is in this
   * script, which is then a quarter as long. Not there = it is.
   */
  const CONTROL_ELSEWHERE: true | undefined;
}

/** Objects of a class, known by what they answer and not by how. */
type Objects<Calls> = DurableObjectNamespace<Calls & Rpc.DurableObjectBranded>;

export interface Env extends Variables {
  /** The registry: documents, revisions, snapshots, endpoints, audit. */
  readonly DB: D1Database;
  /** One object for the mesh: revision pointer and propagation receipts. */
  readonly MESH: Objects<MeshObject>;
  /** One object for each cluster: heartbeat leases of its endpoints. */
  readonly PRESENCE: Objects<PresenceObject>;
  /** One object for each RateLimitPolicy, `<namespace>/<name>`: what is used of its limits. */
  readonly LIMITER: Objects<RateLimiterObject>;
  /** One object for each service: its breakers and ejections, for the whole fleet. */
  readonly BREAKER: Objects<CircuitBreakerObject>;
  /** One object for each URL of a key set, by the URL's SHA-256: the only place that fetches it. */
  readonly JWKS: Objects<JwksCacheObject>;
  /** One object for the mesh: its signing keys and the pepper of client secrets. */
  readonly KEYRING: Objects<KeyRingObject>;
  /** Files of the dashboard; absent where none were deployed. */
  readonly ASSETS?: Pick<Fetcher, "fetch">;
  /** The control plane, where it is a Worker of its own; unset = this Worker is both. */
  readonly CONTROL?: Fetcher<ControlPlane & Rpc.WorkerEntrypointBranded>;
  /** Some objects for the mesh: what isolates counted of requests. Without the binding nothing is counted. */
  readonly TELEMETRY?: Objects<TelemetryObject>;
  /**
   * One object for each namespace: requests to it that are kept. Absent = the deployment is of an earlier release's
   * `wrangler.toml`, and none is kept.
   */
  readonly REQUESTS?: Objects<RequestsObject>;
  /** One object for each service with a Rollout: its controller. Absent as above: every canary gets nothing. */
  readonly ROLLOUT?: Objects<RolloutObject>;
  /** A dataset of Analytics Engine: what is counted is written there as well; absent = it is not. */
  readonly ANALYTICS?: AnalyticsEngineDataset;
}
