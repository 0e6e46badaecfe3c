// Tells the mesh object that the registry moved, so that isolates hear of it with their next question.
import type { Env } from "../env/env.ts";
import { MESH_OBJECT } from "../model/word/refs.ts";
import type { Head } from "../model/registry/registry.ts";

/**
 * Announces the registry's head. False = the object could not be reached; nothing is lost, since the next isolate to
 * load from the registry reports what it found, and a scheduled run announces again.
 */
export async function announce(env: Pick<Env, "MESH">, head: Head): Promise<boolean> {
  try {
    await env.MESH.getByName(MESH_OBJECT).announce(head);
    return true;
  } catch {
    return false;
  }
}
