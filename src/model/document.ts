// A document as everything behind the parser sees it: known kind, every default filled, typed by kind. Types only.
import type { ApplicationSpec, ContractSpec, TierSpec } from "./application.ts";
import type { AuthenticationPolicySpec } from "./authentication.ts";
import type { AuthorizationPolicySpec } from "./authorization.ts";
import type { ClusterSpec } from "./cluster.ts";
import type { FaultPolicySpec } from "./fault.ts";
import type { GatewaySpec } from "./gateway.ts";
import type { HTTPRouteSpec } from "./http-route.ts";
import type { CoreServiceSpec, NamespaceSpec } from "./kubernetes.ts";
import type { Metadata } from "./metadata.ts";
import type { OverrideSpec } from "./override.ts";
import type { RateLimitPolicySpec } from "./rate-limit.ts";
import type { ReferenceGrantSpec } from "./reference-grant.ts";
import type { RolloutSpec } from "./rollout.ts";
import type { ServiceSpec } from "./service.ts";
import type { TrafficPolicySpec } from "./traffic-policy.ts";

export type { Metadata } from "./metadata.ts";

export interface KindSpecs {
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
export type SelvageService = DocumentShape<"Service", "selvage.dev/v1", ServiceSpec>;
/** A core Kubernetes Service: the same registry entry, its spec kept and not interpreted. */
export type CoreService = DocumentShape<"Service", "v1", CoreServiceSpec>;

/** The document of one kind. Of `Service` there are two, told apart by `apiVersion`. */
export type DocumentOf<Kind extends KindName> = Kind extends "Service"
  ? SelvageService | CoreService
  : DocumentShape<Kind, string, KindSpecs[Kind]>;

/** Any document, discriminated by `kind`. */
export type Document = { [Kind in KindName]: DocumentOf<Kind> }[KindName];
