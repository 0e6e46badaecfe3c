// The Gateway API's matching rules read literally: list every match of every route, drop what does not apply, sort by
// the precedence of the specification, take the first. Works on the documents, knows nothing of the compiled index, is
// slow.
import { BUILT_IN_KEY, builtInGateway } from "../../../src/compile/documents/built-in-gateway.ts";
import type { RouteRequest } from "../../../src/decide/route/match.ts";
import { fitting, specificity, winner, type Candidate, type NaiveMatch, type NaiveMesh } from "./naive-precedence.ts";
import { isRefused, settleNaively, type Claims, type NaiveClaim } from "./naive-hostnames.ts";
import type { Document, DocumentOf } from "../../../src/model/document/document.ts";
import type { ParentRef } from "../../../src/model/document/gateway-api/parent-ref.ts";

type Route = DocumentOf<"HTTPRoute">;
type Gateway = DocumentOf<"Gateway">;
type Listener = Gateway["spec"]["listeners"][number];

/** What the specification says: the winner, `null` for 404, `"direct"` for a service without routes of its own. */
export function naiveMatch(mesh: NaiveMesh, request: RouteRequest): NaiveMatch | null | "direct" {
  const routes = mesh.documents.filter((document) => document.kind === "HTTPRoute");
  if (request.service !== null) {
    return naiveServiceMatch(mesh, routes, request, request.service);
  }
  const claims = claimsOf(mesh);
  const candidates: Candidate[] = [];
  for (const { gateway, listener } of owners(mesh, request, claims)) {
    for (const route of routes) {
      if (!isAttached(route, gateway, listener, mesh)) {
        continue;
      }
      const own = effectiveHostnames(route, listener).filter((hostname) => {
        const claim = claimOf(route, gateway, listener, hostname);
        return claim === null || !isRefused(claim, claims);
      });
      const [hostname] = own
        .filter((one) => fits(one, request.host) && isReached(one, keyOf(gateway) === BUILT_IN_KEY, request, claims))
        .toSorted((left, right) => specificity(right) - specificity(left));
      if (hostname !== undefined) {
        candidates.push(...fitting(route, request, hostname));
      }
    }
  }
  return winner(candidates, mesh);
}

// ── Whose hostname it is
// ────────────────────────────────────────────────────────────────────────────────────────────────

/** The older documents' first. */
function claimsOf(mesh: NaiveMesh): Claims {
  const age = ({ kind, metadata }: Document): string =>
    `${mesh.createdAt.get(`${kind}/${metadata.namespace}/${metadata.name}`) ?? "9999"} ${metadata.namespace}/${metadata.name} ${kind}`;
  const gateways = [...mesh.documents.filter((document) => document.kind === "Gateway"), builtInGateway];
  const sorted = mesh.documents.toSorted((left, right) => (age(left) < age(right) ? -1 : 1));
  return settleNaively(
    sorted.flatMap((document): NaiveClaim[] => {
      const { namespace } = document.metadata;
      if (document.kind === "Gateway") {
        return document.spec.listeners.flatMap(({ hostname }) =>
          hostname === undefined ? [] : [{ hostname, namespace, author: namespace, place: "listener" }],
        );
      }
      if (document.kind !== "HTTPRoute") {
        return [];
      }
      const claims = gateways.flatMap((gateway) =>
        gateway.spec.listeners
          .filter((listener) => isAttached(document, gateway, listener, mesh))
          .flatMap((listener) =>
            effectiveHostnames(document, listener).flatMap(
              (hostname) => claimOf(document, gateway, listener, hostname) ?? [],
            ),
          ),
      );
      const order = (claim: NaiveClaim): string => `${claim.place} ${claim.namespace}`;
      return claims.toSorted((left, right) => order(left).localeCompare(order(right)));
    }),
  );
}

function claimOf({ metadata }: Route, gateway: Gateway, listener: Listener, hostname: string): NaiveClaim | null {
  if (hostname === "*") {
    return null;
  }
  const isBuiltIn = keyOf(gateway) === BUILT_IN_KEY;
  return {
    hostname,
    namespace: isBuiltIn ? metadata.namespace : gateway.metadata.namespace,
    author: metadata.namespace,
    place: isBuiltIn ? "built-in" : listener.hostname === undefined ? "open" : "below",
  };
}

/** Where nobody says where the request came in, no further out than the most specific name's own namespace. */
function isReached(
  hostname: string,
  isBuiltIn: boolean,
  { host, entry }: Pick<RouteRequest, "host" | "entry">,
  claims: Claims,
): boolean {
  if (entry.gateway !== null) {
    return true;
  }
  const [innermost] = claims.held
    .filter((claim) => fits(claim.hostname, host))
    .toSorted((left, right) => specificity(right.hostname) - specificity(left.hostname));
  // Out from what a listener of that namespace names, the built-in Gateway is not asked.
  const isNamed = claims.held.some(
    (claim) =>
      claim.territory === innermost?.territory &&
      claim.place === "listener" &&
      fits(claim.hostname, host) &&
      specificity(claim.hostname) >= specificity(hostname),
  );
  if (isBuiltIn && isNamed) {
    return false;
  }
  const inner = claims.held
    .filter((claim) => fits(claim.hostname, host))
    .toSorted((left, right) => specificity(right.hostname) - specificity(left.hostname));
  // A name below what is held is the holder's.
  const around = inner.find(
    (claim) => isWithin(hostname, claim.hostname) && specificity(claim.hostname) <= specificity(hostname),
  );
  return around === undefined || around.territory === inner[0]?.territory;
}

// ── Which listeners are asked
// ───────────────────────────────────────────────────────────────────────────────────────────

interface Opening {
  readonly gateway: Gateway;
  readonly listener: Listener;
}

const keyOf = ({ metadata }: Gateway): string => `${metadata.namespace}/${metadata.name}`;

/** The most specific listener of each Gateway and port that fits the host, where the request may have come in. */
function owners(mesh: NaiveMesh, { entry, host }: RouteRequest, claims: Claims): Opening[] {
  const gateways = [...mesh.documents.filter((document) => document.kind === "Gateway"), builtInGateway];
  const openings = gateways.flatMap((gateway) =>
    gateway.spec.listeners.flatMap((listener) => {
      const { namespace } = gateway.metadata;
      const { hostname = null } = listener;
      const isForeign =
        hostname !== null && isRefused({ hostname, namespace, author: namespace, place: "listener" }, claims);
      return isForeign ? [] : [{ gateway, listener }];
    }),
  );
  const asked = openings.filter(({ gateway, listener }) => {
    if (entry.gateway === null) {
      return true;
    }
    const port = entry.port ?? (entry.scheme === "https" ? 443 : 80);
    return keyOf(gateway) === entry.gateway && (keyOf(gateway) === BUILT_IN_KEY || listener.port === port);
  });
  const knowing = asked.filter(({ listener }) => fits(listener.hostname ?? "*", host));
  const owning = knowing.filter((one) =>
    knowing.every(
      (other) =>
        keyOf(other.gateway) !== keyOf(one.gateway) ||
        other.listener.port !== one.listener.port ||
        specificity(other.listener.hostname ?? "*") <= specificity(one.listener.hostname ?? "*"),
    ),
  );
  if (entry.gateway !== null) {
    return owning;
  }
  const own = entry.scheme === "https" ? "HTTPS" : "HTTP";
  const builtIn = owning.filter(({ gateway }) => keyOf(gateway) === BUILT_IN_KEY);
  const users = owning.filter(({ gateway }) => keyOf(gateway) !== BUILT_IN_KEY);
  // A listener of another namespace around the host's own does not say which protocol's are asked.
  const known = knowing.filter(
    ({ gateway, listener: { hostname = "*" } }) =>
      keyOf(gateway) !== BUILT_IN_KEY && (hostname === "*" || isReached(hostname, false, { host, entry }, claims)),
  );
  const asOwn = known.length === 0 || known.some(({ listener }) => listener.protocol === own);
  return [...builtIn, ...users.filter(({ listener }) => (listener.protocol === own) === asOwn)];
}

/** Is every host of the first one of the second's? */
function isWithin(narrow: string, wide: string): boolean {
  return (
    wide === "*" ||
    narrow === wide ||
    (wide.startsWith("*.") && narrow.endsWith(wide.slice(1)) && narrow !== wide.slice(2))
  );
}

/** Is the host one of those the pattern stands for? */
function fits(pattern: string, host: string): boolean {
  if (pattern === "*") {
    return true;
  }
  return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) && host !== pattern.slice(2) : host === pattern;
}

// ── Which routes they carry
// ─────────────────────────────────────────────────────────────────────────────────────────────

function isAttached(route: Route, gateway: Gateway, listener: Listener, mesh: NaiveMesh): boolean {
  const named =
    route.spec.parentRefs.length === 0
      ? keyOf(gateway) === BUILT_IN_KEY
      : route.spec.parentRefs.some((ref) => names(ref, route, gateway, listener));
  return named && isAllowed(route, gateway, listener, mesh);
}

function names(ref: ParentRef, route: Route, gateway: Gateway, listener: Listener): boolean {
  return (
    ref.kind === "Gateway" &&
    `${ref.namespace ?? route.metadata.namespace}/${ref.name}` === keyOf(gateway) &&
    (ref.sectionName === undefined || ref.sectionName === listener.name) &&
    (ref.port === undefined || ref.port === listener.port || keyOf(gateway) === BUILT_IN_KEY)
  );
}

function isAllowed(route: Route, gateway: Gateway, { allowedRoutes }: Listener, mesh: NaiveMesh): boolean {
  const { from, selector } = allowedRoutes.namespaces;
  const { namespace } = route.metadata;
  if (from !== "Selector") {
    return from === "All" || (from === "Same" && namespace === gateway.metadata.namespace);
  }
  const document = mesh.documents.find(({ kind, metadata }) => kind === "Namespace" && metadata.name === namespace);
  const labels: Record<string, string> = { ...document?.metadata.labels, "kubernetes.io/metadata.name": namespace };
  return Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}

/** The hostnames that route and listener have in common. */
function effectiveHostnames(route: Route, listener: Listener): string[] {
  const theirs = listener.hostname ?? "*";
  const own = route.spec.hostnames.length === 0 ? ["*"] : route.spec.hostnames;
  return own
    .filter((hostname) => isWithin(hostname, theirs) || isWithin(theirs, hostname))
    .map((hostname) => (specificity(hostname) > specificity(theirs) ? hostname : theirs));
}

// ── Services (GEP-1426)
// ─────────────────────────────────────────────────────────────────────────────────────────────────

function naiveServiceMatch(
  mesh: NaiveMesh,
  routes: readonly Route[],
  request: RouteRequest,
  service: string,
): NaiveMatch | null | "direct" {
  const refs = (route: Route): ParentRef[] =>
    route.spec.parentRefs.filter(
      (ref) => ref.kind === "Service" && `${ref.namespace ?? route.metadata.namespace}/${ref.name}` === service,
    );
  const attached = routes.filter((route) => refs(route).length > 0);
  const [producer] = service.split("/");
  const consumers = attached.filter(
    ({ metadata }) => metadata.namespace === request.callerNamespace && metadata.namespace !== producer,
  );
  const producers = attached.filter(({ metadata }) => metadata.namespace === producer);
  const isGranted = mesh.documents.some(
    ({ kind, metadata }) => kind === "ReferenceGrant" && metadata.namespace === producer,
  );
  const scope = consumers.length > 0 && (isGranted || producers.length === 0) ? consumers : producers;
  const document = mesh.documents.find(
    ({ kind, metadata }) => kind === "Service" && `${metadata.namespace}/${metadata.name}` === service,
  );
  const declared = document?.kind === "Service" && document.apiVersion === "v1" ? document.spec["ports"] : [];
  const ports = Array.isArray(declared) ? declared.map((one) => (one as { port: number }).port) : [];
  const port = request.entry.port !== null && ports.includes(request.entry.port) ? request.entry.port : null;
  const onPort = scope.filter((route) =>
    refs(route).some((ref) => ref.port === undefined || ports.length === 0 || port === null || ref.port === port),
  );
  if (onPort.length === 0) {
    return "direct";
  }
  return winner(
    onPort.flatMap((route) => fitting(route, request, "*")),
    mesh,
  );
}
