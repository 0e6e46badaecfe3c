// A document as everything behind the parser sees it: known kind, every default filled, typed by kind. Types only.
import type { ApplicationSpec, ContractSpec, TierSpec } from "./kind/application.ts";
import type { AuthenticationPolicySpec } from "./kind/authentication.ts";
import type { AuthorizationPolicySpec } from "./kind/authorization.ts";
import type { ClusterSpec } from "./kind/cluster.ts";
import type { FaultPolicySpec } from "./kind/fault.ts";
import type { GatewaySpec } from "./gateway-api/gateway.ts";
import type { HTTPRouteSpec } from "./gateway-api/http-route.ts";
import type { CoreServiceSpec, NamespaceSpec } from "./gateway-api/kubernetes.ts";
import type { Metadata } from "./field/metadata.ts";
import type { OverrideSpec } from "./kind/override.ts";
import type { RateLimitPolicySpec } from "./kind/rate-limit.ts";
import type { ReferenceGrantSpec } from "./gateway-api/reference-grant.ts";
import type { RolloutSpec } from "./kind/rollout.ts";
import type { ServiceSpec } from "./kind/service.ts";
import type { TrafficPolicySpec } from "./kind/traffic-policy.ts";

interface KindSpecs {
  Namespace: NamespaceSpec;
  Gateway: GatewaySpec;
  HTTPRoute: HTTPRouteSpec;
  ReferenceGrant: ReferenceGrantSpec;
  Cluster: ClusterSpec;
  Service: ServiceSpec;
  TrafficPolicy: TrafficPolicySpec;
  RateLimitPolicy: RateLimitPolicySpec;
  AuthenticationPolicy: AuthenticationPolicySpec;
  AuthorizationPolicy: AuthorizationPolicySpec;
  FaultPolicy: FaultPolicySpec;
  Rollout: RolloutSpec;
  Application: ApplicationSpec;
  Tier: TierSpec;
  Contract: ContractSpec;
  Override: OverrideSpec;
}

export type KindName = keyof KindSpecs;

interface DocumentShape<Kind extends string, ApiVersion extends string, Spec> {
  readonly apiVersion: ApiVersion;
  readonly kind: Kind;
  readonly metadata: Metadata;
  readonly spec: Spec;
}

/** A registry entry in our own words. */
type SelvageService = DocumentShape<"Service", "selvage.dev/v1", ServiceSpec>;
/** A core Kubernetes Service: the same registry entry, its spec kept and not interpreted. */
type CoreService = DocumentShape<"Service", "v1", CoreServiceSpec>;

/** The document of one kind. Of `Service` there are two, told apart by `apiVersion`. */
export type DocumentOf<Kind extends KindName> = Kind extends "Service"
  ? SelvageService | CoreService
  : DocumentShape<Kind, string, KindSpecs[Kind]>;

/** Any document, discriminated by `kind`. */
export type Document = { [Kind in KindName]: DocumentOf<Kind> }[KindName];
