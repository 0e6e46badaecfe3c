// What status and check look at, read in one go: readiness, documents, catalog, latest revisions, propagation.
import type { Catalog } from "../../model/api/endpoints.ts";
import type { Readiness } from "../../model/api/operators.ts";
import type { Propagation, RevisionList } from "../../model/api/registry.ts";
import type { ResourceList } from "../../model/api/resource.ts";
import type { ApiAnswer, ApiClient } from "./client.ts";
import { listResources } from "./list-resources.ts";

export interface MeshRead {
  readonly readiness: ApiAnswer<Readiness>;
  readonly resources: ApiAnswer<ResourceList>;
  readonly catalog: ApiAnswer<Catalog>;
  readonly revisions: ApiAnswer<RevisionList>;
  /** null when there is no revision to ask about. */
  readonly propagation: ApiAnswer<Propagation> | null;
}

export async function meshOverview(client: ApiClient): Promise<MeshRead> {
  const [readiness, resources, catalog, revisions] = await Promise.all([
    client.raw<Readiness>("GET", "/_selvage/readyz", [503]),
    listResources(client, {}),
    client.call<Catalog>("GET", "/catalog"),
    client.call<RevisionList>("GET", "/revisions", { query: { limit: 3 } }),
  ]);
  const head = revisions.ok ? revisions.value.revision : 0;
  const propagation = head > 0 ? await client.call<Propagation>("GET", `/revisions/${head}/propagation`) : null;
  return { readiness, resources, catalog, revisions, propagation };
}
