// What `selvage status` says, asked for by the page.
import { listResources } from "../../cli/session/list-resources.ts";
import { meshOverview, runtimeOverview, type MeshRead, type RuntimeRead } from "../../status/mesh-read.ts";
import { statusOf, type MeshStatus } from "../../status/mesh-status.ts";
import { unaskedOf, type Unasked } from "../../status/unasked.ts";
import { api } from "./api.ts";
import type { ApiClient } from "../../cli/session/client.ts";
import { gathered, ReadFailure, useGathered, type ReadState } from "./read.ts";

export interface StatusRead extends Unasked {
  readonly status: MeshStatus;
  readonly mesh: MeshRead;
  readonly runtime: RuntimeRead;
}

export const meshStatus = gathered("status", readStatus);
export const useMeshStatus = (): ReadState<StatusRead> => useGathered(meshStatus);

async function readStatus(client: ApiClient): Promise<StatusRead> {
  // All of it at once: on a slow line each turn is half a second.
  const listed = listResources(client, {});
  const documents = listed.then((answer) => (answer.ok ? answer.value.items : []));
  const [mesh, runtime] = await Promise.all([meshOverview(client, listed), runtimeOverview(client, documents)]);
  for (const answer of [mesh.revisions, mesh.resources, mesh.catalog]) {
    if (!answer.ok) {
      throw new ReadFailure(answer.failure);
    }
  }
  return { status: statusOf(api.server, mesh, runtime, Date.now()), mesh, runtime, ...unaskedOf(mesh, runtime) };
}
