// Whose hostname it is. Where all Gateways are looked at together, a hostname belongs to the namespace that named it
// first: by a listener of its Gateway, or by a route at the built-in one. Wildcards overlap with the names below them.
import { covers, wider } from "../../decide/route/host.ts";
import type { DocumentOf } from "../../model/document/document.ts";
import type { HostnameBounds } from "../../model/snapshot/hostname-bounds.ts";
import { BUILT_IN_NAMESPACE, GATEWAY_GROUP } from "../documents/built-in-gateway.ts";

/** Who names a hostname, where, and since when it is theirs. */
export interface HostnameClaim {
  readonly hostname: string;
  /** Of the Gateway that serves it; at the built-in one, of the route. */
  readonly namespace: string;
  /** Namespace of the document that names it. */
  readonly author: string;
  /**
   * `listener`: a Gateway's listener names it. Others are routes': at a listener that names no host, at the built-in
   * Gateway.
   */
  readonly place: "listener" | "open" | "built-in";
  /** Name of that document. */
  readonly name: string;
  /** RFC 3339; null = it is not theirs yet. */
  readonly since: string | null;
}

export interface Claimant extends Pick<HostnameClaim, "hostname" | "namespace" | "author"> {
  /** `below`: a route's, at a listener that names it or a wider one. That claims nothing. */
  readonly place: HostnameClaim["place"] | "below";
}

export interface HostnameOwners {
  /** Why the hostname is not the claimant's; null = it is. */
  readonly refusal: (claim: Claimant) => string | null;
  /** Since when it is the claimant's; null = it is not. */
  readonly since: (claim: Claimant) => string | null;
  readonly bounds: HostnameBounds;
}

/** Before it is settled: every hostname is whoever's asks. */
export const UNCLAIMED: HostnameOwners = { refusal: () => null, since: () => null, bounds: {} };

interface Held {
  readonly claim: HostnameClaim;
  /** Namespace whose requests these are: of the claim, or of what it is shared from. */
  readonly territory: string;
}

interface World {
  readonly grants: readonly DocumentOf<"ReferenceGrant">[];
  readonly meshDomain: string | null;
  /** RFC 3339. */
  readonly now: string;
}

/**
 * @param claims those of older documents first
 * @param carried hostnames of routes that are attached to Gateways of users
 * @returns the same for the same claims, in whatever revision they came
 */
export function settleHostnames(
  claims: readonly HostnameClaim[],
  carried: readonly string[],
  world: World,
): HostnameOwners {
  const held = new Map<string, Held>();
  const since = new Map<string, string>();
  const refusals = new Map<string, string>();
  for (const claim of claims.toSorted(byAge)) {
    const refusal = refuse(claim, held, world);
    if (typeof refusal === "string") {
      if (!since.has(keyOf(claim))) {
        refusals.set(keyOf(claim), refusal);
      }
      continue;
    }
    if (!since.has(keyOf(claim))) {
      since.set(keyOf(claim), claim.since ?? world.now);
    }
    const before = held.get(claim.hostname);
    // A Gateway's own listener stands for the hostname before its namespace's routes elsewhere do.
    if (before === undefined || claim.place === "listener") {
      held.set(claim.hostname, { claim, territory: refusal.territory });
    }
  }
  leaveToGateways(claims, held, since, refusals);
  return {
    refusal: (claim) => (claim.place === "below" ? refuseBelow(claim, held) : (refusals.get(keyOf(claim)) ?? null)),
    since: (claim) => since.get(keyOf(claim)) ?? null,
    bounds: { ...nestedIn(held, carried), ...namedIn(held) },
  };
}

const keyOf = ({ place, namespace, author, hostname }: Claimant): string =>
  `${place} ${namespace} ${author} ${hostname}`;

/** An admin's Gateways first, then what is somebody's already, then what is new; else by the documents' own age. */
function byAge(left: HostnameClaim, right: HostnameClaim): number {
  return Number(isAdmins(right)) - Number(isAdmins(left)) || compareSince(left.since, right.since);
}

function compareSince(left: string | null, right: string | null): number {
  if (left === right) {
    return 0;
  }
  if (left === null || right === null) {
    return left === null ? 1 : -1;
  }
  return left < right ? -1 : 1;
}

function isAdmins({ place, namespace }: HostnameClaim): boolean {
  return place === "listener" && namespace === BUILT_IN_NAMESPACE;
}

/** Why not, or as whose requests. */
function refuse(
  claim: HostnameClaim,
  held: ReadonlyMap<string, Held>,
  world: World,
): string | { readonly territory: string } {
  const addressed = serviceNamespace(claim.hostname, world.meshDomain);
  if (addressed !== null && addressed !== claim.namespace) {
    return `The hostname ${claim.hostname} is an address of services of the namespace ${addressed}`;
  }
  const around = heldAround(claim, held);
  const [owner] = around;
  if (owner === undefined) {
    return { territory: claim.author };
  }
  // What routes name at a Gateway is that Gateway's: what matters is the listener that it lies under.
  const above = around.find((one) => one.claim.place !== "open")?.claim;
  if (claim.place === "built-in" && above?.place === "listener") {
    return notBuiltIn(claim, above);
  }
  if (isOf(owner, claim)) {
    return owner;
  }
  const isListeners = owner.claim.place === "listener" && claim.place !== "listener";
  if (!isListeners && isShared(claim, owner.claim, world.grants)) {
    return owner;
  }
  return belongs(claim, owner);
}

/** Who is let in at a Gateway is let in by its owner, and may name its own hostnames there. */
function isOf({ territory }: Held, { namespace, author }: Claimant): boolean {
  return territory === namespace || territory === author;
}

function belongs({ hostname }: Claimant, { territory, claim }: Held): string {
  return `The hostname ${hostname} belongs to the namespace ${territory}, which named ${claim.hostname} first`;
}

/** Another may have named something within a listener's wildcard before the listener did. */
function refuseBelow(claim: Claimant, held: ReadonlyMap<string, Held>): string | null {
  const [owner] = heldAround(claim, held);
  return owner === undefined || isOf(owner, claim) ? null : belongs(claim, owner);
}

function notBuiltIn({ hostname }: Claimant, owner: HostnameClaim): string {
  const named = `a listener of the Gateway ${owner.namespace}/${owner.name} names ${owner.hostname}`;
  return `The hostname ${hostname} is not served by the built-in Gateway: ${named}`;
}

/** What is held that covers the hostname, the most specific first. */
function heldAround({ hostname }: Pick<Claimant, "hostname">, held: ReadonlyMap<string, Held>): Held[] {
  const found: Held[] = [];
  for (let pattern: string | null = hostname; pattern !== null; pattern = wider(pattern)) {
    const one = held.get(pattern);
    if (one !== undefined) {
      found.push(one);
    }
  }
  return found;
}

/** `<service>.<namespace>.<mesh domain>`, and `*` for the first of them: the namespace. */
function serviceNamespace(hostname: string, meshDomain: string | null): string | null {
  if (meshDomain === null || !hostname.endsWith(`.${meshDomain}`)) {
    return null;
  }
  const labels = hostname.slice(0, -meshDomain.length - 1).split(".");
  return labels.length === 2 ? (labels[1] ?? null) : null;
}

/**
 * A ReferenceGrant of the owner (or of an admin, in the built-in Gateway's namespace) from the claimant's kind and
 * namespace: to kind Hostname, by its name; to the owner's document that named it; or, an admin's, to the built-in
 * Gateway.
 */
function isShared(claim: HostnameClaim, owner: HostnameClaim, grants: World["grants"]): boolean {
  return grants.some(({ metadata, spec }) => {
    const admins = metadata.namespace === BUILT_IN_NAMESPACE;
    if (!admins && metadata.namespace !== owner.author) {
      return false;
    }
    const from = spec.from.some(
      ({ group, kind, namespace }) => group === GATEWAY_GROUP && kind === kindOf(claim) && namespace === claim.author,
    );
    return (
      from &&
      spec.to.some(({ group, kind, name }) => {
        if (group === "selvage.dev" && kind === "Hostname") {
          return name === undefined || covers(name, claim.hostname);
        }
        if (group !== GATEWAY_GROUP) {
          return false;
        }
        if (admins) {
          return kind === "Gateway";
        }
        return kind === kindOf(owner) && (name === undefined || name === owner.name);
      })
    );
  });
}

function kindOf({ place }: Claimant): "Gateway" | "HTTPRoute" {
  return place === "listener" ? "Gateway" : "HTTPRoute";
}

/** What a Gateway's listener names is not served by the built-in Gateway, not even for the Gateway's own namespace. */
function leaveToGateways(
  claims: readonly HostnameClaim[],
  held: Map<string, Held>,
  since: Map<string, string>,
  refusals: Map<string, string>,
): void {
  for (const claim of claims) {
    if (claim.place !== "built-in" || !since.has(keyOf(claim))) {
      continue;
    }
    const listener = heldAround(claim, held).find(
      ({ claim: { place, namespace, hostname } }) =>
        place === "listener" && (namespace === claim.namespace || hostname === claim.hostname),
    );
    if (listener === undefined) {
      continue;
    }
    since.delete(keyOf(claim));
    refusals.set(keyOf(claim), notBuiltIn(claim, listener.claim));
    if (held.get(claim.hostname)?.claim.place === "built-in") {
      held.delete(claim.hostname);
    }
  }
}

/** Only where a hostname has a wider one of another namespace around it, so nearly always nothing. */
function nestedIn(held: ReadonlyMap<string, Held>, carried: readonly string[]): Pick<HostnameBounds, "nested"> {
  const territories = new Map([...held].map(([hostname, { territory }]) => [hostname, territory]));
  for (const hostname of carried) {
    const [owner] = heldAround({ hostname }, held);
    if (owner !== undefined) {
      territories.set(hostname, owner.territory);
    }
  }
  const nested = new Map<string, string>();
  for (const [hostname, territory] of territories) {
    for (let pattern = wider(hostname); pattern !== null; pattern = wider(pattern)) {
      const around = territories.get(pattern);
      if (around !== undefined && around !== territory) {
        nested.set(hostname, territory).set(pattern, around);
      }
    }
  }
  return nested.size === 0 ? {} : { nested: Object.fromEntries(nested) };
}

function namedIn(held: ReadonlyMap<string, Held>): Pick<HostnameBounds, "named"> {
  const named = [...held].filter(([, { claim }]) => claim.place === "listener");
  return named.length === 0 ? {} : { named: Object.fromEntries(named.map(([hostname]) => [hostname, true])) };
}
