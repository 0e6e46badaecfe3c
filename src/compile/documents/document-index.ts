// What the documents say is there, each kind by its key, in the order that precedence asks for. The rest of the
// compiler looks things up here instead of searching. Judges nothing.
import { keepsSlashes } from "../../model/document/field/path-encoding.ts";
import type { Document, DocumentOf, KindName } from "../../model/document/document.ts";
import { refOf, serviceKey } from "../../model/word/refs.ts";
import type { HealthCheckSpec, ServiceEndpoint } from "../../model/document/kind/service.ts";
import { RECEIVED_BY_DEFAULT, type ReceivedHeader } from "../../model/snapshot/receive.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import { BUILT_IN_KEY, builtInGateway } from "./built-in-gateway.ts";
import { mapped, type Steps } from "./steps.ts";

/** A registry entry, from either kind of Service document. */
export interface ServiceView {
  readonly namespace: string;
  readonly name: string;
  readonly exposure: "mesh" | "public";
  readonly assertion: "caller" | "request";
  readonly receive: readonly ReceivedHeader[];
  readonly endpoints: readonly ServiceEndpoint[];
  readonly healthCheck: HealthCheckSpec | null;
  readonly keepsSlashes: boolean;
  /** Ports of a core Service; empty for ours, which have none. */
  readonly ports: readonly number[];
}

type OfKind<Kind extends KindName> = Extract<Document, { kind: Kind }>;

export interface DocumentIndex {
  readonly documents: readonly Document[];
  readonly services: ReadonlyMap<ServiceKey, ServiceView>;
  /** By `"<namespace>/<name>"`, the built-in one included. */
  readonly gateways: ReadonlyMap<string, DocumentOf<"Gateway">>;
  readonly clusters: ReadonlyMap<string, DocumentOf<"Cluster">>;
  readonly grants: readonly DocumentOf<"ReferenceGrant">[];
  /** The oldest first, then by `"<namespace>/<name>"`. */
  readonly routes: readonly DocumentOf<"HTTPRoute">[];
  /** Every document of one kind, the oldest first. */
  readonly of: <Kind extends KindName>(kind: Kind) => readonly OfKind<Kind>[];
  /** By `"<namespace>/<name>"`. */
  readonly tiers: ReadonlyMap<string, DocumentOf<"Tier">>;
  /** The oldest first. */
  readonly contracts: readonly DocumentOf<"Contract">[];
  /** Labels of a namespace, whether or not there is a Namespace document. */
  readonly labelsOf: (namespace: string) => Readonly<Record<string, string>>;
  readonly has: (kind: string, namespace: string, name: string) => boolean;
  /** Does any document let encoded slashes through? */
  readonly keepsSlashes: () => boolean;
  /** Of all JWT providers, each with a slash behind it. */
  readonly issuers: () => ReadonlySet<string>;
}

/**
 * Reads the documents once. `createdAt` (RFC 3339 by `refOf`) is when each was first written; without one it is new.
 */
export function* indexing(
  documents: readonly Document[],
  createdAt: ReadonlyMap<string, string>,
): Steps<DocumentIndex> {
  const refs = new Set<string>();
  const services = new Map<ServiceKey, ServiceView>();
  const gateways = new Map<string, DocumentOf<"Gateway">>();
  const clusters = new Map<string, DocumentOf<"Cluster">>();
  const namespaces = new Map<string, Readonly<Record<string, string>>>();
  const tiers = new Map<string, DocumentOf<"Tier">>();
  const aged = yield* mapped(documents, AGED, (document) => agedBy(createdAt, document));
  const sorted = aged.sort(byAge).map(({ document }) => document);
  yield documents.length;
  const byKind = Map.groupBy(sorted, ({ kind }) => kind);
  const of = <Kind extends KindName>(kind: Kind): OfKind<Kind>[] =>
    (byKind.get(kind) ?? []).filter((one): one is OfKind<Kind> => one.kind === kind);
  for (const document of sorted) {
    yield LOOKED_AT;
    const { namespace, name } = document.metadata;
    const key = serviceKey(namespace, name);
    refs.add(refOf(document.kind, namespace, name));
    if (document.kind === "Service") {
      services.set(key, viewOf(document));
    } else if (document.kind === "Gateway") {
      gateways.set(key, document);
    } else if (document.kind === "Cluster") {
      clusters.set(name, document);
    } else if (document.kind === "Namespace") {
      namespaces.set(name, document.metadata.labels);
    } else if (document.kind === "Tier") {
      tiers.set(key, document);
    }
  }
  // An admin's own takes its place.
  if (!gateways.has(BUILT_IN_KEY)) {
    gateways.set(BUILT_IN_KEY, builtInGateway);
  }
  let slashes: boolean | null = null;
  let issuers: ReadonlySet<string> | null = null;
  return {
    documents: sorted,
    services,
    gateways,
    clusters,
    grants: of("ReferenceGrant"),
    routes: of("HTTPRoute"),
    of,
    tiers,
    contracts: of("Contract"),
    labelsOf: (namespace) => ({ ...namespaces.get(namespace), "kubernetes.io/metadata.name": namespace }),
    has: (kind, namespace, name) => refs.has(refOf(kind, namespace, name)),
    keepsSlashes: () => (slashes ??= sorted.some(letsSlashesThrough)),
    issuers: () => (issuers ??= new Set(of("AuthenticationPolicy").flatMap(issuersOf))),
  };
}

function letsSlashesThrough({ kind, metadata, spec }: Document): boolean {
  if (keepsSlashes(metadata)) {
    return true;
  }
  if (kind === "Gateway") {
    return spec.listeners.some(({ pathEncoding }) => pathEncoding !== undefined);
  }
  return kind === "HTTPRoute" && spec.pathEncoding !== undefined;
}

function issuersOf({ spec }: DocumentOf<"AuthenticationPolicy">): string[] {
  return (spec.jwt?.providers ?? []).map(({ issuer }) => `${issuer}/`);
}

/** Units of a step. */
const AGED = 0.2;
const LOOKED_AT = 0.2;

interface Aged<Of extends Document> {
  readonly document: Of;
  readonly at: number;
  readonly key: string;
}

function agedBy<Of extends Document>(createdAt: ReadonlyMap<string, string>, document: Of): Aged<Of> {
  const { namespace, name } = document.metadata;
  const at = Date.parse(createdAt.get(refOf(document.kind, namespace, name)) ?? "");
  return { document, at: Number.isNaN(at) ? Number.POSITIVE_INFINITY : at, key: serviceKey(namespace, name) };
}

function byAge(left: Aged<Document>, right: Aged<Document>): number {
  return compare(left.at, right.at) || compare(left.key, right.key) || compare(left.document.kind, right.document.kind);
}

/** In the order in which they were first written, then by name; those that are new come last. */
export function oldestFirst<Of extends Document>(
  documents: readonly Of[],
  createdAt: ReadonlyMap<string, string>,
): Of[] {
  return documents
    .map((document) => agedBy(createdAt, document))
    .sort(byAge)
    .map(({ document }) => document);
}

/** Order of plain values; strings by their characters' codes, the same on every machine. */
export function compare<Value extends string | number>(left: Value, right: Value): number {
  if (left === right) {
    return 0;
  }
  return left < right ? -1 : 1;
}

function viewOf(document: DocumentOf<"Service">): ServiceView {
  const { namespace, name } = document.metadata;
  const keeps = keepsSlashes(document.metadata);
  if (document.apiVersion === "v1") {
    const { ports } = document.spec;
    const silent = {
      exposure: "mesh",
      assertion: "caller",
      receive: RECEIVED_BY_DEFAULT,
      endpoints: [],
      healthCheck: null,
      keepsSlashes: keeps,
    } as const;
    return { namespace, name, ...silent, ports: portsOf(ports) };
  }
  const { healthCheck = null, exposure, assertion, receive = RECEIVED_BY_DEFAULT, endpoints } = document.spec;
  return { namespace, name, exposure, assertion, receive, endpoints, healthCheck, keepsSlashes: keeps, ports: [] };
}

/** The port numbers of a core Service, whose spec was kept unread. */
function portsOf(ports: unknown): number[] {
  if (!Array.isArray(ports)) {
    return [];
  }
  return ports.flatMap((entry: unknown) => {
    const port = typeof entry === "object" && entry !== null && "port" in entry ? entry.port : null;
    return typeof port === "number" ? [port] : [];
  });
}
