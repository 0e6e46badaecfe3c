// What a table of resources shows for each kind. Values are read loosely: a newer server may say more than we know.
import type { CatalogService, EndpointState } from "../../model/api/endpoints.ts";
import type { Resource } from "../../model/api/resource.ts";
import { isRecord } from "../../model/word/record.ts";
import { conditionsOf, records } from "../../status/conditions.ts";
import { table } from "./table.ts";
import { age } from "../../model/word/age.ts";

interface Column {
  readonly head: string;
  /** Only with `-o wide`. */
  readonly wide?: true;
  readonly cell: (resource: Resource, context: TableContext) => string;
}

interface TableContext {
  readonly now: number;
  /** Show the NAMESPACE column. */
  readonly namespaces: boolean;
  /** By `<namespace>/<name>`; what is registered beside what documents say. */
  readonly catalog: ReadonlyMap<string, CatalogService>;
}

const spec =
  (field: string) =>
  ({ spec }: Resource): unknown =>
    spec[field];
const list = (value: unknown): string => (Array.isArray(value) ? value.map((one) => String(one)).join(",") : "");
const count = (value: unknown): string => String(Array.isArray(value) ? value.length : 0);

const targets: Column = {
  head: "TARGETS",
  cell: (resource) =>
    records(resource.spec.targetRefs)
      .map(({ kind, name }) => (name === undefined ? String(kind) : `${String(kind)}/${String(name)}`))
      .join(","),
};

const condition = (head: string, type: string): Column => ({
  head,
  cell: ({ status }) => {
    const found = conditionsOf(status).filter((one) => one.type === type);
    if (found.length === 0) {
      return "";
    }
    return found.find(({ status }) => status !== "True")?.status ?? "True";
  },
});

const text = (head: string, field: string): Column => ({
  head,
  cell: (resource) => String(resource.spec[field] ?? ""),
});

const service = ({ metadata }: Resource, { catalog }: TableContext): CatalogService | undefined =>
  catalog.get(`${metadata.namespace}/${metadata.name}`);

const columns: Readonly<Record<string, readonly Column[]>> = {
  Service: [
    { head: "EXPOSURE", cell: (resource, context) => service(resource, context)?.exposure ?? "" },
    {
      head: "VERSIONS",
      cell: (resource, context) =>
        service(resource, context)
          ?.versions.map(({ version }) => version ?? "")
          .filter((version) => version !== "")
          .join(",") ?? "",
    },
    { head: "ENDPOINTS", cell: (resource, context) => count(service(resource, context)?.endpoints) },
    { head: "OWNER", wide: true, cell: (resource, context) => service(resource, context)?.owner ?? "" },
  ],
  HTTPRoute: [
    { head: "HOSTNAMES", cell: (resource) => list(spec("hostnames")(resource)) || "*" },
    {
      head: "PARENTS",
      cell: (resource) =>
        records(resource.spec.parentRefs)
          .map(({ name }) => String(name))
          .join(",") || "selvage",
    },
    { head: "RULES", cell: (resource) => count(resource.spec.rules) },
    condition("ACCEPTED", "Accepted"),
    condition("RESOLVED", "ResolvedRefs"),
  ],
  Gateway: [
    {
      head: "LISTENERS",
      cell: (resource) =>
        records(resource.spec.listeners)
          .map(({ name, port, protocol }) => `${String(name)}:${String(port)}/${String(protocol)}`)
          .join(","),
    },
    condition("PROGRAMMED", "Programmed"),
  ],
  Cluster: [{ head: "REGION", cell: (resource) => String(resource.spec.region ?? "") }],
  AuthorizationPolicy: [{ head: "ACTION", cell: (resource) => String(resource.spec.action ?? "") }, targets],
  Rollout: [
    { head: "SERVICE", cell: (resource) => String(resource.spec.service ?? "") },
    { head: "STABLE", cell: (resource) => String(resource.spec.stable ?? "") },
    { head: "CANARY", cell: (resource) => String(resource.spec.canary ?? "") },
  ],
  Application: [text("OWNER", "owner"), { ...text("DESCRIPTION", "description"), wide: true }],
  Tier: [
    text("SERVICE", "service"),
    {
      head: "LIMITS",
      cell: (resource) =>
        records(resource.spec.limits)
          .map(({ requests, window }) => `${String(requests)}/${String(window)}`)
          .join(","),
    },
    text("APPROVAL", "approval"),
  ],
  Contract: [
    text("APPLICATION", "application"),
    text("SERVICE", "service"),
    text("TIER", "tier"),
    { head: "STATE", cell: ({ status }) => (isRecord(status) ? String(status.state ?? "") : "") },
    condition("IN FORCE", "InForce"),
  ],
};

/** Lines of one kind's table. `mixed` puts `kind/name` into the NAME column, for lists of several kinds. */
export function resourceTable(
  resources: readonly Resource[],
  context: TableContext,
  wide: boolean,
  mixed: boolean,
): string[] {
  const kind = resources[0]?.kind ?? "";
  const attached = resources.some((resource) => "targetRefs" in resource.spec);
  const own = columns[kind] ?? (attached ? [targets] : []);
  const shown = (mixed ? [] : own).filter((column) => wide || column.wide !== true);
  const head = [
    ...(context.namespaces ? ["NAMESPACE"] : []),
    "NAME",
    ...shown.map(({ head }) => head),
    ...(wide ? ["REVISION", "MANAGER", "UPDATED BY"] : []),
    "AGE",
  ];
  const rows = resources.map((resource) => {
    const { name, namespace, resourceVersion, manager, updatedBy, createdAt } = resource.metadata;
    return [
      ...(context.namespaces ? [namespace] : []),
      mixed ? `${resource.kind.toLowerCase()}/${name}` : name,
      ...shown.map(({ cell }) => cell(resource, context)),
      ...(wide ? [resourceVersion, manager, updatedBy] : []),
      age(createdAt, context.now),
    ];
  });
  return table(head, rows);
}

/** Lines of a table of endpoints. */
export function endpointTable(endpoints: readonly EndpointState[], wide: boolean, namespaces: boolean): string[] {
  const shown = endpointColumns.filter(
    (column) => (wide || column.wide !== true) && (namespaces || column.head !== "NAMESPACE"),
  );
  return table(
    shown.map(({ head }) => head),
    endpoints.map((one) => shown.map(({ cell }) => cell(one))),
  );
}

/** `unhealthy 12s`: how it is, and for how long. A mesh of an earlier release does not say since when. */
function healthOf({ health, healthSince }: EndpointState): string {
  const since = healthSince ?? null;
  return since === null ? health : `${health} ${age(since, Date.now())}`;
}

const endpointColumns: readonly {
  readonly head: string;
  readonly wide?: true;
  readonly cell: (endpoint: EndpointState) => string;
}[] = [
  { head: "NAMESPACE", cell: ({ namespace }) => namespace },
  { head: "SERVICE", cell: ({ service }) => service },
  { head: "ID", cell: ({ id }) => id },
  { head: "ADDRESS", cell: ({ url, binding }) => url ?? binding ?? "" },
  { head: "VERSION", cell: ({ version }) => version ?? "" },
  { head: "CLUSTER", cell: ({ cluster }) => cluster },
  { head: "WEIGHT", cell: ({ weight }) => String(weight) },
  { head: "STATE", cell: ({ draining }) => (draining ? "draining" : "ready") },
  { head: "HEALTH", cell: healthOf },
  { head: "CAUSE", cell: ({ healthCause }) => healthCause ?? "" },
  { head: "SOURCE", wide: true, cell: ({ source }) => source },
  { head: "PRIORITY", wide: true, cell: ({ priority }) => String(priority) },
  { head: "TTL", wide: true, cell: ({ ttl }) => ttl ?? "" },
  { head: "REGISTERED", wide: true, cell: ({ registeredAt }) => registeredAt ?? "" },
];

/** Metadata labels as `a=b,c=d`. */
export const labelsOf = (labels: unknown): string =>
  isRecord(labels)
    ? Object.entries(labels)
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(",")
    : "";
