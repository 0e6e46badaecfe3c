// Which hostnames the documents name, before it is settled whose they are: listeners of Gateways, and routes where they
// are attached. A claim that held before keeps its time, so an old document that is given a new hostname does not take
// it over.
import type { DocumentOf } from "../../model/document/document.ts";
import type { RouteStatus, Status } from "../../model/registry/status.ts";
import { refOf, serviceKey } from "../../model/word/refs.ts";
import { BUILT_IN_KEY } from "../documents/built-in-gateway.ts";
import { compare, type DocumentIndex } from "../documents/document-index.ts";
import { mapped, type Steps } from "../documents/steps.ts";
import { attach, claimantAt, type Attachment } from "./attachment.ts";
import {
  settleHostnames,
  UNCLAIMED,
  type Claimant,
  type HostnameClaim,
  type HostnameOwners,
} from "./hostname-claims.ts";
import { compileListeners, type CompiledGateway, type Listeners } from "./listeners.ts";

interface ClaimOptions {
  readonly meshDomain: string | null;
  /** RFC 3339. */
  readonly now: string;
  /** Statuses before, by `refOf`. */
  readonly previous: ReadonlyMap<string, Status>;
}

export function* ownHostnames(
  world: DocumentIndex,
  { meshDomain, now, previous }: ClaimOptions,
): Steps<HostnameOwners> {
  const listeners = compileListeners(world, UNCLAIMED);
  const naming = world.documents.filter(({ kind }) => kind === "Gateway" || kind === "HTTPRoute");
  const claims = yield* mapped(naming, CLAIMS, (document): HostnameClaim[] => {
    const { namespace, name } = document.metadata;
    const before = previous.get(refOf(document.kind, namespace, name));
    const held = before !== undefined && "hostnames" in before ? before.hostnames : undefined;
    const since = (hostname: string): string | null =>
      held !== undefined && Object.hasOwn(held, hostname) ? (held[hostname] ?? null) : null;
    if (document.kind === "Gateway") {
      return ofGateway(document, listeners, since);
    }
    return document.kind === "HTTPRoute" ? ofRoute(document, world, listeners, since) : [];
  });
  const carried = yield* mapped(world.routes, CLAIMS, (route) =>
    claimantsOf(attach(route, world, listeners, UNCLAIMED), route.metadata.namespace, listeners)
      .filter(({ place }) => place !== "built-in")
      .map(({ hostname }) => hostname),
  );
  yield naming.length;
  return settleHostnames(claims.flat(), carried.flat(), { grants: world.grants, meshDomain, now });
}

/** Units of a document's. */
const CLAIMS = 2;

type Since = (hostname: string) => string | null;

function ofGateway(document: DocumentOf<"Gateway">, listeners: Listeners, since: Since): HostnameClaim[] {
  const { namespace, name } = document.metadata;
  const key = serviceKey(namespace, name);
  const inService = (listeners.gateways.get(key)?.listeners ?? []).filter(({ index }) => index !== null);
  return inService.flatMap(({ hostname }): HostnameClaim[] =>
    key === BUILT_IN_KEY || hostname === "*"
      ? []
      : [{ hostname, namespace, author: namespace, place: "listener", name, since: since(hostname) }],
  );
}

function ofRoute(
  document: DocumentOf<"HTTPRoute">,
  world: DocumentIndex,
  listeners: Listeners,
  since: Since,
): HostnameClaim[] {
  const { namespace, name } = document.metadata;
  const claims = claimantsOf(attach(document, world, listeners, UNCLAIMED), namespace, listeners).flatMap(
    ({ hostname, place, ...rest }): HostnameClaim[] =>
      place === "below" ? [] : [{ hostname, place, ...rest, name, since: since(hostname) }],
  );
  // Whose they are does not hang on the order of parentRefs.
  return claims.sort((left, right) => compare(left.place, right.place) || compare(left.namespace, right.namespace));
}

function claimantsOf(attachments: readonly Attachment[], namespace: string, { table }: Listeners): Claimant[] {
  return attachments.flatMap(({ places }) =>
    places.flatMap(({ listener, hostnames }) => {
      const at = table[listener];
      return at === undefined ? [] : hostnames.flatMap((hostname) => claimantAt(at, namespace, hostname) ?? []);
    }),
  );
}

type Named = Pick<RouteStatus, "hostnames">;

/** What a route's status says of the hostnames that are its namespace's because it names them. */
export function namedByRoute(
  namespace: string,
  attachments: readonly Attachment[],
  listeners: Listeners,
  owners: HostnameOwners,
): Named {
  return told(claimantsOf(attachments, namespace, listeners), owners);
}

export function namedByGateway({ key, document, listeners }: CompiledGateway, owners: HostnameOwners): Named {
  if (key === BUILT_IN_KEY) {
    return {};
  }
  const { namespace } = document.metadata;
  const inService = listeners.filter(({ index, hostname }) => index !== null && hostname !== "*");
  return told(
    inService.map(({ hostname }) => ({ hostname, namespace, author: namespace, place: "listener" })),
    owners,
  );
}

function told(claimants: readonly Claimant[], owners: HostnameOwners): Named {
  const hostnames = new Map<string, string>();
  for (const claimant of claimants) {
    const since = owners.since(claimant);
    const known = hostnames.get(claimant.hostname);
    if (since !== null && (known === undefined || since < known)) {
      hostnames.set(claimant.hostname, since);
    }
  }
  const sorted = [...hostnames].sort(([left], [right]) => compare(left, right));
  return sorted.length === 0 ? {} : { hostnames: Object.fromEntries(sorted) };
}
