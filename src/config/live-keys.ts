// The mesh's own keys in an isolate's memory.
import type { Env } from "../env.ts";
import type { MeshKeys } from "../model/mesh-keys.ts";
import type { Context } from "./live-mesh.ts";

/** null = they cannot be had: then nothing that needs them is accepted. Never rejects. */
export function keys(_env: Env, _ctx: Context, _now: number): Promise<MeshKeys | null> | MeshKeys {
  return Promise.resolve(null);
}
