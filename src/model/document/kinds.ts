// Every kind there is: how it is spelled, where it lives, its schema, and whether it changes anything yet.
import type * as z from "zod";
import { applicationSpecSchema, contractSpecSchema, tierSpecSchema } from "./kind/application.ts";
import { authenticationPolicy } from "./kind/authentication.ts";
import { authorizationPolicy } from "./kind/authorization.ts";
import { clusterSpecSchema } from "./kind/cluster.ts";
import { faultPolicy } from "./kind/fault.ts";
import { OURS, type KindEntry } from "./field/kind-entry.ts";
import { KEEP_SLASHES, PATH_ENCODING } from "./field/path-encoding.ts";
import { gatewaySpecSchema } from "./gateway-api/gateway.ts";
import { httpRouteSpecSchema } from "./gateway-api/http-route.ts";
import { coreServiceSpecSchema, namespaceSpecSchema } from "./gateway-api/kubernetes.ts";
import { ipAccessPolicy } from "./kind/ip-access.ts";
import { overrideSpecSchema } from "./kind/override.ts";
import { rateLimitPolicy } from "./kind/rate-limit.ts";
import { referenceGrantSpecSchema } from "./gateway-api/reference-grant.ts";
import { rolloutSpecSchema } from "./kind/rollout.ts";
import { serviceSpecSchema } from "./kind/service.ts";
import { trafficPolicy } from "./kind/traffic-policy.ts";

const GATEWAY_API = ["gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/v1beta1"] as const;

const keeps = (where: string): string => `\`${KEEP_SLASHES}\` lets %2F in paths through, for ${where}.`;

const all = {
  Namespace: {
    kind: "Namespace",
    apiVersions: ["v1"],
    plural: "namespaces",
    short: ["ns"],
    scope: "mesh",
    specOptional: true,
    isLabel: true,
    says: "The labels of a namespace, which listeners select by. A namespace needs no document to exist.",
    spec: namespaceSpecSchema,
  },
  Gateway: {
    kind: "Gateway",
    apiVersions: GATEWAY_API,
    plural: "gateways",
    short: ["gtw", "gw"],
    scope: "namespace",
    says: "Listeners that HTTPRoutes attach to: hostnames, ports, and which namespaces may attach.",
    spec: gatewaySpecSchema,
    annotations: { [PATH_ENCODING]: keeps("all that it carries") },
    limits:
      "`tls`, `addresses`, `infrastructure` and `allowedListeners` are kept; the platform in front of the mesh owns addresses and certificates.",
  },
  HTTPRoute: {
    kind: "HTTPRoute",
    apiVersions: GATEWAY_API,
    plural: "httproutes",
    short: ["route"],
    scope: "namespace",
    says: "Which requests go where, and what is done to them on the way.",
    spec: httpRouteSpecSchema,
    annotations: { [PATH_ENCODING]: keeps("all of its rules") },
  },
  ReferenceGrant: {
    kind: "ReferenceGrant",
    apiVersions: GATEWAY_API,
    plural: "referencegrants",
    short: ["refgrant"],
    scope: "namespace",
    says: "Lets routes of another namespace use services of this one.",
    spec: referenceGrantSpecSchema,
  },
  Cluster: {
    kind: "Cluster",
    apiVersions: OURS,
    plural: "clusters",
    short: [],
    scope: "mesh",
    specOptional: true,
    says: "A place where endpoints run: its region, whether private addresses are allowed, whose workload tokens it trusts.",
    spec: clusterSpecSchema,
    limits: "`mtlsCertificate` is parsed, stored and returned; no effect yet.",
  },
  Service: {
    kind: "Service",
    apiVersions: ["selvage.dev/v1", "v1"],
    plural: "services",
    short: ["svc"],
    scope: "namespace",
    specOptional: true,
    isLabel: true,
    says: "A registry entry: a service, its endpoints, who may call it by its own address.",
    spec: serviceSpecSchema,
    annotations: { [PATH_ENCODING]: keeps("its own addresses, and for proxies that ask about it") },
    limits: "`openapi` is stored and returned by the catalog, to consumers with a contract, too.",
  },
  TrafficPolicy: trafficPolicy,
  RateLimitPolicy: rateLimitPolicy,
  AuthenticationPolicy: authenticationPolicy,
  AuthorizationPolicy: authorizationPolicy,
  IPAccessPolicy: ipAccessPolicy,
  FaultPolicy: faultPolicy,
  Rollout: {
    kind: "Rollout",
    apiVersions: OURS,
    plural: "rollouts",
    short: ["ro"],
    scope: "namespace",
    says: "A progressive canary of one service.",
    spec: rolloutSpecSchema,
  },
  Application: {
    kind: "Application",
    apiVersions: OURS,
    plural: "applications",
    short: ["app"],
    scope: "namespace",
    specOptional: true,
    says: "A client application. Its credentials are minted by the API and never written into a document.",
    spec: applicationSpecSchema,
  },
  Tier: {
    kind: "Tier",
    apiVersions: OURS,
    plural: "tiers",
    short: [],
    scope: "namespace",
    says: "An SLA tier of a service: the limits of those who have a contract for it.",
    spec: tierSpecSchema,
    limits: "Its limits are counted where a RateLimitPolicy with `sla: true` holds, for each application by itself.",
  },
  Contract: {
    kind: "Contract",
    apiVersions: OURS,
    plural: "contracts",
    short: [],
    scope: "namespace",
    says: "An application's request for a tier of a service.",
    spec: contractSpecSchema,
  },
  Override: {
    kind: "Override",
    apiVersions: OURS,
    plural: "overrides",
    short: ["ov"],
    scope: "namespace",
    says: "Break-glass: a patch laid over another document's spec for at most 24 hours, with a reason.",
    spec: overrideSpecSchema,
    limits:
      "Application, Contract, Namespace and Override itself cannot be a target. `GET /catalog` shows the endpoints that a Service's document lists, not those that an Override gives it.",
  },
} as const satisfies Readonly<Record<string, KindEntry>>;

export type KindName = keyof typeof all;
/** Of `Service` as the mesh's own kind says it. */
export type KindSpecs = { readonly [Kind in KindName]: z.infer<(typeof all)[Kind]["spec"]> };

export interface KindInfo extends KindEntry {
  readonly kind: KindName;
}

export const kinds: Readonly<Record<KindName, KindInfo>> = all;

export const kindNames = Object.values(kinds).map((info) => info.kind);

/** The schema of a document's spec. A core `Service` has one of its own. */
export function specSchema(kind: KindName, apiVersion: string): z.ZodType {
  return kind === "Service" && apiVersion === "v1" ? coreServiceSpecSchema : kinds[kind].spec;
}

const byAnyName: ReadonlyMap<string, KindName> = new Map(
  Object.values(kinds).flatMap(({ kind, plural, short }) =>
    [kind.toLowerCase(), plural, ...short].map((name) => [name, kind] as const),
  ),
);

/**
 * The kind that a path segment or a command line means: any case, plural, short form, or with its API group.
 *
 * @example kindByAnyName("svc") === "Service"; kindByAnyName("httproutes.gateway.networking.k8s.io") === "HTTPRoute"
 */
export function kindByAnyName(text: string): KindName | null {
  return byAnyName.get((text.split(".")[0] ?? "").toLowerCase()) ?? null;
}
