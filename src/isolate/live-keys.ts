// The isolate's one hold of the mesh's own keys. Module state on purpose: it outlives requests, and holds nothing but values.
import type { Env } from "../env/env.ts";
import type { MeshKeys } from "../model/message/mesh-keys.ts";
import { HeldKeys, type KeyPorts } from "./mesh-keys.ts";
import type { Context } from "./snapshot.ts";

/** Name of the one object. */
export const KEY_RING = "mesh";

const isolate = new HeldKeys();

/** The ring has just been changed from here: the next request asks it. */
export function keysChanged(): void {
  isolate.doubt();
}

/** null = they cannot be had: then nothing that needs them is accepted. Never rejects. */
export function keys(env: Env, ctx: Context, now: number): Promise<MeshKeys | null> | MeshKeys | null {
  const ports: KeyPorts = {
    now: () => Date.now(),
    wait: (ms) => scheduler.wait(ms),
    material: (tag) => env.KEYRING.getByName(KEY_RING).material(tag),
  };
  return isolate.current(ports, ctx, now);
}
