// What an isolate needs from outside to keep things fresh: the mesh object, the registry, the key ring, the objects
// that fetch key sets, a clock. Made once for an env.
import { settingsOf } from "../env/settings.ts";
import type { Env } from "../env/env.ts";
import { KEY_RING, MESH_OBJECT } from "../model/word/refs.ts";
import { sha256Hex } from "../model/word/digest.ts";
import { readHead } from "../store/documents.ts";
import { readEndpointChanges } from "../store/endpoints.ts";
import { readNewest, readSnapshot } from "../store/snapshots.ts";
import type { KeySet } from "../tokens/key-set.ts";
import type { HeldJwks, JwksPorts, JwksSource } from "./jwks.ts";
import type { Context } from "./kept.ts";
import type { KeyPorts } from "./mesh-keys.ts";
import type { SnapshotPorts } from "./snapshot.ts";

export interface IsolatePorts extends SnapshotPorts, KeyPorts, JwksPorts {}

/** The keys of a URL, as the data plane asks for them: see `HeldJwks`. Nothing here rejects. */
export interface Jwks {
  current(env: Env, ctx: Context, source: JwksSource, now: number): KeySet | null | Promise<KeySet | null>;
  newer(env: Env, ctx: Context, source: JwksSource, kid: string, now: number): Promise<KeySet | null>;
  retryMs(source: JwksSource, now: number): number;
}

export function jwksOf(held: () => HeldJwks, outside: (env: Env) => JwksPorts = portsOf): Jwks {
  return {
    current: (env, ctx, source, now) => held().current(outside(env), ctx, source, now),
    newer: (env, ctx, source, kid, now) => held().newer(outside(env), ctx, source, kid, now),
    retryMs: (source, now) => held().retryMs(source, now),
  };
}

const made = new WeakMap<Env, IsolatePorts>();

export function portsOf(env: Env): IsolatePorts {
  const known = made.get(env);
  if (known !== undefined) {
    return known;
  }
  const ports: IsolatePorts = {
    edge: settingsOf(env).edge,
    // The local mesh asks its edges all the time, and never the Worker behind them.
    isKeptAwake: settingsOf(env).isLocalMesh && env.CONTROL !== undefined,
    now: () => Date.now(),
    wait: (ms) => scheduler.wait(ms),
    poll: (question) => env.MESH.getByName(MESH_OBJECT).poll(question),
    head: () => readHead(env.DB),
    snapshot: (revision) => readSnapshot(env.DB, revision),
    newest: () => readNewest(env.DB),
    forced: () => env.MESH.getByName(MESH_OBJECT).forced(),
    changes: (since) => readEndpointChanges(env.DB, since),
    material: (tag) => env.KEYRING.getByName(KEY_RING).material(tag),
    // One object for each URL; by its digest, since a URL may be longer than an object's name.
    ask: async (question) => env.JWKS.getByName(await sha256Hex(question.url)).ask(question),
  };
  made.set(env, ports);
  return ports;
}
