// Which authentication and authorization policies hold for what. Of AuthenticationPolicies the most specific target wins
// whole (rule › route › service › gateway › mesh; of two on one target the older); AuthorizationPolicies accumulate.
import type { Access, Authentication, Authorization } from "../../model/snapshot/access.ts";
import type { DocumentOf } from "../../model/document/document.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import { BUILT_IN_NAMESPACE } from "../documents/built-in-gateway.ts";
import { partsOfKey, partsOfRef } from "../../model/word/refs.ts";
import { compileAuthentication } from "./authentication.ts";
import { compileAuthorization } from "./authorization.ts";
import { merged } from "./limits.ts";
import { holdersOf, targetKey, type Conflicts } from "./policies.ts";
import type { DocumentIndex } from "../documents/document-index.ts";

/** Where a request is judged: what it is addressed to, most specific last; null = not through that. */
interface AccessPlace {
  readonly gateway: string | null;
  readonly service: ServiceKey | null;
  readonly rule: { readonly namespace: string; readonly route: string; readonly name: string } | null;
  /** The service that the rule's route is attached to and that the request named: its policies hold beside the backend's. */
  readonly addressed?: ServiceKey | null;
  /** The rule is of a namespace that nobody allowed to use the service: it cannot say who may call it anonymously. */
  readonly foreign?: boolean;
}

export interface AccessPolicies {
  readonly authentications: readonly Authentication[];
  readonly authorizations: readonly Authorization[];
  readonly at: (place: AccessPlace) => Access;
  /** Whether a policy is attached to the Gateway itself. */
  readonly guards: (gateway: string) => boolean;
  /** AuthenticationPolicies, as `Policies.losers`. */
  readonly losers: Conflicts;
}

/** @param allowPrivate whether key sets may be fetched from private addresses and over plain http */
export function compileAccess(
  { authenticationPolicies, authorizationPolicies }: DocumentIndex,
  allowPrivate: boolean,
): AccessPolicies {
  const { holders, losers: conflicts } = holdersOf(authenticationPolicies);
  const numbers = new Map(authenticationPolicies.map((policy, index) => [policy, index]));
  const attached = attachments(authorizationPolicies);
  const holder = (key: string): number | undefined => {
    const policy = holders.get(key);
    return policy === undefined ? undefined : numbers.get(policy);
  };
  return {
    authentications: authenticationPolicies.map((policy) => compileAuthentication(policy, allowPrivate)),
    authorizations: authorizationPolicies.map(compileAuthorization),
    losers: conflicts,
    guards: (gateway) => holders.has(`Gateway/${gateway}`) || attached.has(`Gateway/${gateway}`),
    at: (place) => {
      const own = first(authenticators(place), holder);
      const authentication = own ?? first(outerTargets(place), holder);
      const targets = [...outerTargets(place), ...ownTargets(place)];
      const on = (keys: readonly string[]): readonly number[] => merged(...keys.map((key) => attached.get(key) ?? []));
      const authorizations = on(targets);
      const apart = [...Map.groupBy(targets, (key) => sideOf(key, place)).values()]
        .map((keys) => on(keys).filter((index) => authorizationPolicies[index]?.spec.action === "ALLOW"))
        .filter((allowing) => allowing.length > 0);
      return {
        ...(authentication === undefined ? {} : { authentication }),
        ...(own === undefined ? {} : { ownAuthentication: true as const }),
        ...(authorizations.length === 0 ? {} : { authorizations }),
        ...(apart.length < 2 ? {} : { apart }),
        ...(place.foreign === true ? { foreign: true as const } : {}),
      };
    },
  };
}

const HOME = "";

/** Whose a target is, beside the service's own namespace and who runs the mesh. */
function sideOf(key: string, { service, rule }: AccessPlace): string {
  const { namespace } = partsOfRef(key);
  const home = service === null ? rule?.namespace : partsOfKey(service).namespace;
  // The mesh as a target names no namespace.
  return ["", home, BUILT_IN_NAMESPACE].includes(namespace) ? HOME : namespace;
}

/** The most specific first. */
function ownTargets({ rule, service, addressed = null }: AccessPlace): string[] {
  const keys: string[] = [];
  if (rule !== null) {
    const route = `HTTPRoute/${rule.namespace}/${rule.route}`;
    keys.push(`${route}#${rule.name}`, route);
  }
  if (service !== null) keys.push(`Service/${service}`);
  if (addressed !== null && addressed !== service) keys.push(`Service/${addressed}`);
  return keys;
}

/** What may take the place of a service's exposure and of its own policy: of a foreign rule, the service's own alone. */
function authenticators(place: AccessPlace): string[] {
  return ownTargets(place.foreign === true ? { ...place, rule: null, addressed: null } : place);
}

function outerTargets({ gateway }: AccessPlace): string[] {
  return gateway === null ? ["Mesh"] : [`Gateway/${gateway}`, "Mesh"];
}

function first(keys: readonly string[], of: (key: string) => number | undefined): number | undefined {
  return keys.map(of).find((index) => index !== undefined);
}

function attachments(policies: readonly DocumentOf<"AuthorizationPolicy">[]): ReadonlyMap<string, readonly number[]> {
  const attached = new Map<string, readonly number[]>();
  for (const [index, { metadata, spec }] of policies.entries()) {
    const targets = new Set(spec.targetRefs.map((target) => targetKey(target, metadata.namespace)));
    for (const target of targets) attached.set(target, [...(attached.get(target) ?? []), index]);
  }
  return attached;
}
