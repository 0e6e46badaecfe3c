// Every page of a list as one answer.
import type { Resource, ResourceList } from "../../model/api/resource.ts";
import type { ApiAnswer, ApiClient } from "./client.ts";

interface ListQuery {
  readonly kind?: string | undefined;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
}

/** The revision is that of the first page: a list that changed while it was read says where it began. */
export async function listResources(client: ApiClient, query: ListQuery): Promise<ApiAnswer<ResourceList>> {
  const items: Resource[] = [];
  let cursor: string | undefined;
  let revision: number | null = null;
  for (;;) {
    const answer = await client.call<ResourceList>("GET", "/resources", { query: { ...query, cursor } });
    if (!answer.ok) {
      return answer;
    }
    items.push(...answer.value.items);
    revision ??= answer.value.revision;
    if (answer.value.nextCursor === null) {
      return { ...answer, value: { items, nextCursor: null, revision } };
    }
    cursor = answer.value.nextCursor;
  }
}
