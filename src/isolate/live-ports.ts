// What an isolate needs from outside to keep its snapshot fresh: the mesh object, the registry, a clock.
import type { Env } from "../env/env.ts";
import { MESH_OBJECT } from "../model/word/refs.ts";
import type { LivePorts } from "./snapshot.ts";
import { readHead } from "../store/documents.ts";
import { readEndpointChanges } from "../store/endpoints.ts";
import { readNewest, readSnapshot } from "../store/snapshots.ts";

export function portsOf(env: Env): LivePorts {
  return {
    edge: env.EDGE ?? null,
    now: () => Date.now(),
    wait: (ms) => scheduler.wait(ms),
    poll: (question) => env.MESH.getByName(MESH_OBJECT).poll(question),
    head: () => readHead(env.DB),
    snapshot: (revision) => readSnapshot(env.DB, revision),
    newest: () => readNewest(env.DB),
    changes: (since) => readEndpointChanges(env.DB, since),
  };
}
