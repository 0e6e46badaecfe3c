// The data plane as a Worker of its own for raw workerd: the mesh comes from a binding instead of the registry. An
// operator token, the registry and the control plane are left out; the pipeline is the real one.
import { HeldJwks } from "../../../src/isolate/jwks.ts";
import { jwksOf } from "../../../src/isolate/ports.ts";
import { SharedTick } from "../../../src/isolate/shared-tick.ts";
import type { Live } from "../../../src/isolate/snapshot.ts";
import type { Env } from "../../../src/env/env.ts";
import type { Endpoint, Snapshot } from "../../../src/model/snapshot/snapshot.ts";
import { createProxy } from "../../../src/proxy/pipeline.ts";

interface RawEnv extends Env {
  readonly SNAPSHOT: Snapshot;
  /** How long young calls share a timer; absent = as long as in production. */
  readonly TICK_MS?: string;
}

const jwks = new HeldJwks();
let live: Live | null = null;

function liveOf({ SNAPSHOT: snapshot }: RawEnv): Live {
  const endpoints = new Map<string, readonly Endpoint[]>();
  for (const [key, service] of Object.entries(snapshot.services)) {
    endpoints.set(key, service.endpoints);
  }
  return { snapshot, endpoints, checkedAt: 0, stale: false };
}

const proxyOf = ({ TICK_MS }: RawEnv) =>
  createProxy({
    current: (env) => Promise.resolve((live ??= liveOf(env as RawEnv))),
    keys: () => null,
    jwks: jwksOf(() => jwks),
    now: () => Date.now(),
    random: () => Math.random(),
    fetch: (url, init) => fetch(url, init),
    newId: () => crypto.randomUUID(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    tick: TICK_MS === undefined ? new SharedTick() : new SharedTick(Number(TICK_MS)),
    // Short, so that a test of it need not wait for half a minute.
    callerStillMs: 2000,
    socketCheckMs: 300,
    mistaken: (error) => reportError(error),
  });

let proxy: ReturnType<typeof createProxy> | null = null;

export default {
  fetch: (request: Request, env: RawEnv, ctx: ExecutionContext): Response | Promise<Response> =>
    (proxy ??= proxyOf(env))(request, env, ctx),
};
