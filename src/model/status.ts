// `status` of a resource: what the mesh made of it. Written by the compiler at apply, never by users.
import type { ContractState } from "./identity.ts";

export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  /** RFC 3339; kept from the previous status while `status` does not change. */
  readonly lastTransitionTime: string;
}

/** HTTPRoute: one entry per parentRef, as in the Gateway API. */
export interface RouteStatus {
  readonly parents: readonly {
    readonly parentRef: Readonly<Record<string, unknown>>;
    readonly controllerName: "selvage.dev/mesh";
    readonly conditions: readonly Condition[];
  }[];
}

/** Gateway: its own conditions and those of each listener. */
export interface GatewayStatus {
  readonly conditions: readonly Condition[];
  readonly listeners: readonly {
    readonly name: string;
    readonly attachedRoutes: number;
    readonly supportedKinds: readonly { readonly group: string; readonly kind: string }[];
    readonly conditions: readonly Condition[];
  }[];
}

/** Contract: what became of the request. */
export interface ContractStatus {
  readonly state: ContractState;
  readonly conditions: readonly Condition[];
}

/** Every other kind. */
export interface PlainStatus {
  readonly conditions: readonly Condition[];
}

export type Status = RouteStatus | GatewayStatus | ContractStatus | PlainStatus;
