// What a scenario leaves in the registry, and how it goes: documents of its own are an apply set, a changed document
// carries what it was before, endpoints have names of their own. So whoever comes next can put it back, whatever became
// of the process that changed it.
import type { ApplyResult } from "../../model/api/apply.ts";
import type { Catalog } from "../../model/api/endpoints.ts";
import type { Resource, ResourceList } from "../../model/api/resource.ts";
import { counted } from "../../model/word/plural.ts";
import { isRecord } from "../../model/word/record.ts";
import type { ApiAnswer, ApiClient, Failure } from "../session/client.ts";

export const SCENARIO_SET = "demo-scenario";
export const SCENARIO_LABEL = "demo.selvage.dev/scenario";
/** What the document was: `{manager, labels, annotations, spec}` as JSON. */
const BEFORE = "demo.selvage.dev/before";
export const ENDPOINT_PREFIX = "scenario-";

const pathOf = ({ kind, metadata: { namespace, name } }: Pick<Resource, "kind" | "metadata">): string =>
  `/namespaces/${namespace}/${kind.toLowerCase()}/${name}`;

/** Writes members of the spec anew, and on the document what it was; a second change keeps what was there first. */
export async function changeDocument(
  client: ApiClient,
  scenario: string,
  { kind, name, spec }: { readonly kind: string; readonly name: string; readonly spec: object },
): Promise<Failure | null> {
  const path = `/namespaces/default/${kind.toLowerCase()}/${name}`;
  const there = await client.call<Resource>("GET", path);
  if (!there.ok) {
    return there.failure;
  }
  const { metadata, spec: former } = there.value;
  const { labels, annotations, manager } = metadata;
  const before = annotations[BEFORE] ?? JSON.stringify({ manager, labels, annotations, spec: former });
  const written = await write(client, there.value, {
    manager: "demo",
    reason: `demo scenario ${scenario}`,
    labels: { ...labels, [SCENARIO_LABEL]: scenario },
    annotations: { ...annotations, [BEFORE]: before },
    // What it says of itself stays: a route without its parents would be nobody's.
    spec: { ...former, ...spec },
  });
  return written.ok ? null : written.failure;
}

interface Content {
  readonly manager: string;
  readonly reason: string;
  readonly labels: object;
  readonly annotations: object;
  readonly spec: object;
}

function write(client: ApiClient, of: Resource, content: Content): Promise<ApiAnswer<Resource>> {
  const { apiVersion, kind, metadata } = of;
  const { manager, reason, labels, annotations, spec } = content;
  return client.call<Resource>("PUT", pathOf(of), {
    query: { manager, reason },
    ifMatch: `"${metadata.resourceVersion}"`,
    body: {
      apiVersion,
      kind,
      metadata: { name: metadata.name, namespace: metadata.namespace, labels, annotations },
      spec,
    },
  });
}

/** @returns what was put back, in words; empty when nothing was left */
export async function putScenarioBack(client: ApiClient, reason: string): Promise<readonly string[] | Failure> {
  const [changed, catalog] = await Promise.all([
    client.call<ResourceList>("GET", "/resources", { query: { labelSelector: SCENARIO_LABEL } }),
    client.call<Catalog>("GET", "/catalog"),
  ]);
  if (!changed.ok) {
    return changed.failure;
  }
  if (!catalog.ok) {
    return catalog.failure;
  }
  const done: string[] = [];
  for (const one of changed.value.items) {
    const before = beforeOf(one);
    if (before === null) {
      continue;
    }
    const written = await write(client, one, { ...before, reason });
    if (!written.ok) {
      return written.failure;
    }
    done.push(`${one.kind}/${one.metadata.name} is as it was`);
  }
  const pruned = await client.call<ApplyResult>("POST", "/apply", {
    query: { set: SCENARIO_SET, prune: true, pruneMax: 100, manager: "demo", reason },
    body: { items: [] },
  });
  if (!pruned.ok) {
    return pruned.failure;
  }
  if (pruned.value.summary.prune > 0) {
    done.push(
      `${counted(pruned.value.summary.prune, "document")} ${pruned.value.summary.prune === 1 ? "is" : "are"} gone`,
    );
  }
  const endpoints = catalog.value.items
    .flatMap((one) => one.endpoints)
    .filter(({ id }) => id.startsWith(ENDPOINT_PREFIX));
  for (const { namespace, service, id } of endpoints) {
    await client.call("DELETE", `/namespaces/${namespace}/services/${service}/endpoints/${id}`);
  }
  return endpoints.length === 0
    ? done
    : [...done, `${counted(endpoints.length, "endpoint")} ${endpoints.length === 1 ? "is" : "are"} gone`];
}

function beforeOf({ metadata: { annotations } }: Resource): Omit<Content, "reason"> | null {
  const text = annotations[BEFORE];
  if (text === undefined) {
    return null;
  }
  try {
    const before: unknown = JSON.parse(text);
    if (isRecord(before) && isRecord(before.spec) && isRecord(before.labels) && isRecord(before.annotations)) {
      const { labels, annotations: own, spec } = before;
      return { manager: String(before.manager), labels, annotations: own, spec };
    }
  } catch {
    // Somebody wrote on it: there is nothing to go back to.
  }
  return null;
}
