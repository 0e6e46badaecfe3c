// What a route of another namespace, or a policy on it, says about a service that granted it nothing, and that
// therefore has no effect (see `route/foreign-backend.ts`): told to its author, who would otherwise believe in it.
import type { Document } from "../../model/document/document.ts";
import type { HTTPRouteFilter } from "../../model/document/gateway-api/http-route-filter.ts";
import type { PolicyTables } from "../../model/snapshot/policies.ts";
import type { Rule } from "../../model/snapshot/snapshot.ts";
import type { Finding } from "../../model/word/finding.ts";
import { partsOfKey, refOf } from "../../model/word/refs.ts";
import { tellsWho } from "../../decide/header/proof-headers.ts";
import type { DocumentIndex } from "../documents/document-index.ts";
import type { Policy } from "../policy/kind.ts";
import { isPolicy } from "../policy/kinds.ts";
import { targetKey } from "../policy/targets.ts";
import { ruleName } from "../documents/rule-name.ts";

/** Key of each target that leads there → the service, and how often its owner lets a call be tried again. */
type Led = ReadonlyMap<string, { readonly service: string; readonly attempts: number }>;

export function lintConsumers(world: DocumentIndex, rules: readonly Rule[], { traffic = [] }: PolicyTables): Finding[] {
  const led = new Map<string, { service: string; attempts: number }>();
  for (const { route, name, backends } of rules) {
    const found = backends.find((backend) => backend.foreign === true);
    if (found === undefined || !("service" in found.target)) {
      continue;
    }
    const there = {
      service: found.target.service,
      attempts: traffic[found.policies.traffic ?? -1]?.calls?.retry?.attempts ?? 0,
    };
    for (const key of [`HTTPRoute/${route}`, `HTTPRoute/${route}#${name}`]) {
      led.set(key, there);
    }
  }
  if (led.size === 0) {
    return [];
  }
  return world.documents.flatMap((document) => {
    if (document.kind === "HTTPRoute") {
      return routeFindings(document, led);
    }
    return isPolicy(document) ? policyFindings(document, led) : [];
  });
}

/** Sections of a TrafficPolicy that are the owner's alone. */
const OWNERS = ["circuitBreaker", "outlierDetection", "loadBalancer", "failover"] as const;

function policyFindings(policy: Policy, led: Led): Finding[] {
  const { namespace } = policy.metadata;
  return policy.spec.targetRefs.flatMap((target, index): Finding[] => {
    const key = targetKey(target, namespace);
    const there = led.get(key);
    if (there === undefined) {
      return [];
    }
    const { service, attempts } = there;
    if (policy.kind === "AuthenticationPolicy") {
      return [finding(policy, `/spec/targetRefs/${index}`, `The policy has no effect on calls to ${service}`, service)];
    }
    if (policy.kind !== "TrafficPolicy") {
      return [];
    }
    const { retry } = policy.spec;
    return [
      ...OWNERS.filter((section) => policy.spec[section] !== undefined).map((section) =>
        finding(policy, `/spec/${section}`, `${section} has no effect on calls to ${service} through ${key}`, service),
      ),
      ...(retry === undefined || retry.attempts <= attempts
        ? []
        : [finding(policy, "/spec/retry/attempts", capped(service, attempts), service)]),
    ];
  });
}

function routeFindings(route: Extract<Document, { kind: "HTTPRoute" }>, led: Led): Finding[] {
  const { namespace, name } = route.metadata;
  return route.spec.rules.flatMap((rule, index): Finding[] => {
    const there = led.get(`HTTPRoute/${namespace}/${name}#${ruleName(rule, index)}`);
    if (there === undefined) {
      return [];
    }
    const { service, attempts } = there;
    const pointer = `/spec/rules/${index}`;
    const session = `sessionPersistence has no effect where a rule leads to ${service}`;
    return [
      ...(rule.sessionPersistence === undefined
        ? []
        : [finding(route, `${pointer}/sessionPersistence`, session, service)]),
      ...((rule.retry?.attempts ?? 0) <= attempts
        ? []
        : [finding(route, `${pointer}/retry/attempts`, capped(service, attempts), service)]),
      ...rule.filters.flatMap((filter, at) => {
        const written = writtenBy(filter);
        if (written.length === 0) {
          return [];
        }
        const message = `Who calls ${service}, and how, is not for the route to say: it leaves ${written.join(", ")} alone`;
        return [finding(route, `${pointer}/filters/${at}`, message, service)];
      }),
    ];
  });
}

function capped(service: string, attempts: number): string {
  const most =
    attempts === 0 ? "not tried again" : `tried again ${attempts === 1 ? "once" : `${attempts} times`} at most`;
  return `Calls to ${service} are ${most}: that is what its owner allows`;
}

/** The headers of a request that a filter would change in vain. */
function writtenBy(filter: HTTPRouteFilter): string[] {
  if (filter.type === "URLRewrite") {
    return filter.urlRewrite.hostname === undefined ? [] : ["x-forwarded-host"];
  }
  if (filter.type !== "RequestHeaderModifier") {
    return [];
  }
  const { set, add, remove } = filter.requestHeaderModifier;
  return [...[...set, ...add].map(({ name }) => name), ...remove].filter((name) => tellsWho(name));
}

function finding({ kind, metadata }: Document, pointer: string, message: string, service: string): Finding {
  const { namespace: theirs } = partsOfKey(service);
  const hint = `Leave it to ${theirs}, or ask there for a ReferenceGrant from HTTPRoutes of ${metadata.namespace}.`;
  const ref = refOf(kind, metadata.namespace, metadata.name);
  return { severity: "warning", code: "SLV1219", ref, pointer, message, hint };
}
