// What a route of another namespace, or a policy on it, says about a service that granted it nothing, and that therefore has no
// effect (see `route/foreign-backend.ts`): told to its author, who would otherwise believe in it.
import type { Document } from "../../model/document/document.ts";
import type { HTTPRouteFilter } from "../../model/document/gateway-api/http-route-filter.ts";
import type { Rule } from "../../model/snapshot/snapshot.ts";
import type { Finding } from "../../model/word/finding.ts";
import { partsOfKey, refOf } from "../../model/word/refs.ts";
import { tellsWho } from "../../decide/header/proof-headers.ts";
import type { DocumentIndex } from "../documents/document-index.ts";
import type { Policy } from "../policy/kind.ts";
import { isPolicy } from "../policy/kinds.ts";
import { targetKey } from "../policy/targets.ts";
import { ruleName } from "../route/rules.ts";

/** Key of each target that leads there → the service. */
type Led = ReadonlyMap<string, string>;

export function lintConsumers(world: DocumentIndex, rules: readonly Rule[]): Finding[] {
  const led = new Map<string, string>();
  for (const { route, name, backends } of rules) {
    const found = backends.find((backend) => backend.foreign === true);
    if (found === undefined || !("service" in found.target)) continue;
    for (const key of [`HTTPRoute/${route}`, `HTTPRoute/${route}#${name}`]) led.set(key, found.target.service);
  }
  if (led.size === 0) return [];
  return world.documents.flatMap((document) => {
    if (document.kind === "HTTPRoute") return routeFindings(document, led);
    return isPolicy(document) ? policyFindings(document, led) : [];
  });
}

/** Sections of a TrafficPolicy that are the owner's alone. */
const OWNERS = ["circuitBreaker", "outlierDetection", "concurrency", "loadBalancer", "failover"] as const;

function policyFindings(policy: Policy, led: Led): Finding[] {
  const { namespace } = policy.metadata;
  return policy.spec.targetRefs.flatMap((target, index): Finding[] => {
    const key = targetKey(target, namespace);
    const service = led.get(key);
    if (service === undefined) return [];
    if (policy.kind === "AuthenticationPolicy") {
      return [finding(policy, `/spec/targetRefs/${index}`, `The policy has no effect on calls to ${service}`, service)];
    }
    if (policy.kind !== "TrafficPolicy") return [];
    return OWNERS.filter((section) => policy.spec[section] !== undefined).map((section) =>
      finding(policy, `/spec/${section}`, `${section} has no effect on calls to ${service} through ${key}`, service),
    );
  });
}

function routeFindings(route: Extract<Document, { kind: "HTTPRoute" }>, led: Led): Finding[] {
  const { namespace, name } = route.metadata;
  return route.spec.rules.flatMap((rule, index): Finding[] => {
    const service = led.get(`HTTPRoute/${namespace}/${name}#${ruleName(rule, index)}`);
    if (service === undefined) return [];
    const pointer = `/spec/rules/${index}`;
    const session = `sessionPersistence has no effect where a rule leads to ${service}`;
    return [
      ...(rule.sessionPersistence === undefined
        ? []
        : [finding(route, `${pointer}/sessionPersistence`, session, service)]),
      ...rule.filters.flatMap((filter, at) => {
        const written = writtenBy(filter);
        if (written.length === 0) return [];
        const message = `Who calls ${service}, and how, is not for the route to say: it leaves ${written.join(", ")} alone`;
        return [finding(route, `${pointer}/filters/${at}`, message, service)];
      }),
    ];
  });
}

/** The headers of a request that a filter would change in vain. */
function writtenBy(filter: HTTPRouteFilter): string[] {
  if (filter.type === "URLRewrite") return filter.urlRewrite.hostname === undefined ? [] : ["x-forwarded-host"];
  if (filter.type !== "RequestHeaderModifier") return [];
  const { set, add, remove } = filter.requestHeaderModifier;
  return [...[...set, ...add].map(({ name }) => name), ...remove].filter((name) => tellsWho(name));
}

function finding({ kind, metadata }: Document, pointer: string, message: string, service: string): Finding {
  const { namespace: theirs } = partsOfKey(service);
  const hint = `Leave it to ${theirs}, or ask there for a ReferenceGrant from HTTPRoutes of ${metadata.namespace}.`;
  const ref = refOf(kind, metadata.namespace, metadata.name);
  return { severity: "warning", code: "SLV1219", ref, pointer, message, hint };
}
