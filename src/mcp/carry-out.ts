// A planned call, made.
import type { RevisionList } from "../model/api/registry.ts";
import type { ApiAnswer, ApiClient } from "../cli/session/client.ts";
import type { PlannedCall } from "./agent-mesh.ts";

export function carryOut<Value>(client: ApiClient, call: PlannedCall): Promise<ApiAnswer<Value>> {
  const { method, path, query, body, documents, ifMatch } = call;
  return client.call<Value>(method, path, {
    ...(query && { query }),
    ...(body && { body }),
    ...(documents !== undefined && { text: { type: "application/yaml", content: documents } }),
    ...(ifMatch !== undefined && { ifMatch }),
  });
}

/** Where the mesh is. */
export async function revisionOf(client: ApiClient): Promise<ApiAnswer<number>> {
  const answer = await client.call<RevisionList>("GET", "/revisions", { query: { limit: 1 } });
  return answer.ok ? { ...answer, value: answer.value.revision } : answer;
}
