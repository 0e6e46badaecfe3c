// What the platform hands the Worker: its bindings, each with what it means, and variables.
import type { CircuitBreaker } from "../../durable/circuit-breaker.ts";
import type { JwksCache } from "../../durable/jwks-cache.ts";
import type { KeyRing } from "../../durable/key-ring.ts";
import type { Mesh } from "../../durable/mesh.ts";
import type { Presence } from "../../durable/presence.ts";
import type { RateLimiter } from "../../durable/rate-limiter.ts";
import type { Variables } from "./variables.ts";

export interface Env extends Variables {
  /** The registry: documents, revisions, snapshots, endpoints, audit. */
  readonly DB: D1Database;
  /** One object for the mesh: revision pointer and propagation receipts. */
  readonly MESH: DurableObjectNamespace<Mesh>;
  /** One object for each cluster: heartbeat leases of its endpoints. */
  readonly PRESENCE: DurableObjectNamespace<Presence>;
  /** One object for each RateLimitPolicy, `<namespace>/<name>`: what is used of its limits. */
  readonly LIMITER: DurableObjectNamespace<RateLimiter>;
  /** One object for each service: its breakers and ejections, for the whole fleet. */
  readonly BREAKER: DurableObjectNamespace<CircuitBreaker>;
  /** One object for each URL of a key set, by the URL's SHA-256: the only place that fetches it. */
  readonly JWKS: DurableObjectNamespace<JwksCache>;
  /** One object for the mesh: its signing keys and the pepper of client secrets. */
  readonly KEYRING: DurableObjectNamespace<KeyRing>;
}
